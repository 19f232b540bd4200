//! What the app's config vars say about the build: the files of `ENV_DIR`. Pure but for reading them. It reads only
//! the variables it knows, and never a key.

use std::collections::BTreeMap;
use std::path::Path;
use std::{fs, io};

use super::error::{Error, Kind, Result};
use super::repository::endpoints::Endpoints;
use super::repository::version::Requested;
use crate::datadog::boolean;
use crate::env::{self, Environment};

const READ: [&str; 18] = [
    env::DD_AGENT_VERSION,
    env::DD_AGENT_MAJOR_VERSION,
    env::DD_PYTHON_VERSION,
    env::DD_APM_ENABLED,
    env::DD_PROCESS_AGENT,
    env::DD_OTELCOLLECTOR_ENABLED,
    env::DD_DATA_PLANE_ENABLED,
    env::DD_HEROKU_SLIM,
    env::DD_HEROKU_KEEP_CHECKS,
    env::DD_HEROKU_CONF_FOLDER,
    env::DD_ENABLE_HEROKU_REDIS,
    env::ENABLE_HEROKU_REDIS,
    env::DD_ENABLE_HEROKU_POSTGRES,
    env::ENABLE_HEROKU_POSTGRES,
    env::DD_ENABLE_DBM,
    env::DD_HEROKU_APT_URL,
    env::DD_HEROKU_APT_KEYS_URL,
    env::DD_HEROKU_APT_KEY_FINGERPRINTS,
];

/// What the app asks the build for.
#[derive(Clone, Debug)]
pub struct Options {
    /// Which Agent.
    pub requested: Requested,
    /// Where it comes from.
    pub endpoints: Endpoints,
    /// `DD_PYTHON_VERSION` as it was given; what it means depends on the Agent.
    pub python: Option<String>,
    /// Whether the trace-agent is installed.
    pub apm: bool,
    /// Whether the app says itself that it wants the trace-agent.
    pub apm_asked: bool,
    /// Whether the process-agent is installed, where it is a program of its own.
    pub process_agent: bool,
    /// Whether the OpenTelemetry collector is installed, where the package has it.
    pub otel_collector: bool,
    /// Whether the data plane is installed, where the package has it.
    pub data_plane: bool,
    /// Which Python packages are installed.
    pub slim: Slim,
}

/// Whether a build is slim.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Slimness {
    /// No.
    #[default]
    Off,
    /// Yes.
    On,
    /// When the slug would be large without.
    Auto,
}

/// What a slim build keeps.
#[derive(Clone, Debug, Default)]
pub struct Slim {
    /// Whether the build is one.
    pub when: Slimness,
    /// Checks that stay: those that are named, and those that config vars switch on.
    pub checks: Vec<String>,
    /// The app's folder with `conf.d`, `checks.d` and `prerun.sh`.
    pub folder: String,
}

impl Options {
    /// Reads the files of `folder`; the endpoints may come from `environment` instead.
    pub fn read(folder: Option<&Path>, environment: &Environment) -> Result<Self> {
        let mut values = BTreeMap::new();
        for name in READ {
            if let Some(folder) = folder
                && let Some(value) =
                    read_value(&folder.join(name)).map_err(|cause| unreadable(name, cause))?
            {
                values.insert(name, value);
            }
        }
        Self::from_values(|name| {
            let outside = || environment.get(name).filter(|_| name.starts_with("DD_HEROKU_APT_"));
            values.get(name).cloned().or_else(|| outside().map(str::to_owned))
        })
    }

    fn from_values(value: impl Fn(&str) -> Option<String>) -> Result<Self> {
        let version = value(env::DD_AGENT_VERSION);
        let major = value(env::DD_AGENT_MAJOR_VERSION);
        let apm = boolean(env::DD_APM_ENABLED, value(env::DD_APM_ENABLED), true)?;
        Ok(Self {
            requested: Requested::parse(version.as_deref(), major.as_deref())?,
            python: value(env::DD_PYTHON_VERSION),
            apm,
            apm_asked: apm && value(env::DD_APM_ENABLED).is_some(),
            process_agent: boolean(env::DD_PROCESS_AGENT, value(env::DD_PROCESS_AGENT), false)?,
            otel_collector: is_on(value(env::DD_OTELCOLLECTOR_ENABLED)),
            data_plane: is_on(value(env::DD_DATA_PLANE_ENABLED)),
            slim: slim(&value)?,
            endpoints: Endpoints::from_variables(value)?,
        })
    }
}

/// The content of a file without the blanks around it; nothing where there is no file, or nothing in it.
fn read_value(path: &Path) -> io::Result<Option<String>> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text.trim().to_owned()).filter(|value| !value.is_empty())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// A boolean, read as the dyno will read it.
fn boolean(name: &str, value: Option<String>, default: bool) -> Result<bool> {
    let Some(value) = value else { return Ok(default) };
    boolean::parse(&value).ok_or_else(|| {
        let meant = boolean::parse_input(&value).unwrap_or(default);
        Error::new(Kind::Options, format!("{name} is `{value}`, which is neither true nor false"))
            .remedy(format!("Set it to one of them: `heroku config:set {name}={meant}`"))
    })
}

fn slim(value: &impl Fn(&str) -> Option<String>) -> Result<Slim> {
    let when = match value(env::DD_HEROKU_SLIM) {
        Some(text) if text.eq_ignore_ascii_case("auto") => Slimness::Auto,
        text => match boolean(env::DD_HEROKU_SLIM, text, false)? {
            true => Slimness::On,
            false => Slimness::Off,
        },
    };
    let kept = value(env::DD_HEROKU_KEEP_CHECKS).unwrap_or_default();
    let mut checks: Vec<String> =
        kept.split([',', ' ']).map(str::trim).filter(|check| !check.is_empty()).map(str::to_owned).collect();
    for (names, check) in SWITCHES {
        if names.iter().any(|name| is_on(value(name))) {
            checks.push(check.into());
        }
    }
    let folder = value(env::DD_HEROKU_CONF_FOLDER).unwrap_or_else(|| "datadog".into());
    Ok(Slim { when, checks, folder })
}

/// Config vars that switch a check on.
const SWITCHES: [(&[&str], &str); 2] = [
    (&[env::DD_ENABLE_HEROKU_REDIS, env::ENABLE_HEROKU_REDIS], "redisdb"),
    (&[env::DD_ENABLE_HEROKU_POSTGRES, env::ENABLE_HEROKU_POSTGRES, env::DD_ENABLE_DBM], "postgres"),
];

/// A boolean of the Agent's own, of which only a clear yes counts.
fn is_on(value: Option<String>) -> bool {
    value.and_then(|value| boolean::parse(&value)).unwrap_or(false)
}

fn unreadable(name: &str, cause: io::Error) -> Error {
    Error::because(Kind::Options, format!("the value of {name} cannot be read"), cause)
        .remedy(format!("Set it again: `heroku config:set {name}=…`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(files: &[(&str, &[u8])]) -> Result<Options> {
        let folder = tempfile::tempdir().unwrap();
        for (name, content) in files {
            fs::write(folder.path().join(name), content).unwrap();
        }
        Options::read(Some(folder.path()), &Environment::default())
    }

    #[test]
    fn nothing_set_means_the_defaults() {
        let options = read(&[]).unwrap();
        assert_eq!(options.requested.text(), "7.81.2-1");
        assert!(options.apm && !options.process_agent && options.python.is_none());
        assert!(Options::read(None, &Environment::default()).is_ok());
    }

    #[test]
    fn line_ends_and_case_do_not_matter() {
        let options = read(&[
            ("DD_AGENT_VERSION", b"7.80.0\r\n"),
            ("DD_APM_ENABLED", b"False\n"),
            ("DD_PROCESS_AGENT", b" TRUE"),
            ("DD_PYTHON_VERSION", b"\n"),
        ])
        .unwrap();
        assert_eq!(options.requested.text(), "7.80.0");
        assert!(!options.apm && options.process_agent && options.python.is_none());
    }

    #[test]
    fn a_switch_that_is_neither_on_nor_off_is_refused() {
        let error = read(&[("DD_APM_ENABLED", b"maybe")]).unwrap_err();
        assert_eq!(error.to_string(), "DD_APM_ENABLED is `maybe`, which is neither true nor false");
        assert_eq!(error.remedies, ["Set it to one of them: `heroku config:set DD_APM_ENABLED=true`"]);
        assert!(read(&[("DD_AGENT_VERSION", b"\xff\xfe")]).is_err());
    }

    #[test]
    fn the_environment_gives_endpoints_and_nothing_else() {
        let environment = Environment::default()
            .with(env::DD_HEROKU_APT_URL, "https://mirror.example")
            .with(env::DD_AGENT_VERSION, "6.0.0");
        let options = Options::read(None, &environment).unwrap();
        assert_eq!(options.endpoints.repository.as_str(), "https://mirror.example/");
        assert_eq!(options.requested.text(), "7.81.2-1");
    }
}
