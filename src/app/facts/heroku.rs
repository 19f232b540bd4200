//! What Heroku says of an app.

use std::collections::BTreeMap;
use std::fmt;

use crate::platform::stack::CONTAINER;

/// Which generation of the platform an app is on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Generation {
    /// The classic one: slugs and classic buildpacks.
    #[default]
    Cedar,
    /// The one after: cloud native buildpacks, no classic ones, telemetry drains.
    Fir,
}

impl fmt::Display for Generation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Cedar => "cedar",
            Self::Fir => "fir",
        })
    }
}

/// The app itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct App {
    /// Its UUID.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The stack that it runs on: `heroku-24`, `container`.
    pub stack: String,
    /// The stack that its next build uses.
    pub build_stack: String,
    /// Its generation.
    pub generation: Generation,
    /// The Private Space it is in.
    pub space: Option<String>,
    /// The team it belongs to.
    pub team: Option<String>,
    /// Its region: `us`, `eu`.
    pub region: String,
    /// The size of its slug in bytes.
    pub slug_size: Option<u64>,
}

impl App {
    /// Whether the app deploys container images, to which buildpacks do nothing.
    pub fn is_container(&self) -> bool {
        self.build_stack == CONTAINER || self.stack == CONTAINER
    }

    /// Whether classic buildpacks make its slugs.
    pub fn has_buildpacks(&self) -> bool {
        self.generation == Generation::Cedar && !self.is_container()
    }
}

/// Config vars. Their values may be secrets: `Debug` shows the names only.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct ConfigVars(BTreeMap<String, String>);

impl ConfigVars {
    /// The value of a variable, when it is set and not empty.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// The value of a variable as it is, empty or not.
    pub fn raw(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// Names and values, in the order of the names.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Sets a variable, or with `None` takes it away.
    pub fn set(&mut self, name: &str, value: Option<&str>) {
        match value {
            Some(value) => self.0.insert(name.to_owned(), value.to_owned()),
            None => self.0.remove(name),
        };
    }
}

impl FromIterator<(String, String)> for ConfigVars {
    fn from_iter<T: IntoIterator<Item = (String, String)>>(vars: T) -> Self {
        Self(vars.into_iter().collect())
    }
}

impl fmt::Debug for ConfigVars {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

/// A process type and how many dynos of it there are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Process {
    /// `web`, `worker`, …
    pub kind: String,
    /// How many dynos.
    pub quantity: u32,
    /// The dyno size, as `Standard-1X`.
    pub size: String,
}

/// How a release or a build ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Not yet.
    Pending,
    /// Well.
    Succeeded,
    /// Badly; also when it expired or was cancelled.
    Failed,
}

impl Status {
    /// The platform's word; an unknown one counts as pending.
    pub fn parse(word: &str) -> Self {
        match word {
            "succeeded" => Self::Succeeded,
            "failed" | "expired" | "canceled" | "cancelled" => Self::Failed,
            _ => Self::Pending,
        }
    }

    /// The platform's word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
        }
    }
}

/// A release.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Release {
    /// Its UUID.
    pub id: String,
    /// Its number, shown as `v41`.
    pub version: u64,
    /// Heroku's description: `Deploy 60883d9f`, `Set DD_SITE config vars`.
    pub description: String,
    /// How it ended.
    pub status: Status,
    /// Whether it is the one that runs.
    pub current: bool,
    /// The slug that it runs.
    pub slug: Option<String>,
    /// When it was made, RFC 3339 UTC.
    pub created_at: String,
    /// Where the output of its release phase streams from. Holds a token: only for the stream request.
    pub output_stream_url: Option<crate::secret::Secret>,
}

/// A build.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Build {
    /// Its UUID.
    pub id: String,
    /// How it ended.
    pub status: Status,
    /// The commit it was made of, as its starter named it.
    pub commit: Option<String>,
    /// Where its source was fetched from; usually a signed URL that expires. May hold credentials.
    pub source_url: Option<crate::secret::Secret>,
    /// The buildpacks it ran, as their URLs.
    pub buildpacks: Vec<String>,
    /// The slug it made.
    pub slug: Option<String>,
    /// The release it made.
    pub release: Option<String>,
    /// The stack it was made on.
    pub stack: String,
    /// When it was started, RFC 3339 UTC.
    pub created_at: String,
    /// Where its output streams from. Holds a token: only for the stream request.
    pub output_stream_url: Option<crate::secret::Secret>,
}

/// A slug.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slug {
    /// Its UUID.
    pub id: String,
    /// The commit it was made of.
    pub commit: Option<String>,
    /// Its size in bytes.
    pub size: Option<u64>,
    /// What the last buildpack calls itself: `Ruby`.
    pub description: Option<String>,
    /// When it was made, RFC 3339 UTC.
    pub created_at: String,
}

/// A log drain. Its URL may hold a key, so it is a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drain {
    /// Its UUID.
    pub id: String,
    /// Where the lines go.
    pub url: crate::secret::Secret,
    /// The add-on that made it, when one did.
    pub addon: Option<String>,
}

/// An add-on that belongs to the app.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Addon {
    /// Its UUID.
    pub id: String,
    /// Its name: `postgresql-curved-12345`.
    pub name: String,
    /// Service and plan: `heroku-postgresql:standard-0`.
    pub plan: String,
    /// The names of the config vars that it sets on its own app.
    pub config_vars: Vec<String>,
    /// `provisioning`, `provisioned`, `deprovisioned`.
    pub state: String,
}

/// An add-on's attachment to the app.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attachment {
    /// Its UUID.
    pub id: String,
    /// Its name, which prefixes its config vars: `DATABASE`, `HEROKU_POSTGRESQL_PINK`.
    pub name: String,
    /// The UUID of the add-on.
    pub addon_id: String,
    /// The name of the add-on.
    pub addon: String,
    /// The app that the add-on belongs to.
    pub owner: String,
    /// `credential:datadog` when it is of a credential.
    pub namespace: Option<String>,
}

/// An app's place in a pipeline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Coupling {
    /// The pipeline's UUID.
    pub pipeline: String,
    /// `review`, `development`, `staging`, `production`.
    pub stage: String,
}

/// A telemetry drain of a Fir app. Its headers may hold a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TelemetryDrain {
    /// Its UUID.
    pub id: String,
    /// `traces`, `metrics`, `logs`.
    pub signals: Vec<String>,
    /// `otlphttp` or `otlp`.
    pub exporter: String,
    /// Where it sends to.
    pub endpoint: String,
    /// The request headers it sends.
    pub headers: BTreeMap<String, crate::secret::Secret>,
}

/// A dyno as it runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dyno {
    /// `web.1`.
    pub name: String,
    /// `web`.
    pub kind: String,
    /// `up`, `crashed`, `starting`, …
    pub state: String,
    /// Its size: `Standard-1X`.
    pub size: String,
    /// When it was started, RFC 3339 UTC.
    pub created_at: String,
}

/// Where a promotion of an app's slug goes: the next stage of its pipeline that has apps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Downstream {
    /// The pipeline's UUID.
    pub pipeline: String,
    /// The stage.
    pub stage: String,
    /// The apps of that stage.
    pub apps: Vec<DownstreamApp>,
}

/// An app that a promotion goes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DownstreamApp {
    /// Its UUID.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its releases, the newest first.
    pub releases: Vec<Release>,
}

/// Another app of the same pipeline.
#[derive(Clone, Debug)]
pub struct Neighbor {
    /// Its name.
    pub app: String,
    /// Its stage: `staging`.
    pub stage: String,
    /// Its config vars.
    pub config: ConfigVars,
}
