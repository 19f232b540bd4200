//! An app's booleans, as what reads them on its dynos does.

use super::buildpack::Role;
use super::facts::{ConfigVars, Facts};
use crate::datadog::boolean::{self, SPELLED_OUT};

/// Whether a config var is on. One that is unset, or that nothing can read, is not.
pub fn is_on(facts: &Facts, name: &str) -> bool {
    facts.config.as_ref().and_then(|config| read(facts, config, name)) == Some(true)
}

/// Whether a config var is off, and not just unset.
pub fn is_off(config: &ConfigVars, name: &str) -> bool {
    config.get(name).and_then(boolean::parse) == Some(false)
}

fn read(facts: &Facts, config: &ConfigVars, name: &str) -> Option<bool> {
    let text = config.get(name)?;
    let roles = facts.buildpacks.iter().flatten().map(super::Buildpack::role);
    let is_script = SPELLED_OUT.contains(&name)
        && roles.into_iter().any(|role| matches!(role, Role::Datadog | Role::Fork));
    boolean::parse(text).filter(|_| !is_script || boolean::is_spelled_out(text))
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
