//! An app's booleans, as what reads them on its dynos does.

use super::buildpack::Role;
use super::facts::{ConfigVars, Facts};
use crate::datadog::boolean;
use crate::env;

/// The variables that Datadog's buildpack turns on for the text `true` only, in any case
/// (<https://github.com/DataDog/heroku-buildpack-datadog/blob/master/extra/datadog.sh>). `DD_APM_ENABLED` is not among
/// them: the trace-agent reads it again and ends when it is off.
const SPELLED_OUT: [&str; 8] = [
    env::DD_DISABLE_HOST_METRICS,
    env::DD_DYNO_HOST,
    env::DD_ENABLE_DBM,
    env::DD_ENABLE_HEROKU_POSTGRES,
    env::DD_ENABLE_HEROKU_REDIS,
    env::DD_PROCESS_AGENT,
    env::ENABLE_HEROKU_POSTGRES,
    env::ENABLE_HEROKU_REDIS,
];

/// Whether a config var is on. One that is unset, or that nothing can read, is not.
pub fn is_on(facts: &Facts, name: &str) -> bool {
    facts.config.as_ref().and_then(|config| read(facts, config, name)) == Some(true)
}

/// Whether a config var is off, and not just unset.
pub fn is_off(config: &ConfigVars, name: &str) -> bool {
    config.get(name).and_then(boolean::parse) == Some(false)
}

/// Whether what reads a boolean on the app's dynos understands a text.
pub fn is_understood(facts: &Facts, name: &str, text: &str) -> bool {
    boolean::parse(text).is_some() && (!is_read_by_script(facts, name) || is_spelled_out(text))
}

fn read(facts: &Facts, config: &ConfigVars, name: &str) -> Option<bool> {
    let text = config.get(name)?;
    boolean::parse(text).filter(|_| is_understood(facts, name, text))
}

/// Whether Datadog's buildpack reads it, which only compares texts.
fn is_read_by_script(facts: &Facts, name: &str) -> bool {
    let mut roles = facts.buildpacks.iter().flatten().map(super::Buildpack::role);
    SPELLED_OUT.contains(&name) && roles.any(|role| matches!(role, Role::Datadog | Role::Fork))
}

/// Whether a text is spelled so that Datadog's buildpack reads it too.
fn is_spelled_out(text: &str) -> bool {
    ["true", "false"].iter().any(|word| text.trim().eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::Buildpack;
    use crate::app::buildpack::DATADOG;

    #[test]
    fn a_boolean_counts_as_the_apps_own_buildpack_reads_it() {
        for (buildpack, text, on) in [
            (DATADOG, "true", true),
            (DATADOG, "True", true),
            (DATADOG, "1", false),
            ("https://example.com/dd-heroku.tgz", "1", true),
            ("https://example.com/dd-heroku.tgz", "yes", false),
        ] {
            let facts = Facts {
                config: Some([("DD_DYNO_HOST".to_owned(), text.to_owned())].into_iter().collect()),
                buildpacks: Some(vec![Buildpack::of(buildpack)]),
                ..Facts::default()
            };
            assert_eq!(is_on(&facts, "DD_DYNO_HOST"), on, "{buildpack} {text}");
        }
    }
}
