//! Versions of the Agent and releases of its buildpack: which is newer, which are near. Pure.

use std::cmp::{Ordering, Reverse};

use super::deployed;

/// The newest release of Datadog's buildpack when this program was made.
pub const BUILDPACK: &str = "2.44";

/// The numbers of a version, its epoch left out: `1:7.81.2-1` is 7, 81, 2, 1.
fn numbers(version: &str) -> Vec<u64> {
    let bare = version.strip_prefix("1:").unwrap_or(version);
    bare.split(['.', '-']).map_while(|part| part.parse().ok()).collect()
}

/// Whether a pin is the number of a release, and not a branch or a commit.
pub fn is_release(pin: &str) -> bool {
    let pin = pin.strip_prefix('v').unwrap_or(pin);
    pin.contains('.')
        && pin.split('.').all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()))
}

/// Whether one release is older than another.
pub fn is_older(one: &str, other: &str) -> bool {
    order(one, other).is_lt()
}

/// The order of two releases by their numbers.
pub fn order(one: &str, other: &str) -> Ordering {
    numbers(one.trim_start_matches('v')).cmp(&numbers(other.trim_start_matches('v')))
}

/// Whether a version is one that comes before a release: `7.82.0~rc.1-1`.
pub fn is_preview(version: &str) -> bool {
    version.contains('~')
}

/// The version that is meant by `asked`, which may be a major version, `latest` or lack the revision. `agents` has
/// the newest first.
pub fn find<'a>(asked: &str, agents: &'a [String]) -> Option<&'a str> {
    let stable = |agent: &&String| !is_preview(agent);
    let mut agents = agents.iter();
    match asked {
        "latest" => agents.find(stable),
        major if !major.is_empty() && major.bytes().all(|byte| byte.is_ascii_digit()) => {
            agents.filter(stable).find(|agent| agent.split('.').next() == Some(major))
        }
        exact => agents.find(|agent| deployed::is_version(agent, exact)),
    }
    .map(String::as_str)
}

/// The versions that exist around one that does not, the nearest first.
pub fn near<'a>(asked: &str, agents: &'a [String]) -> Vec<&'a str> {
    let asked = numbers(asked);
    let at = |version: &[u64], place: usize| version.get(place).copied().unwrap_or_default();
    let mut ranked: Vec<_> = agents.iter().filter(|agent| !is_preview(agent)).map(String::as_str).collect();
    // Of another major version the newest are the nearest; the sort keeps their order.
    ranked.sort_by_key(|agent| {
        let there = numbers(agent);
        let apart = |place| at(&there, place).abs_diff(at(&asked, place));
        if apart(0) == 0 {
            (0, apart(1), apart(2), Reverse(at(&there, 3)))
        } else {
            (apart(0), 0, 0, Reverse(0))
        }
    });
    ranked.dedup_by_key(|agent| agent.split('-').next());
    ranked.truncate(5);
    ranked
}

/// How many minor versions one is behind another of the same major version.
pub fn minors_behind(one: &str, newest: &str) -> Option<u64> {
    let (one, newest) = (numbers(one), numbers(newest));
    (one.len() > 1 && newest.len() > 1 && one[0] == newest[0]).then(|| newest[1].saturating_sub(one[1]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn agents() -> Vec<String> {
        ["7.82.0~rc.1-1", "7.81.2-1", "7.80.0-2", "7.80.0-1", "7.66.1-1", "6.53.1-1"].map(String::from).into()
    }

    #[test]
    fn a_version_is_found_however_it_is_asked_for() {
        for (asked, found) in [
            ("latest", Some("7.81.2-1")),
            ("7", Some("7.81.2-1")),
            ("6", Some("6.53.1-1")),
            ("7.80.0", Some("7.80.0-2")),
            ("1:7.80.0-1", Some("7.80.0-1")),
            ("7.8", None),
            ("9.9.9", None),
        ] {
            assert_eq!(find(asked, &agents()), found, "{asked}");
        }
    }

    #[test]
    fn near_versions_are_those_around() {
        assert_eq!(near("7.79.9", &agents())[..2], ["7.80.0-2", "7.81.2-1"]);
        assert_eq!(near("9.9.9", &agents()).first(), Some(&"7.81.2-1"));
    }

    #[test]
    fn releases_are_told_from_branches_and_ordered() {
        assert!(is_release("2.44") && is_release("v1.31.0") && !is_release("master") && !is_release("1a.2"));
        assert!(is_older("1.31", "2.44") && is_older("2.9", "2.44") && !is_older("2.44", "2.44"));
        assert_eq!(minors_behind("7.66.1-1", "7.81.2-1"), Some(15));
        assert_eq!(minors_behind("6.53.1-1", "7.81.2-1"), None);
    }
}
