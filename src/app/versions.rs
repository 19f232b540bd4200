//! Versions of the Agent and releases of its buildpack: which is newer, which are near. Pure.

use std::cmp::{Ordering, Reverse};

use crate::datadog::agent_request::{PINNED_6, PINNED_7};
use crate::datadog::{AgentRequest, AgentVersion};

/// The newest release of Datadog's buildpack when this program was made.
pub const BUILDPACK: &str = "2.44";

/// Whether a pin is the number of a release, and not a branch or a commit.
pub fn is_release(pin: &str) -> bool {
    let pin = pin.strip_prefix('v').unwrap_or(pin);
    pin.contains('.')
        && pin.split('.').all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()))
}

/// Whether one release of the buildpack is older than another.
pub fn is_older(version: &str, other: &str) -> bool {
    order(version, other).is_lt()
}

/// The order of two releases of the buildpack by their numbers.
pub fn order(version: &str, other: &str) -> Ordering {
    numbers(version).cmp(&numbers(other))
}

/// The numbers of a release: 2 and 44 of `v2.44`.
fn numbers(release: &str) -> Vec<u64> {
    release.trim_start_matches('v').split('.').map_while(|part| part.parse().ok()).collect()
}

/// Whether an Agent is older than another; `false` where either is not a whole version.
pub fn is_downgrade(to: &str, from: &str) -> bool {
    AgentVersion::parse(to).zip(AgentVersion::parse(from)).is_some_and(|(to, from)| to < from)
}

/// Whether a version is one that comes before a release: `7.82.0~rc.1-1`.
pub fn is_preview(version: &str) -> bool {
    AgentVersion::parse(version).is_some_and(AgentVersion::is_preview)
}

/// Whether a version is of this major version.
pub fn is_of_major(version: &str, major: u32) -> bool {
    AgentVersion::parse(version).is_some_and(|version| version.major == major)
}

/// The version that is meant by `asked`, which may be a major or minor version, `latest` or lack the revision. `agents` has
/// the newest first.
pub fn find<'a>(asked: &str, agents: &'a [String]) -> Option<&'a str> {
    let request = AgentRequest::parse(asked)?;
    let is_meant = |agent: &&String| AgentVersion::parse(agent).is_some_and(|agent| request.is_met_by(agent));
    agents.iter().find(is_meant).map(String::as_str)
}

/// The version that `asked` means, whole as Datadog's buildpack takes it: `7.80.0-1`. Without the list of versions a
/// revision is the first, since Datadog makes no other, and the newest is the one that this program knows; `None` where
/// that is unknown.
pub fn whole(asked: &str, agents: Option<&[String]>) -> Option<String> {
    if let Some(agents) = agents {
        return find(asked, agents).map(str::to_owned);
    }
    let pinned = |major| if major == 6 { PINNED_6 } else { PINNED_7 };
    match AgentRequest::parse(asked)? {
        AgentRequest::Exactly(version) => {
            Some(AgentVersion { revision: version.revision.or(Some(1)), ..version }.to_string())
        }
        AgentRequest::Latest => Some(PINNED_7.to_owned()),
        request @ AgentRequest::Newest { major, .. } => AgentVersion::parse(pinned(major))
            .is_some_and(|version| request.is_met_by(version))
            .then(|| pinned(major).to_owned()),
    }
}

/// The versions that exist around one that does not, the nearest first.
pub fn near<'a>(asked: &str, agents: &'a [String]) -> Vec<&'a str> {
    let (major, minor, patch) = match AgentRequest::parse(asked) {
        Some(AgentRequest::Exactly(version)) => (version.major, version.minor, version.patch),
        Some(AgentRequest::Newest { major, minor }) => (major, minor.unwrap_or(0), 0),
        // Nothing is near: the newest are named.
        Some(AgentRequest::Latest) | None => (u32::MAX, 0, 0),
    };
    let released = agents.iter().filter_map(|agent| Some((AgentVersion::parse(agent)?, agent.as_str())));
    let mut ranked: Vec<_> = released.filter(|(agent, _)| !agent.is_preview()).collect();
    // Of another major version the newest are the nearest; the sort keeps their order.
    ranked.sort_by_key(|(agent, _)| match agent.major.abs_diff(major) {
        0 => (0, agent.minor.abs_diff(minor), agent.patch.abs_diff(patch), Reverse(agent.revision)),
        apart => (apart, 0, 0, Reverse(None)),
    });
    ranked.dedup_by_key(|(agent, _)| agent.without_revision());
    ranked.into_iter().take(5).map(|(_, agent)| agent).collect()
}

/// How many minor versions one is behind another of the same major version.
pub fn minors_behind(version: &str, newest: &str) -> Option<u32> {
    let (version, newest) = AgentVersion::parse(version).zip(AgentVersion::parse(newest))?;
    (version.major == newest.major).then(|| newest.minor.saturating_sub(version.minor))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn agents() -> Vec<String> {
        ["7.82.0~rc.1-1", "7.81.2-1", "7.80.0-2", "7.80.0-1", "7.66.1-1", "6.53.1-1"].map(String::from).into()
    }

    #[test]
    fn a_version_is_found_however_it_is_asked_for() {
        for (asked, expected) in [
            ("latest", Some("7.81.2-1")),
            ("7", Some("7.81.2-1")),
            ("6", Some("6.53.1-1")),
            ("7.80.0", Some("7.80.0-2")),
            ("1:7.80.0-1", Some("7.80.0-1")),
            ("7.80", Some("7.80.0-2")),
            ("v7.66.1", Some("7.66.1-1")),
            ("6.53.1-1_amd64", Some("6.53.1-1")),
            ("7.8", None),
            ("9.9.9", None),
        ] {
            assert_eq!(find(asked, &agents()), expected, "{asked}");
        }
    }

    #[test]
    fn a_version_is_whole_without_the_list_where_that_can_be_told() {
        for (asked, expected) in [
            ("7.80.0", Some("7.80.0-1")),
            ("v7.80.0-2", Some("7.80.0-2")),
            ("7.81", Some("7.81.2-1")),
            ("latest", Some("7.81.2-1")),
            ("6", Some("6.53.1-1")),
            ("7.80", None),
            ("8", None),
            ("seven", None),
        ] {
            assert_eq!(whole(asked, None).as_deref(), expected, "{asked}");
        }
        assert_eq!(whole("7.80.0", Some(&agents())).as_deref(), Some("7.80.0-2"));
    }

    #[test]
    fn near_versions_are_those_around() {
        assert_eq!(near("7.79.9", &agents())[..2], ["7.80.0-2", "7.81.2-1"]);
        assert_eq!(near("9.9.9", &agents()).first(), Some(&"7.81.2-1"));
        assert_eq!(near("stable", &agents()).first(), Some(&"7.81.2-1"));
    }

    #[test]
    fn releases_are_told_from_branches_and_ordered() {
        assert!(is_release("2.44") && is_release("v1.31.0") && !is_release("master") && !is_release("1a.2"));
        assert!(is_older("1.31", "2.44") && is_older("2.9", "2.44") && !is_older("2.44", "2.44"));
        assert!(is_downgrade("7.80.0", "7.81.2-1") && !is_downgrade("7.81.2-1", "7.80.0"));
        assert!(!is_downgrade("7.80.0", "latest"));
        assert_eq!(minors_behind("7.66.1-1", "7.81.2-1"), Some(15));
        assert_eq!(minors_behind("6.53.1-1", "7.81.2-1"), None);
    }
}
