//! Booleans of config vars: one reading for the build, the dyno and the CLI.
//!
//! The Agent reads its own (`DD_APM_ENABLED`, `DD_HEROKU_DYNO`, …) with Go's `strconv.ParseBool`
//! (<https://pkg.go.dev/strconv#ParseBool>): `1`, `t`, `T`, `TRUE`, `true`, `True`, and the same for false; it takes
//! everything else for false. Datadog's buildpack reads the rest in bash: `extra/datadog.sh` compares with `true`
//! (`DD_APM_ENABLED`: with `false`) in any case, `bin/compile` with `false` as it is. Ours takes what either of
//! them takes, in any case, so that a slug holds what its dynos start.

const TRUE: [&str; 3] = ["1", "t", "true"];
const FALSE: [&str; 3] = ["0", "f", "false"];

/// Reads a boolean as the Agent does, in any case and without the white space around it. `None` for other texts.
pub fn parse(text: &str) -> Option<bool> {
    read(text, &TRUE, &FALSE)
}

/// Reads what a person types for a boolean: `yes` and `off` too, which no program of Datadog's understands. Send
/// [`text`] of it.
pub fn parse_input(text: &str) -> Option<bool> {
    parse(text).or_else(|| read(text, &["y", "yes", "on"], &["n", "no", "off"]))
}

/// How a boolean is written.
pub fn text(on: bool) -> &'static str {
    if on { "true" } else { "false" }
}

/// Whether a switch of this program is on, such as `DD_HEROKU_SANDBOX`, or one that only needs to be set, such as `CI`:
/// any text but one that means no.
#[cfg(feature = "cli")]
pub fn is_switched_on(value: Option<&str>) -> bool {
    value.is_some_and(|value| parse_input(value) != Some(false))
}

fn read(text: &str, yes: &[&str], no: &[&str]) -> Option<bool> {
    let text = text.trim();
    let is = |words: &[&str]| words.iter().any(|word| text.eq_ignore_ascii_case(word));
    if is(yes) { Some(true) } else { is(no).then_some(false) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_the_agents_is_read() {
        for on in ["1", "t", "T", "TRUE", "true", "True", " true\r\n"] {
            assert_eq!(parse(on), Some(true), "{on}");
        }
        for off in ["0", "f", "F", "FALSE", "false", "False", " FALSE\n"] {
            assert_eq!(parse(off), Some(false), "{off}");
        }
        for other in ["", "yes", "on", "2", "truely", "tru e"] {
            assert_eq!(parse(other), None, "{other}");
        }
    }

    #[test]
    fn people_may_type_yes_and_no() {
        assert_eq!(parse_input("Yes"), Some(true));
        assert_eq!(parse_input("off"), Some(false));
        assert_eq!(parse_input("T"), Some(true));
        assert_eq!(parse_input("maybe"), None);
    }

    #[cfg(feature = "cli")]
    #[test]
    fn a_switch_is_on_unless_its_text_means_no() {
        assert!(is_switched_on(Some("1")) && is_switched_on(Some("woodpecker")));
        assert!(!is_switched_on(None) && !is_switched_on(Some("0")) && !is_switched_on(Some("No")));
    }
}
