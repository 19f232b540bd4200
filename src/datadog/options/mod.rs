//! The config vars that Datadog reads on Heroku: what they mean, what they may hold, which of them need a
//! recompiled slug, and which values must not show. Pure; it never prints a value that may be a secret.
//!
//! Sources: the guide <https://docs.datadoghq.com/agent/basic_agent_usage/heroku/> and
//! <https://docs.datadoghq.com/agent/configuration/environment_variables/>.

mod catalogue;
mod check;
mod problem;
mod secrecy;

pub use catalogue::VARIABLES;
pub use check::check;
pub use problem::Problem;
pub use secrecy::{has_credentials, is_secret};

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

/// What a variable may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// An API key, 32 hex digits.
    ApiKey,
    /// Another secret.
    Secret,
    /// One of Datadog's sites.
    Site,
    /// `true` or `false`.
    Bool,
    /// On by any value at all; off only when unset.
    AnyValue,
    /// A version of the Agent.
    AgentVersion,
    /// A major version of the Agent: 6 or 7.
    AgentMajor,
    /// A major version of Python: 2 or 3.
    PythonMajor,
    /// Percentiles between 0 and 1.
    Percentiles,
    /// Tags.
    Tags,
    /// The value of one of the tags `env`, `service`, `version`.
    TagValue,
    /// A log level of the Agent.
    Level,
    /// Names of other config vars, separated by commas. Never their values.
    VarNames,
    /// A host name.
    HostName,
    /// Dyno types, separated by commas; a `*` at the end stands for the rest of a name.
    DynoTypes,
    /// `true`, or the name of one dyno.
    Leader,
    /// A file or folder.
    Path,
    /// A port number.
    Port,
    /// A number of bytes.
    Bytes,
    /// The id of a commit.
    Commit,
    /// A URL.
    Url,
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

/// Names of the catalogue that someone who wrote `name` may have meant, the likeliest first.
#[cfg(feature = "cli")]
pub fn near(name: &str) -> Vec<&'static str> {
    let name = name.to_ascii_uppercase();
    let bare = |name: &str| name.trim_start_matches("DATADOG_").trim_start_matches("DD_").to_owned();
    let mut found: Vec<(f64, &'static str)> = VARIABLES
        .iter()
        .filter(|variable| !matches!(variable.standing, Standing::Replaced(_)))
        .map(|known| (strsim::normalized_damerau_levenshtein(&bare(&name), &bare(known.name)), known.name))
        .filter(|(likeness, _)| *likeness > 0.6)
        .collect();
    found.sort_by(|a, b| b.0.total_cmp(&a.0));
    found.into_iter().take(3).map(|(_, known)| known).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_catalogue_is_sorted_and_true_to_itself() {
        assert!(VARIABLES.is_sorted_by_key(|variable| variable.name));
        for variable in VARIABLES {
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
                "DD_PROCESS_AGENT",
                "DD_PYTHON_VERSION"
            ]
        );
        assert!(!needs_rebuild("DD_SITE") && !needs_rebuild("NO_SUCH_VARIABLE"));
    }

    #[cfg(feature = "cli")]
    #[test]
    fn a_misspelt_name_brings_its_neighbors() {
        for (name, meant) in [
            ("DD_SIT", "DD_SITE"),
            ("dd_api_key", "DD_API_KEY"),
            ("DD_APIKEY", "DD_API_KEY"),
            ("DD_LOGLEVEL", "DD_LOG_LEVEL"),
            ("DD_PROCESS_AGENT_ENABLED", "DD_PROCESS_AGENT"),
            ("DD_REDIS_URL_VARS", "DD_REDIS_URL_VAR"),
            ("DATADOG_API_KEY", "DD_API_KEY"),
        ] {
            assert_eq!(near(name).first(), Some(&meant), "{name}: {:?}", near(name));
        }
        assert!(near("RAILS_ENV").is_empty() && near("PATH").is_empty());
    }
}
