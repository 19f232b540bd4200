//! `DD_HEROKU_SKIP_DYNOS`: on which dynos the Agent stays off.

use super::{boolean, tags};

/// The patterns of process types in the variable's value: those of one-off dynos where it is a yes, none where it is a no.
pub fn patterns<'v>(value: &'v str, one_off: &[&'v str]) -> Vec<&'v str> {
    match boolean::parse(value) {
        Some(true) => one_off.to_vec(),
        Some(false) => Vec::new(),
        None => tags::split(value).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_a_yes_a_no_or_patterns() {
        for (value, expected) in [
            ("", &[][..]),
            ("false", &[]),
            ("True", &["run", "release"]),
            ("run, we*\tmail", &["run", "we*", "mail"]),
        ] {
            assert_eq!(patterns(value, &["run", "release"]), expected, "{value}");
        }
    }
}
