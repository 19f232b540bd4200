//! The config vars that Datadog reads on Heroku: what they mean, what they may hold, which of them need a
//! recompiled slug, and which values must not show. Pure; it never prints a value that may be a secret.
//!
//! Sources: the guide <https://docs.datadoghq.com/agent/basic_agent_usage/heroku/> and
//! <https://docs.datadoghq.com/agent/configuration/environment_variables/>.

mod catalogue;
mod check;
mod kind;
#[cfg(feature = "cli")]
mod near;
mod problem;
mod secrecy;

pub use catalogue::VARIABLES;
pub use check::check;
pub use kind::Kind;
#[cfg(feature = "cli")]
pub use near::{near, typo_of};
pub use problem::Problem;
pub use secrecy::{has_credentials, is_secret};

use crate::env;

/// A config var that the catalogue knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Variable {
    /// Its name.
    pub name: &'static str,
    /// What it does, in one line.
    pub about: &'static str,
    /// What it may hold.
    pub kind: Kind,
    /// What holds when it is unset.
    pub default: Option<&'static str>,
    /// Whether it is read when the slug is compiled, so that a change of it needs a rebuild.
    pub recompile: bool,
    /// Why it is better not set, when it is so.
    pub standing: Standing,
}

/// Whether a variable is one to set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It is.
    Current,
    /// It works, but something is lost by it.
    Discouraged(&'static str),
    /// Another variable took its place.
    Replaced(&'static str),
}

impl Variable {
    /// Whether its value must not show in any case.
    pub fn is_secret(&self) -> bool {
        matches!(self.kind, Kind::ApiKey | Kind::Secret)
    }
}

/// The variable of that name.
pub fn find(name: &str) -> Option<&'static Variable> {
    VARIABLES.iter().find(|variable| variable.name == name)
}

/// Whether a change of the variable takes effect only with a recompiled slug.
pub fn needs_rebuild(name: &str) -> bool {
    find(name).is_some_and(|variable| variable.recompile)
}

/// Whether the variable switches a check on, whose Python packages a slim build leaves out otherwise.
pub fn switches_check(name: &str) -> bool {
    [
        env::DD_ENABLE_DBM,
        env::DD_ENABLE_HEROKU_POSTGRES,
        env::DD_ENABLE_HEROKU_REDIS,
        env::ENABLE_HEROKU_POSTGRES,
        env::ENABLE_HEROKU_REDIS,
    ]
    .contains(&name)
}

/// Whether a name is an option of the Agent or a tracer: of the catalogue, or of a group that has too many to list.
#[cfg(feature = "cli")]
pub fn is_known(name: &str) -> bool {
    let of_group = |group: &&str| name.len() > group.len() && name.starts_with(*group);
    find(name).is_some() || (catalogue::GROUPS.iter().any(of_group) && typo_of(name).is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_catalogue_is_sorted_and_true_to_itself() {
        assert!(VARIABLES.is_sorted_by_key(|variable| variable.name));
        for variable in VARIABLES.iter() {
            assert!(!variable.about.ends_with('.') && variable.about.len() <= 100, "{}", variable.name);
            if let Some(default) = variable.default {
                assert_eq!(check(variable.name, default).as_deref(), Ok(default), "{}", variable.name);
            }
            if let Standing::Replaced(by) = variable.standing {
                assert!(find(by).is_some_and(|new| new.kind == variable.kind), "{by}");
            }
        }
    }

    #[test]
    fn what_is_read_at_compile_time_needs_a_rebuild() {
        let needing: Vec<_> = VARIABLES.iter().filter(|v| v.recompile).map(|v| v.name).collect();
        assert_eq!(
            needing,
            [
                "DD_AGENT_MAJOR_VERSION",
                "DD_AGENT_VERSION",
                "DD_APM_ENABLED",
                "DD_DATA_PLANE_ENABLED",
                "DD_HEROKU_APT_KEYS_URL",
                "DD_HEROKU_APT_KEY_FINGERPRINTS",
                "DD_HEROKU_APT_URL",
                "DD_HEROKU_KEEP_CHECKS",
                "DD_HEROKU_SLIM",
                "DD_OTELCOLLECTOR_ENABLED",
                "DD_PROCESS_AGENT",
                "DD_PYTHON_VERSION"
            ]
        );
        assert!(!needs_rebuild("DD_SITE") && !needs_rebuild("NO_SUCH_VARIABLE"));
    }
}
