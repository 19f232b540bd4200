//! Which buildpack installs the Agent, and its position.

use super::Finding;
use crate::app::buildpack::{Buildpack, Role};
use crate::app::desired::{Buildpacks, Desired, RebuildWhen};
use crate::app::facts::Facts;
use crate::app::nested::LIST;
use crate::app::order::{self, Fault};
use crate::app::releases::Releases;
use crate::app::{codes, versions};

pub(super) fn find(facts: &Facts) -> Vec<Finding> {
    let Some(list) = facts.buildpacks.as_deref().filter(|_| facts.app.has_buildpacks()) else {
        return Vec::new();
    };
    let mut faults = Vec::new();
    let nested = facts.nested_agent();
    for fault in facts.order_faults() {
        let installing = list.iter().filter(|buildpack| buildpack.installs_agent());
        let names = || {
            let nested = nested.iter().map(|agent| format!("{agent} in {LIST}"));
            installing.clone().map(ToString::to_string).chain(nested)
        };
        faults.push(match fault {
            Fault::Missing => (codes::NO_BUILDPACK, format!("buildpacks: {}", shown(list))),
            Fault::Twice => (codes::AGENT_TWICE, names().collect::<Vec<_>>().join(", ")),
            Fault::Last => (codes::AGENT_LAST, format!("buildpacks: {}", shown(list))),
            Fault::Before(at) => (codes::AGENT_TOO_EARLY, format!("{} comes after it", list[at])),
        });
    }
    for buildpack in list.iter().filter(|buildpack| buildpack.installs_agent()) {
        match (buildpack.role(), buildpack.pin()) {
            (Role::Fork, _) => faults.push((codes::FORK, buildpack.to_string())),
            (Role::Datadog, Some(pin)) if is_missing(facts, pin) => {
                let evidence = format!("pinned to {pin}, which is not a release; {} is", newest(facts, pin));
                faults.push((codes::NO_SUCH_RELEASE, evidence));
            }
            (Role::Datadog, Some(pin)) if !versions::is_release(pin) => {
                faults.push((codes::PINNED_TO_BRANCH, buildpack.to_string()));
            }
            (Role::Datadog, Some(pin)) if versions::is_older(pin, versions::BUILDPACK) => {
                let evidence = format!("pinned to {pin}; {} is the newest known", versions::BUILDPACK);
                faults.push((codes::PINNED_BEHIND, evidence));
            }
            _ => {}
        }
    }
    let finding = |(code, evidence)| {
        Some(Finding::new(code, evidence)?.fixed_by(Desired {
            buildpacks: if nested.is_some() { Buildpacks::WithoutAgent } else { fixed(facts, list) },
            rebuild: RebuildWhen::Due,
            ..Desired::default()
        }))
    };
    faults.into_iter().filter_map(finding).collect()
}

/// The list in order: Datadog's own buildpack or ours, once, its pin kept when it is the newest release.
fn fixed(facts: &Facts, list: &[Buildpack]) -> Buildpacks {
    let is_known = |agent: &&Buildpack| matches!(agent.role(), Role::Datadog | Role::Ours);
    let Some(agent) = order::installed(list).filter(is_known) else {
        return Buildpacks::WithAgent(Buildpack::agent(None, None));
    };
    let pin = agent.pin().map(|pin| if agent.role() == Role::Datadog { newest(facts, pin) } else { pin });
    order::repinned(list, pin).map_or(Buildpacks::Keep, Buildpacks::Exactly)
}

/// Whether a pin is a release that does not exist. The tags of Datadog's buildpack have no `v`.
fn is_missing(facts: &Facts, pin: &str) -> bool {
    versions::is_release(pin)
        && (pin.starts_with('v') || facts.buildpack_releases.as_ref().is_some_and(|known| known.lacks(pin)))
}

/// The pin, or the newest release instead of an older one, a branch, or one that does not exist.
fn newest<'p>(facts: &'p Facts, pin: &'p str) -> &'p str {
    let bare = pin.trim_start_matches('v');
    let is_current = versions::is_release(pin) && !versions::is_older(bare, versions::BUILDPACK);
    match is_current && !is_missing(facts, bare) {
        true => bare,
        false => facts.buildpack_releases.as_ref().map_or(versions::BUILDPACK, Releases::newest),
    }
}

fn shown(list: &[Buildpack]) -> String {
    if list.is_empty() {
        return "none".to_owned();
    }
    list.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::super::testing::{built_with, codes, diagnose, left};
    use crate::app::buildpack::DATADOG;
    use crate::app::codes;

    #[test]
    fn what_is_wrong_with_the_buildpacks_is_found_and_fixed_at_once() {
        let fork = "https://github.com/acme/heroku-buildpack-datadog";
        let (old, new, branch) =
            (format!("{DATADOG}#1.31"), format!("{DATADOG}#2.44"), format!("{DATADOG}#master"));
        let with_v = format!("{DATADOG}#v2.44");
        let archive = "https://github.com/DataDog/heroku-buildpack-datadog/archive/refs/tags/2.44.tar.gz";
        let subdir = "https://github.com/acme/heroku-buildpack-subdir";
        for (existing, expected) in [
            (vec![DATADOG, "heroku/ruby"], vec![]),
            (vec![new.as_str(), "heroku/ruby"], vec![]),
            (vec!["heroku/ruby", DATADOG], vec![codes::AGENT_LAST]),
            (vec![DATADOG, DATADOG, "heroku/ruby"], vec![codes::AGENT_TWICE]),
            (vec![DATADOG, "heroku-community/apt", "heroku/ruby"], vec![codes::AGENT_TOO_EARLY]),
            (
                vec![DATADOG, "https://github.com/lstoll/heroku-buildpack-monorepo", "heroku/go"],
                vec![codes::AGENT_TOO_EARLY],
            ),
            (vec![old.as_str(), "heroku/ruby"], vec![codes::PINNED_BEHIND]),
            (vec![branch.as_str(), "heroku/ruby"], vec![codes::PINNED_TO_BRANCH]),
            (vec![with_v.as_str(), "heroku/ruby"], vec![codes::NO_SUCH_RELEASE]),
            (vec![archive, "heroku/ruby"], vec![]),
            (vec![subdir, DATADOG], vec![]),
            (vec![DATADOG, subdir], vec![codes::AGENT_TOO_EARLY]),
            (
                vec![old.as_str(), "heroku-community/apt", "heroku/ruby", DATADOG],
                vec![codes::AGENT_TWICE, codes::AGENT_LAST, codes::AGENT_TOO_EARLY, codes::PINNED_BEHIND],
            ),
        ] {
            assert_eq!(codes(&diagnose(&built_with(&existing))), expected, "{existing:?}");
            assert_eq!(left(built_with(&existing)), [""; 0], "{existing:?}");
        }
        for existing in [vec!["heroku/ruby"], vec![fork, "heroku/ruby"]] {
            let findings = diagnose(&built_with(&existing));
            let expected = if existing[0] == fork { codes::FORK } else { codes::NO_BUILDPACK };
            assert_eq!(codes(&findings), [expected]);
            assert!(findings[0].fix.is_some());
        }
    }

    #[test]
    fn an_app_without_classic_buildpacks_is_not_judged_by_them() {
        let mut image = built_with(&[]);
        image.app.build_stack = "container".into();
        assert!(!codes(&diagnose(&image)).contains(&codes::NO_BUILDPACK));
    }
}
