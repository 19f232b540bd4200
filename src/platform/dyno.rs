//! Dynos: their names and types.

/// The types of one-off dynos, which run one command and end, as patterns: `*` at the end matches the rest of a name.
/// `run` (`heroku run`), `release` (the release phase) and `scheduler` are Heroku's; the others those of add-ons.
/// <https://devcenter.heroku.com/articles/dynos#dyno-configurations>
pub const ONE_OFF: [&str; 5] = ["run", "release", "scheduler", "advanced-scheduler*", "crontogo*"];

/// The type of the dynos that take requests.
pub const WEB: &str = "web";

/// The first dyno of that type.
pub const FIRST_WEB: &str = "web.1";

/// The process type in a dyno's name: `web` of Cedar's `web.1` and of Fir's `web-5f8d9c7b4-x2x7z`.
pub fn process_type(dyno: &str) -> &str {
    match dyno.split_once('.') {
        Some((kind, _)) => kind,
        None => fir_process_type(dyno).unwrap_or(dyno),
    }
}

/// The type in a name as Fir makes them: a type, the hash of a release, the hash of a dyno.
fn fir_process_type(dyno: &str) -> Option<&str> {
    let (rest, hash) = dyno.rsplit_once('-')?;
    let (kind, release) = rest.rsplit_once('-')?;
    let is_hash = |text: &str| text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    let is_fir = hash.len() == 5 && (5..=10).contains(&release.len()) && is_hash(hash) && is_hash(release);
    (is_fir && !kind.is_empty()).then_some(kind)
}

/// Whether a process type is meant by a pattern: a type, or its beginning and a `*`.
pub fn matches(pattern: &str, process_type: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(start) => process_type.starts_with(start),
        None => process_type == pattern,
    }
}

/// Whether dynos of a type run one command and end.
pub fn is_one_off(process_type: &str) -> bool {
    ONE_OFF.iter().any(|pattern| matches(pattern, process_type))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_type_stands_before_the_number_or_the_hashes() {
        for (dyno, kind) in [
            ("web.1", "web"),
            ("advanced-scheduler-x.12", "advanced-scheduler-x"),
            ("web-12a34b56d-e78f9", "web"),
            ("web-5f8d9c7b4-x2x7z", "web"),
            ("mail-worker-12a34b56d-e78f9", "mail-worker"),
            ("mail-worker", "mail-worker"),
            ("", ""),
        ] {
            assert_eq!(process_type(dyno), kind, "{dyno}");
        }
    }

    #[test]
    fn one_off_dynos_are_known_by_their_type() {
        for kind in ["run", "release", "scheduler", "advanced-scheduler-a", "crontogo"] {
            assert!(is_one_off(kind), "{kind}");
        }
        for kind in ["web", "runner", "worker", ""] {
            assert!(!is_one_off(kind), "{kind}");
        }
    }
}
