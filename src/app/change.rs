//! A change to an app: what a plan is made of, and what the writers carry out.

use std::path::PathBuf;

use super::buildpack::Buildpack;
use super::{dbm, metrics, telemetry};
use crate::secret::Secret;

/// One change, with the previous state, so that it can be shown and rolled back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// Turns a labs feature on.
    FeatureEnable {
        /// Its name.
        name: String,
    },
    /// Turns a labs feature off.
    FeatureDisable {
        /// Its name.
        name: String,
    },
    /// Sets a config var.
    ConfigSet {
        /// Its name.
        key: String,
        /// What it held.
        before: Option<Secret>,
        /// What it is to hold.
        after: Secret,
        /// Whether its values must not show.
        secret: bool,
    },
    /// Unsets a config var.
    ConfigUnset {
        /// Its name.
        key: String,
        /// What it held.
        before: Secret,
        /// Whether its value must not show.
        secret: bool,
    },
    /// Replaces the list of buildpacks.
    BuildpacksSet {
        /// The list as it is.
        before: Vec<Buildpack>,
        /// The desired list.
        after: Vec<Buildpack>,
    },
    /// Adds a log drain.
    DrainAdd {
        /// Where its lines go; holds the key.
        url: Secret,
        /// The host of the URL, to show.
        host: String,
    },
    /// Removes a log drain.
    DrainRemove {
        /// Its UUID.
        id: String,
        /// Its URL, to put it back with.
        url: Secret,
        /// The host of the URL, to show.
        host: String,
    },
    /// Writes a file of the checkout.
    FileWrite {
        /// Its path in the checkout, with `/` between the parts.
        path: PathBuf,
        /// What it held.
        before: Option<String>,
        /// What it is to hold.
        after: String,
        /// Whether it should be executable.
        executable: bool,
    },
    /// Deletes a file of the checkout.
    FileRemove {
        /// Its path in the checkout.
        path: PathBuf,
        /// What it held.
        before: String,
    },
    /// Changes a telemetry drain.
    Telemetry(telemetry::Change),
    /// Changes what the organization has at Datadog.
    Datadog {
        /// Where and with which keys.
        access: metrics::Access,
        /// What.
        change: metrics::change::Change,
    },
    /// Changes a database of the app, or how the app is connected to it.
    Database(dbm::Change),
    /// Restarts all dynos, for a labs feature to take effect.
    Restart,
    /// Compiles the slug of a commit again.
    Rebuild(Rebuild),
    /// Promotes the slug that the app runs to the next stage of its pipeline.
    Promote(Promotion),
}

impl Change {
    /// Whether two changes bring the same thing to the same state; what it was before does not count.
    pub fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::ConfigSet { key, after, .. }, Self::ConfigSet { key: other, after: value, .. }) => {
                key == other && after == value
            }
            (Self::ConfigUnset { key, .. }, Self::ConfigUnset { key: other, .. }) => key == other,
            (Self::BuildpacksSet { after, .. }, Self::BuildpacksSet { after: other, .. }) => after == other,
            _ => self == other,
        }
    }
}

/// A promotion: where from and where to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Promotion {
    /// The pipeline's UUID.
    pub pipeline: String,
    /// The UUID of the app whose slug is promoted.
    pub source: String,
    /// The stage it goes to.
    pub stage: String,
    /// The apps it goes to.
    pub targets: Vec<Target>,
}

/// An app that a slug is promoted to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// The UUID of its release that promotes the same slug already, and whose release phase runs.
    pub release: Option<String>,
    /// Its UUID.
    pub id: String,
    /// Its name.
    pub name: String,
}

/// A rebuild: which code, and what is known of what runs now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rebuild {
    /// The commit, 40 hex digits as a rule; what the platform calls the source's version.
    pub commit: String,
    /// The number of the release that runs that commit now.
    pub release: Option<u64>,
    /// The size of the slug that runs now, in bytes.
    pub slug_size: Option<u64>,
    /// Where its source comes from.
    pub source: Source,
    /// The tarball of the build that made the slug that runs, for where the checkout lacks the commit.
    pub last_build: Option<Secret>,
    /// Whether what earlier builds kept is thrown away first.
    pub clear_cache: bool,
    /// The version of the Agent that the new slug must hold.
    pub expects: Option<String>,
}

/// Where the source of a rebuild comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// The local checkout, as `git archive` packs the commit.
    Checkout,
    /// A tarball that the platform fetches itself; the URL may hold credentials.
    Url(Secret),
    /// The tarball of the build that made the slug that runs.
    LastBuild(Secret),
    /// None: this build of it, by its UUID, is under way already, and is waited for.
    UnderWay(String),
}

impl Source {
    /// The source of a commit: `{commit}` in a URL is replaced by it.
    pub(super) fn of(&self, commit: Option<&str>) -> Self {
        match (self, commit) {
            (Self::Url(url), Some(commit)) => {
                Self::Url(Secret::new(url.expose().replace("{commit}", commit)))
            }
            _ => self.clone(),
        }
    }
}

/// What became of a change.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Outcome {
    /// Not tried yet.
    #[default]
    Pending,
    /// It took effect.
    Done,
    /// A build took effect, and its release.
    Built {
        /// The build's UUID.
        id: String,
        /// The UUID of the release it made.
        release: Option<String>,
        /// The number of that release, once it is known.
        version: Option<u64>,
    },
    /// It did not take effect.
    Failed,
    /// It was sent or begun, and how it ended is not known.
    Unknown,
    /// It took effect, and was rolled back when the build or its release failed.
    RolledBack,
    /// It was not tried, because something before it failed or the run was stopped.
    Skipped,
}

impl Outcome {
    /// Whether the change is in effect.
    pub fn is_done(&self) -> bool {
        matches!(self, Self::Done | Self::Built { .. })
    }

    /// The word in JSON.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Done | Self::Built { .. } => "done",
            Self::Failed => "failed",
            Self::Unknown => "unknown",
            Self::RolledBack => "rolled_back",
            Self::Pending | Self::Skipped => "skipped",
        }
    }
}
