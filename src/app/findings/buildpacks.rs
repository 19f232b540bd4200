//! Which buildpack installs the Agent, and where it stands.

use super::Finding;
use crate::app::buildpack::{Buildpack, Role};
use crate::app::desired::{Buildpacks, Desired, RebuildWhen};
use crate::app::facts::Facts;
use crate::app::order::{self, Fault};
use crate::app::{codes, versions};

pub(super) fn find(facts: &Facts) -> Vec<Finding> {
    let Some(list) = facts.buildpacks.as_deref().filter(|_| facts.app.has_buildpacks()) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for fault in order::faults(list) {
        let names = || list.iter().filter(|buildpack| buildpack.installs_agent()).map(ToString::to_string);
        found.push(match fault {
            Fault::Missing => (codes::NO_BUILDPACK, format!("buildpacks: {}", shown(list))),
            Fault::Twice => (codes::AGENT_TWICE, names().collect::<Vec<_>>().join(", ")),
            Fault::Last => (codes::AGENT_LAST, format!("buildpacks: {}", shown(list))),
            Fault::Before(at) => (codes::AGENT_TOO_EARLY, format!("{} comes after it", list[at])),
        });
    }
    for buildpack in list.iter().filter(|buildpack| buildpack.installs_agent()) {
        match (buildpack.role(), buildpack.pin()) {
            (Role::Fork, _) => found.push((codes::FORK, buildpack.to_string())),
            (Role::Datadog, Some(pin)) if !versions::is_release(pin) => {
                found.push((codes::PINNED_TO_BRANCH, buildpack.to_string()));
            }
            (Role::Datadog, Some(pin)) if versions::is_older(pin, versions::BUILDPACK) => {
                let evidence = format!("pinned to {pin}; {} is the newest known", versions::BUILDPACK);
                found.push((codes::PINNED_BEHIND, evidence));
            }
            _ => {}
        }
    }
    let finding = |(code, evidence)| {
        Some(Finding::new(code, evidence)?.fixed_by(Desired {
            buildpacks: fixed(list),
            rebuild: RebuildWhen::Due,
            ..Desired::default()
        }))
    };
    found.into_iter().filter_map(finding).collect()
}

/// The list in order: Datadog's own buildpack or ours, once, its pin kept when it is the newest release.
fn fixed(list: &[Buildpack]) -> Buildpacks {
    let installed = order::installed(list);
    let agent = match installed.map(Buildpack::role) {
        Some(Role::Datadog | Role::Ours) => {
            installed.cloned().unwrap_or_else(|| Buildpack::agent(None, None))
        }
        _ => return Buildpacks::WithAgent(Buildpack::agent(None, None)),
    };
    let pin = agent.pin().map(|pin| if agent.role() == Role::Datadog { newest(pin) } else { pin });
    order::repinned(list, pin).map_or(Buildpacks::Keep, Buildpacks::Exactly)
}

/// The pin, or the newest release instead of an older one or a branch.
fn newest(pin: &str) -> &str {
    if versions::is_release(pin) && !versions::is_older(pin, versions::BUILDPACK) {
        pin
    } else {
        versions::BUILDPACK
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
    use super::super::testing::{built_with, codes, found, left};
    use crate::app::buildpack::DATADOG;
    use crate::app::codes;

    #[test]
    fn what_is_wrong_with_the_buildpacks_is_found_and_fixed_at_once() {
        let fork = "https://github.com/acme/heroku-buildpack-datadog";
        let (old, new, branch) =
            (format!("{DATADOG}#1.31"), format!("{DATADOG}#2.44"), format!("{DATADOG}#master"));
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
            (
                vec![old.as_str(), "heroku-community/apt", "heroku/ruby", DATADOG],
                vec![codes::AGENT_TWICE, codes::AGENT_LAST, codes::AGENT_TOO_EARLY, codes::PINNED_BEHIND],
            ),
        ] {
            assert_eq!(codes(&found(&built_with(&existing))), expected, "{existing:?}");
            assert_eq!(left(built_with(&existing)), [""; 0], "{existing:?}");
        }
        for existing in [vec!["heroku/ruby"], vec![fork, "heroku/ruby"]] {
            let findings = found(&built_with(&existing));
            let expected = if existing[0] == fork { codes::FORK } else { codes::NO_BUILDPACK };
            assert_eq!(codes(&findings), [expected]);
            assert!(findings[0].fix.is_some());
        }
    }

    #[test]
    fn an_app_without_classic_buildpacks_is_not_judged_by_them() {
        let mut image = built_with(&[]);
        image.app.build_stack = "container".into();
        assert!(!codes(&found(&image)).contains(&codes::NO_BUILDPACK));
    }
}
