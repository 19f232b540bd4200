//! Builds as Datadog's own buildpack makes them (`bin/compile`, release 2.44): which values it takes, what it leaves out,
//! what it prints. It is less tolerant than our build step, so an app that has it must not be built by ours.

use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use super::world::app::Config;
use crate::datadog::agent_request::{PINNED_6, PINNED_7, is_old_form, is_whole};
use crate::datadog::{AgentVersion, boolean};
use crate::env;

const PROFILE: &str = include_str!("datadog.sh");
const WRAPPER: &str = include_str!("agent-wrapper.sh");
const AGENT: &str = ".apt/opt/datadog-agent";
/// Where the stand-in Agent finds this program in a slug of Datadog's buildpack.
const PROGRAM: &str = ".apt/opt/datadog-agent/embedded/bin/dd-heroku";

/// Where it finds its version there.
pub(super) const VERSION: &str = ".apt/opt/datadog-agent/embedded/bin/dd-heroku.version";

/// What the config vars ask for, as the script reads them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Asked {
    /// The text to look for in the list of packages.
    pub(super) version: String,
    /// The component of the repository that it is looked for in.
    pub(super) major: u32,
    /// The version was written with the old ending.
    old_form: bool,
    python: u32,
    /// Only the text `false`, in small letters, removes it.
    apm: bool,
    /// Unset and `false` remove it; any other text keeps it.
    process_agent: Option<bool>,
}

impl Asked {
    /// Reads the variables; the error is what the script prints before it fails.
    pub(super) fn read(config: &Config) -> Result<Self, Vec<String>> {
        // `$(cat file)` drops line ends and nothing else.
        let get = |name: &str| {
            config.get(name).map(|text| text.trim_end_matches('\n')).filter(|text| !text.is_empty())
        };
        let line = match get(env::DD_AGENT_MAJOR_VERSION) {
            None | Some("7") => PINNED_7,
            Some("6") => PINNED_6,
            Some(other) => {
                return Err(vec![
                    format!("-----> ERROR: Wrong Agent version: \"{other}\"."),
                    "       Set DD_AGENT_MAJOR_VERSION to either 6 or 7.".to_owned(),
                ]);
            }
        };
        // An empty one is looked up like any other.
        let given = config.get(env::DD_AGENT_VERSION).map_or(line, |text| text.trim_end_matches('\n'));
        let version = given.strip_suffix("_amd64").unwrap_or(given).to_owned();
        // Everything that does not begin with a 7 is looked for among the packages of Agent 6.
        let major = if version.starts_with('7') { 7 } else { 6 };
        let python = match get(env::DD_PYTHON_VERSION) {
            None if major == 6 => 2,
            None | Some("3") => 3,
            Some("2") => 2,
            Some(other) => {
                return Err(vec![
                    format!("-----> ERROR: Wrong Python version: \"{other}\"."),
                    "       Set DD_PYTHON_VERSION to either 2 or 3.".to_owned(),
                ]);
            }
        };
        Ok(Self {
            old_form: is_old_form(given),
            version,
            major,
            python,
            apm: get(env::DD_APM_ENABLED) != Some("false"),
            process_agent: get(env::DD_PROCESS_AGENT).map(|text| text != "false"),
        })
    }

    /// The lines that report an old form.
    pub(super) fn warning(&self) -> Vec<String> {
        if !self.old_form {
            return Vec::new();
        }
        let version = &self.version;
        vec![
            format!(
                "-----> WARNING: Version pinning has been updated. Please update your pinned version to {version}"
            ),
            format!("       To update, run: heroku config:set DD_AGENT_VERSION={version}"),
        ]
    }

    /// Looks the version up in the lists of both packages; the error is what the script prints before it fails.
    pub(super) fn find(&self, heroku: &[String], regular: &[String]) -> Result<(), Vec<String>> {
        let is_listed = [heroku, regular].into_iter().any(|list| list.contains(&self.version));
        if is_listed && is_whole(&self.version) {
            return Ok(());
        }
        let mut lines = vec![format!("-----> ERROR: Version \"{}\" was not found.", self.version)];
        for (title, list) in [("Heroku versions:", heroku), ("regular Agent versions:", regular)] {
            lines.push(format!("       Available {title}"));
            lines.extend(list.iter().map(|version| format!("       {version}")));
        }
        Err(lines)
    }

    /// The same for our build step, which installs and prunes likewise.
    pub(super) fn config(&self) -> Config {
        let text = |on: bool| boolean::text(on).to_owned();
        [
            (env::DD_AGENT_VERSION, self.version.clone()),
            (env::DD_PYTHON_VERSION, self.python.to_string()),
            (env::DD_APM_ENABLED, text(self.apm)),
            (env::DD_PROCESS_AGENT, text(self.process_agent.unwrap_or(false))),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into()
    }

    /// What the script prints of a package that it has downloaded.
    pub(super) fn installing(&self) -> Vec<String> {
        let mut lines = vec!["-----> Installing Datadog Agent".to_owned()];
        let since = AgentVersion::parse(&self.version).map(|version| (version.major, version.minor));
        if since < Some((7, 68)) {
            lines.push(format!("{} is not newer than 7.68.0", self.version));
            if self.process_agent != Some(true) {
                let state = if self.process_agent.is_some() { "set to false" } else { "not set" };
                lines.push(format!("-----> DD_PROCESS_AGENT {state}. Removing the process agent."));
            }
        }
        if !self.apm {
            lines.push("-----> DD_APM_ENABLED set to false. Removing the trace agent.".to_owned());
        }
        lines.push("-----> Installing Datadog runner".to_owned());
        lines.push("-----> Installing Datadog agent wrapper".to_owned());
        lines
    }
}

/// Whether the cache of the last build is of another stack or version, which is noted for the next one.
pub(super) fn is_cache_stale(cache: &Path, stack: &str, asked: &Asked) -> io::Result<bool> {
    let (file, now) = (cache.join("upstream"), format!("{stack}\n{}\n", asked.version));
    let is_stale = fs::read_to_string(&file).is_ok_and(|before| before != now);
    fs::write(file, now)?;
    Ok(is_stale)
}

/// Puts the script and the wrapper of Datadog's buildpack in the place of ours, over a script of the app's.
pub(super) fn replace_runtime(home: &Path, program: &Path, asked: &Asked) -> io::Result<()> {
    fs::remove_dir_all(home.join(".dd-heroku"))?;
    let beside = home.join(".profile.d/datadog-heroku.sh");
    if beside.exists() {
        fs::remove_file(beside)?;
    }
    let wrapper = home.join(AGENT).join("bin/agent/agent-wrapper");
    if wrapper.symlink_metadata().is_ok() {
        fs::remove_file(&wrapper)?;
    }
    for (file, text) in [(home.join(".profile.d/datadog.sh"), PROFILE), (wrapper, WRAPPER)] {
        fs::write(&file, text)?;
        fs::set_permissions(&file, fs::Permissions::from_mode(0o755))?;
    }
    let copy = home.join(PROGRAM);
    if let Some(folder) = copy.parent() {
        // Nothing may be left in it, with Agent 6 and without traces.
        fs::create_dir_all(folder)?;
    }
    let version = asked.version.split('-').next().unwrap_or_default();
    fs::write(home.join(VERSION), format!("{version}\n"))?;
    if fs::hard_link(program, &copy).is_err() {
        fs::copy(program, &copy)?;
    }
    Ok(())
}

/// The version that a fork of the buildpack would install: it has the same rules, and the sandbox does not look it up.
pub(super) fn pretended(config: &Config) -> Result<String, Vec<String>> {
    let asked = Asked::read(config)?;
    let is_of_major =
        || AgentVersion::parse(&asked.version).is_some_and(|version| version.major == asked.major);
    if is_whole(&asked.version) && is_of_major() {
        return Ok(asked.version);
    }
    let known = [if asked.major == 7 { PINNED_7 } else { PINNED_6 }.to_owned()];
    asked.find(&known, &known).map(|()| asked.version)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(vars: &[(&str, &str)]) -> Config {
        vars.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn only_a_whole_version_of_the_list_is_taken() {
        let list = ["7.81.2-1", "7.80.0-1"].map(str::to_owned);
        for (given, taken) in [
            ("7.80.0-1", true),
            ("7.80.0-1\n", true),
            ("7.80.0-1_amd64", true),
            ("7.80.0", false),
            ("7.80.0-1 ", false),
            ("7.8..0-1", false),
            ("1:7.80.0-1", false),
            ("v7.80.0-1", false),
            ("\"7.80.0-1\"", false),
            ("7", false),
            ("latest", false),
            ("7.99.0-1", false),
            ("", false),
        ] {
            let asked = Asked::read(&config(&[(env::DD_AGENT_VERSION, given)])).unwrap();
            assert_eq!(asked.find(&list, &[]).is_ok(), taken, "{given}");
        }
    }

    #[test]
    fn what_is_compiled_in_depends_on_the_exact_text() {
        for (name, text, line) in [
            (env::DD_APM_ENABLED, "false", "-----> DD_APM_ENABLED set to false. Removing the trace agent."),
            (
                env::DD_PROCESS_AGENT,
                "false",
                "-----> DD_PROCESS_AGENT set to false. Removing the process agent.",
            ),
        ] {
            let version = (env::DD_AGENT_VERSION, "7.67.0-1");
            let lines = |text: &str| Asked::read(&config(&[version, (name, text)])).unwrap().installing();
            assert!(lines(text).contains(&line.to_owned()) && !lines("False").contains(&line.to_owned()));
        }
        assert!(Asked::read(&config(&[(env::DD_PYTHON_VERSION, "4")])).is_err());
        assert!(Asked::read(&config(&[(env::DD_AGENT_MAJOR_VERSION, "8")])).is_err());
    }
}
