//! The apps a command works on, as its arguments name them. A verb flattens the group that fits it: one app or many, with a
//! bare name where no other argument takes its place.

use super::app_names;

/// The apps a command works on, as its arguments name them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Targets {
    /// The apps by name.
    pub apps: Vec<String>,
    /// The git remote that names the app.
    pub remote: Option<String>,
    /// All apps of this pipeline.
    pub pipeline: Option<String>,
    /// All apps of this team.
    pub team: Option<String>,
}

impl Targets {
    /// Whether many apps may be meant, so that the JSON is an array.
    pub fn are_many(&self) -> bool {
        self.apps.len() > 1 || self.pipeline.is_some() || self.team.is_some()
    }

    /// Whether the arguments name an app at all.
    pub fn is_named(&self) -> bool {
        *self != Self::default()
    }
}

/// For a command on one app.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "App")]
pub struct OneApp {
    /// The app
    #[arg(short, long = "app", value_name = "APP", add = app_names::complete())]
    pub apps: Option<String>,
    /// The git remote that names the app
    #[arg(short, long, value_name = "REMOTE", conflicts_with = "apps")]
    pub remote: Option<String>,
}

/// For a command on one app whose name may also stand alone.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "App")]
pub struct OneAppOrName {
    /// The app; the same as `--app APP`
    #[arg(value_name = "APP", conflicts_with_all = ["apps", "remote"], add = app_names::complete())]
    pub bare_apps: Option<String>,
    /// The options that name it.
    #[command(flatten)]
    pub app: OneApp,
}

/// For a command on one app or several.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Apps")]
pub struct Apps {
    /// The app; repeat it for several
    #[arg(short, long = "app", value_name = "APP", add = app_names::complete())]
    pub apps: Vec<String>,
    /// The git remote that names the app
    #[arg(short, long, value_name = "REMOTE", conflicts_with = "apps")]
    pub remote: Option<String>,
    /// All apps of a pipeline
    #[arg(long, value_name = "PIPELINE", conflicts_with_all = ["apps", "remote", "team"])]
    pub pipeline: Option<String>,
    /// All apps of a team
    #[arg(long, value_name = "TEAM", conflicts_with_all = ["apps", "remote"])]
    pub team: Option<String>,
}

/// For a command on one app or several whose names may also stand alone.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Apps")]
pub struct AppsOrNames {
    /// The apps; the same as `--app APP`
    #[arg(
        value_name = "APP", conflicts_with_all = ["remote", "pipeline", "team"], add = app_names::complete()
    )]
    pub bare_apps: Vec<String>,
    /// The options that name them.
    #[command(flatten)]
    pub apps: Apps,
}

impl OneApp {
    /// What they name.
    pub fn targets(&self) -> Targets {
        let Self { apps, remote } = self;
        Targets { apps: apps.iter().cloned().collect(), remote: remote.clone(), ..Targets::default() }
    }
}

impl OneAppOrName {
    /// What they name.
    pub fn targets(&self) -> Targets {
        let Self { bare_apps, app } = self;
        let mut targets = app.targets();
        targets.apps.extend(bare_apps.clone());
        targets
    }
}

impl Apps {
    /// What they name.
    pub fn targets(&self) -> Targets {
        let Self { apps, remote, pipeline, team } = self.clone();
        Targets { apps, remote, pipeline, team }
    }
}

impl AppsOrNames {
    /// What they name.
    pub fn targets(&self) -> Targets {
        let Self { bare_apps, apps } = self;
        let mut targets = apps.targets();
        targets.apps.extend(bare_apps.clone());
        targets
    }
}
