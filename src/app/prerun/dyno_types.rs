//! Dyno types that are named to be skipped, compared with those that exist.

use crate::platform::dyno::{ONE_OFF, matches};

/// What likeness makes two names slips of each other.
const ALIKE: f64 = 0.65;

/// Of patterns of dyno types, those that no dyno of an app with these process types has, each with the type that was likely
/// meant.
pub fn unknown<'p>(patterns: &'p [String], process_types: &[&str]) -> Vec<(&'p str, Option<String>)> {
    let known: Vec<&str> = ONE_OFF.iter().chain(process_types).copied().collect();
    let is_known = |pattern: &str| known.iter().any(|kind| matches(kind, pattern) || matches(pattern, kind));
    let near = |pattern: &str| {
        let scored = known.iter().map(|kind| (strsim::normalized_damerau_levenshtein(kind, pattern), *kind));
        let best = scored.max_by(|left, other| left.0.total_cmp(&other.0));
        best.filter(|(likeness, _)| *likeness >= ALIKE).map(|(_, kind)| kind.to_owned())
    };
    let patterns = patterns.iter().map(String::as_str).filter(|pattern| !is_known(pattern));
    patterns.map(|pattern| (pattern, near(pattern))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_told_from_types() {
        for (pattern, expected) in [
            ("release", None),
            ("worker", None),
            ("work*", None),
            ("advanced-scheduler-7", None),
            ("relase", Some(("relase", Some("release")))),
            ("workers", Some(("workers", Some("worker")))),
            ("clock", Some(("clock", None))),
        ] {
            let patterns = [pattern.to_owned()];
            let unknown_types = unknown(&patterns, &["web", "worker"]);
            let unknown_types = unknown_types.first().map(|(pattern, near)| (*pattern, near.as_deref()));
            assert_eq!(unknown_types, expected, "{pattern}");
        }
    }
}
