//! What is known of one app: everything that a plan or a finding is computed from, read once by
//! [`crate::engine::observe`]. A part that was not asked for is `None`, which is not the same as empty.

mod checkout;
mod database;
mod datadog;
mod heroku;
mod query;

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::buildpack::Buildpack;
use super::releases::Releases;

pub use checkout::{Checkout, Ownership};
pub use database::Database;
pub use datadog::{AgentVersions, FoundKey, Key, KeyVerdict, LogMetrics};
pub use heroku::*;
pub use query::{CheckoutQuery, KeyQuery, Query, When};

/// What to read of an app other than the app itself. Each part is one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// `GET /apps/A/config-vars`
    Config,
    /// `GET /apps/A/buildpack-installations`
    Buildpacks,
    /// `GET /apps/A/features`
    Features,
    /// `GET /apps/A/formation`
    Formation,
    /// `GET /apps/A/releases`, the newest few
    Releases,
    /// `GET /apps/A/builds`, the newest few
    Builds,
    /// `GET /apps/A/log-drains`
    Drains,
    /// `GET /apps/A/addons`
    Addons,
    /// `GET /apps/A/addon-attachments`
    Attachments,
    /// `GET /apps/A/pipeline-couplings`
    Coupling,
    /// `GET /apps/A/telemetry-drains`
    TelemetryDrains,
    /// `GET /apps/A/dynos`
    Dynos,
    /// The apps of the next stage of its pipeline that has any, with their newest releases. Needs the coupling.
    Downstream,
    /// `GET /apps/A/slugs/S` of the slug that runs, only where no build names its commit: after a promotion. Needs the
    /// releases and builds.
    Slug,
    /// The output of the build of what runs, only where a slim build would help: the build says what it would leave out.
    /// Needs config vars, buildpacks, releases and builds.
    SlimSaving,
}

/// The parts that a command needs.
pub type Parts = BTreeSet<Part>;

/// One app. A part that was not asked for is `None`: it is not known, which is not the same as empty.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// When this was read, by the clock of this machine.
    pub read_at: Timestamp,
    /// The app itself.
    pub app: App,
    /// Its config vars.
    pub config: Option<ConfigVars>,
    /// Its config vars when the slug that runs was built, where one that is compiled in was changed since.
    pub built_config: Option<ConfigVars>,
    /// Its buildpacks in their order. Empty on Fir, which has none.
    pub buildpacks: Option<Vec<Buildpack>>,
    /// Its labs features, by name.
    pub features: Option<BTreeMap<String, bool>>,
    /// Its process types.
    pub formation: Option<Vec<Process>>,
    /// Its releases, the newest first.
    pub releases: Option<Vec<Release>>,
    /// Its builds, the newest first.
    pub builds: Option<Vec<Build>>,
    /// The slug that is running, where a second request was needed to know it.
    pub slug: Option<Slug>,
    /// Bytes of the unpacked Agent that a slim build would leave out, by the output of the build of what runs.
    pub slim_saving: Option<u64>,
    /// Its log drains.
    pub drains: Option<Vec<Drain>>,
    /// The add-ons that belong to it.
    pub addons: Option<Vec<Addon>>,
    /// The add-ons attached to it, other apps' too.
    pub attachments: Option<Vec<Attachment>>,
    /// Its place in a pipeline; `Some(None)` when it has none.
    pub coupling: Option<Option<Coupling>>,
    /// The apps that a promotion of its slug would go to; `Some(None)` when no stage comes after its own.
    pub downstream: Option<Option<Downstream>>,
    /// Its telemetry drains (Fir).
    pub telemetry_drains: Option<Vec<TelemetryDrain>>,
    /// Its dynos as they run now.
    pub dynos: Option<Vec<Dyno>>,
    /// The checkout that the command runs in.
    pub checkout: Option<Checkout>,
    /// The Datadog API key that is meant for the app, and what Datadog says of it.
    pub key: Option<Key>,
    /// What the app's organization has at Datadog for log-based metrics.
    pub log_metrics: Option<LogMetrics>,
    /// How many hosts of the app Datadog counts.
    pub hosts: Option<usize>,
    /// The Agent versions that can be installed.
    pub agent_versions: Option<AgentVersions>,
    /// The releases of Datadog's buildpack, where the app's pin calls for them.
    pub buildpack_releases: Option<Releases>,
    /// The database that the command is about.
    pub database: Option<Database>,
    /// The other apps of its pipeline.
    pub neighbors: Option<Vec<Neighbor>>,
}
