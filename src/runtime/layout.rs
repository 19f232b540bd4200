//! Where things are in a dyno's home. Nothing here is remembered between build and boot: the home is the build
//! folder when a slug is made and `/app` when it runs.

use std::path::{Path, PathBuf};

use crate::env::{DATADOG_CONF, Environment, HOME};

/// Where the binary is, relative to the home.
pub(super) const BINARY: &str = ".dd-heroku/bin/dd-heroku";
/// Where the Agent's version is recorded, relative to the home: one line such as `7.81.2`.
pub(super) const AGENT_VERSION: &str = ".dd-heroku/agent-version";
/// The Agent's package, relative to the home.
pub(super) const AGENT: &str = ".apt/opt/datadog-agent";

/// The folders of one home.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Layout {
    /// `/app` on a dyno.
    pub(super) home: PathBuf,
    /// What apt would have as `/`.
    pub(super) apt: PathBuf,
    /// The Agent's package.
    pub(super) agent: PathBuf,
    /// The Agent's configuration.
    pub(super) conf: PathBuf,
    /// The Agent's logs.
    pub(super) logs: PathBuf,
}

impl Layout {
    /// The layout of a home made by a buildpack.
    pub(super) fn of_home(home: &Path) -> Self {
        let apt = home.join(".apt");
        Self {
            home: home.into(),
            agent: home.join(AGENT),
            conf: apt.join("etc/datadog-agent"),
            logs: apt.join("var/log/datadog"),
            apt,
        }
    }

    /// The layout of an image that has the Agent's package installed.
    pub(super) fn of_image(home: &Path) -> Self {
        Self {
            home: home.into(),
            apt: "/".into(),
            agent: "/opt/datadog-agent".into(),
            conf: "/etc/datadog-agent".into(),
            logs: "/var/log/datadog".into(),
        }
    }

    /// The layout that this process is to use: of `$HOME`, else of the home that the binary `program` is in, else of
    /// the image, whichever has an Agent. None without any home.
    pub(super) fn find(env: &Environment, program: Option<&Path>) -> Option<Self> {
        let of_binary =
            program.and_then(|path| path.ends_with(BINARY).then(|| path.ancestors().nth(3)).flatten());
        let homes = [env.raw(HOME).filter(|home| !home.is_empty()).map(Path::new), of_binary];
        let layouts = homes.iter().flatten().map(|home| Self::of_home(home));
        let image = homes.iter().flatten().map(|home| Self::of_image(home));
        let mut all = layouts.chain(image);
        all.find(|layout| layout.agent.is_dir())
            .or_else(|| homes.iter().flatten().map(|h| Self::of_home(h)).next())
    }

    /// Whether it is a home made by a buildpack, not an image.
    pub(super) fn is_home(&self) -> bool {
        self.apt.starts_with(&self.home)
    }

    /// The Agent's `datadog.yaml`.
    pub(super) fn datadog_yaml(&self) -> PathBuf {
        self.conf.join("datadog.yaml")
    }

    /// The `datadog.yaml` that the Agent is to read.
    pub(super) fn agent_conf(&self, env: &Environment) -> PathBuf {
        let given = super::text(env, DATADOG_CONF);
        if given.is_empty() { self.datadog_yaml() } else { given.as_ref().into() }
    }

    /// The folder of the core Agent's binary.
    pub(super) fn bin(&self) -> PathBuf {
        self.agent.join("bin/agent")
    }

    /// The Agent's own Python, its libraries and the other agents.
    pub(super) fn embedded(&self) -> PathBuf {
        self.agent.join("embedded")
    }

    /// Where the Agent keeps state.
    pub(super) fn run(&self) -> PathBuf {
        self.agent.join("run")
    }

    /// `LD_LIBRARY_PATH` of the agents.
    pub(super) fn library_path(&self) -> String {
        let folders = [
            self.embedded().join("lib"),
            self.apt.join("usr/lib/x86_64-linux-gnu"),
            self.apt.join("usr/lib"),
        ];
        folders.map(|folder| folder.to_string_lossy().into_owned()).join(":")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_home(home: &Path) -> Environment {
        Environment::default().with(HOME, home)
    }

    #[test]
    fn the_home_with_an_agent_wins_and_without_any_home_there_is_no_layout() {
        let none = Path::new("/nonexistent/home");
        assert_eq!(Layout::find(&with_home(none), None), Some(Layout::of_home(none)));
        assert_eq!(Layout::find(&Environment::default(), None), None);
        let program = Path::new("/nonexistent/app/.dd-heroku/bin/dd-heroku");
        let layout = Layout::find(&Environment::default(), Some(program)).unwrap();
        assert_eq!(layout.home, Path::new("/nonexistent/app"));
        assert_eq!(Layout::find(&Environment::default(), Some(Path::new("/usr/bin/dd-heroku"))), None);
    }
}
