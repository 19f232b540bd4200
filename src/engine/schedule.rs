//! What goes together and what waits: each round begins when the one before is done, the lanes of a round go at the
//! same time, the changes of a lane one after the other. Pure.

use std::collections::BTreeMap;

use crate::app::change::Change;

/// Each round begins when the one before is done.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Round {
    /// Everything that the config vars' restart is to take in.
    Surroundings,
    /// The config vars, which restart the dynos.
    Config,
    /// The rebuild, with its release.
    Rebuild,
    /// The promotion of what was rebuilt.
    Promotion,
}

/// What is independent of everything else in its round.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Lane<'a> {
    /// Each feature has a lane of its own: Heroku sets them in separate requests, which do not depend on each other.
    Feature(&'a str),
    Buildpacks,
    Drains,
    Datadog,
    Database,
    Files,
    Config,
    Restart,
    Rebuild,
    Promotion,
}

fn place(change: &Change) -> (Round, Lane<'_>) {
    match change {
        Change::FeatureEnable { name } | Change::FeatureDisable { name } => {
            (Round::Surroundings, Lane::Feature(name))
        }
        Change::BuildpacksSet { .. } => (Round::Surroundings, Lane::Buildpacks),
        Change::DrainAdd { .. } | Change::DrainRemove { .. } | Change::Telemetry(_) => {
            (Round::Surroundings, Lane::Drains)
        }
        Change::Datadog { .. } => (Round::Surroundings, Lane::Datadog),
        Change::Database(_) => (Round::Surroundings, Lane::Database),
        Change::FileWrite { .. } | Change::FileRemove { .. } => (Round::Surroundings, Lane::Files),
        Change::ConfigSet { .. } | Change::ConfigUnset { .. } => (Round::Config, Lane::Config),
        Change::Restart => (Round::Config, Lane::Restart),
        Change::Rebuild(_) => (Round::Rebuild, Lane::Rebuild),
        Change::Promote(_) => (Round::Promotion, Lane::Promotion),
    }
}

/// The rounds of a plan: of each, its lanes; of each lane, the places of its changes in the plan.
pub(super) fn rounds(changes: &[Change]) -> Vec<Vec<Vec<usize>>> {
    let mut rounds: BTreeMap<Round, BTreeMap<Lane<'_>, Vec<usize>>> = BTreeMap::new();
    for (at, change) in changes.iter().enumerate() {
        let (round, lane) = place(change);
        rounds.entry(round).or_default().entry(lane).or_default().push(at);
    }
    rounds.into_values().map(|lanes| lanes.into_values().collect()).collect()
}

/// Whether a change is one of the config vars, which all go in one request.
pub(super) fn is_config(change: &Change) -> bool {
    place(change).1 == Lane::Config
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::Secret;

    #[test]
    fn config_vars_wait_for_their_surroundings_and_the_rebuild_for_both() {
        let set = |key: &str| Change::ConfigSet {
            key: key.into(),
            before: None,
            after: Secret::new("x"),
            secret: false,
        };
        let enable = |name: &str| Change::FeatureEnable { name: name.into() };
        let buildpacks = Change::BuildpacksSet { before: vec![], after: vec![] };
        let changes = [set("A"), enable("f"), set("B"), Change::Restart, buildpacks, enable("g")];
        assert_eq!(rounds(&changes), [vec![vec![1], vec![5], vec![4]], vec![vec![0, 2], vec![3]]]);
    }
}
