//! Labs features, and the restart that one of them takes.

use crate::app::change::Change;
use crate::app::codes;
use crate::app::desired::{Desired, Note};
use crate::app::facts::Facts;

/// A feature that Heroku does not offer for the app cannot be enabled: a note says so.
pub(super) fn changes(desired: &Desired, facts: &Facts, notes: &mut Vec<Note>) -> Vec<Change> {
    let Some(features) = &facts.features else { return Vec::new() };
    let mut changes = Vec::new();
    for (name, on) in &desired.features {
        match (features.get(name), on) {
            (Some(false), true) => changes.push(Change::FeatureEnable { name: name.clone() }),
            (Some(true), false) => changes.push(Change::FeatureDisable { name: name.clone() }),
            (None, true) => {
                let message = format!("Heroku does not offer the labs feature `{name}` for this app");
                notes.push(Note::new(codes::FEATURE_NOT_OFFERED, message));
            }
            (Some(_), _) | (None, false) => {}
        }
    }
    changes
}

/// The restart that a feature takes to be in effect. Config vars restart the dynos anyway.
pub(super) fn restart(desired: &Desired, facts: &Facts, changes: &[Change]) -> Option<Change> {
    let is_enabled = changes.iter().any(|change| matches!(change, Change::FeatureEnable { .. }));
    let is_due =
        is_enabled || desired.features.iter().any(|(name, on)| *on && is_newer_than_dynos(name, facts));
    let restarts_anyway =
        changes.iter().any(|change| matches!(change, Change::ConfigSet { .. } | Change::ConfigUnset { .. }));
    (desired.restart && is_due && !restarts_anyway).then_some(Change::Restart)
}

/// Whether a feature was enabled after a dyno was started: by the release that says so, as far as it was read.
fn is_newer_than_dynos(feature: &str, facts: &Facts) -> bool {
    let description = format!("Enable {feature} feature");
    let mut releases = facts.releases.iter().flatten();
    let Some(enabled) = releases.find(|release| release.description == description) else { return false };
    let dynos = facts.dynos.iter().flatten();
    // One-off dynos end by themselves.
    let mut processes =
        dynos.filter(|dyno| facts.formation.iter().flatten().any(|process| process.kind == dyno.kind));
    processes.any(|dyno| dyno.created_at < enabled.created_at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::facts::{Dyno, Process, Release, Status};

    #[test]
    fn a_feature_that_is_newer_than_a_dyno_takes_a_restart() {
        let dyno = |kind: &str, hour: u32| Dyno {
            name: format!("{kind}.1"),
            kind: kind.into(),
            state: "up".into(),
            size: "Basic".into(),
            created_at: format!("2026-11-20T{hour:02}:00:00Z"),
        };
        for (feature, dynos, is_due) in [
            ("log-runtime-metrics", vec![dyno("web", 9)], true),
            ("log-runtime-metrics", vec![dyno("web", 11)], false),
            ("log-runtime-metrics", vec![dyno("web", 11), dyno("run", 9)], false),
            ("log-runtime-metrics", vec![], false),
            ("http-session-affinity", vec![dyno("web", 9)], false),
        ] {
            let release = Release {
                id: "release".into(),
                version: 7,
                description: format!("Enable {feature} feature"),
                status: Status::Succeeded,
                current: true,
                slug: None,
                created_at: "2026-11-20T10:00:00Z".into(),
                output_stream_url: None,
            };
            let facts = Facts {
                features: Some([("log-runtime-metrics".into(), true)].into()),
                formation: Some(vec![Process { kind: "web".into(), quantity: 1, size: "Basic".into() }]),
                releases: Some(vec![release]),
                dynos: Some(dynos),
                ..Facts::default()
            };
            let features = [("log-runtime-metrics".to_owned(), true)].into();
            let desired = Desired { restart: true, features, ..Desired::default() };
            assert_eq!(restart(&desired, &facts, &[]).is_some(), is_due, "{feature} {:?}", facts.dynos);
        }
    }
}
