//! Everything the sandbox knows: its apps and what belongs to them, as one value that is written to the state
//! file. Pure: no file, no network.

pub(crate) mod addons;
pub(crate) mod app;
pub(crate) mod data;
pub(crate) mod plans;
mod postgres_settings;
pub(crate) mod records;
pub(crate) mod seed;
pub(crate) mod source;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::exchange::Refusal;
use super::ids;
use addons::{Addon, Attachment, Credential};
use app::{App, Build, Drain, Slug, Status};
use records::Records;

pub(crate) use postgres_settings::postgres_settings;

/// The layout of the state file; another number means that another version of the program wrote it.
pub(crate) const FORMAT: u32 = 2;

/// The state of the sandbox.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct World {
    pub(crate) format: u32,
    pub(crate) apps: Vec<App>,
    pub(crate) teams: Vec<String>,
    pub(crate) spaces: Vec<Space>,
    pub(crate) addons: Vec<Addon>,
    pub(crate) attachments: Vec<Attachment>,
    pub(crate) credentials: Vec<Credential>,
    pub(crate) pipelines: Vec<Pipeline>,
    pub(crate) couplings: Vec<Coupling>,
    pub(crate) promotions: Vec<Promotion>,
    pub(crate) telemetry_drains: Vec<TelemetryDrain>,
    /// Uploads that were announced by `POST /sources`.
    pub(crate) sources: Vec<String>,
    /// Domains, webhooks, keys and the like.
    #[serde(default)]
    pub(crate) records: Records,
    pub(crate) datadog: Datadog,
}

/// A Private Space.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Space {
    pub(crate) name: String,
    pub(crate) team: String,
    pub(crate) region: String,
    pub(crate) generation: String,
    /// When it was created, where it is not one of the start.
    #[serde(default)]
    pub(crate) created_at: Option<String>,
}

/// A pipeline and the config vars of its stages.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Pipeline {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) created_at: String,
    /// Config vars by stage: `review` and `test`.
    pub(crate) config: std::collections::BTreeMap<String, app::Config>,
    /// A team or a user, as the API shows it; the account where there is none.
    #[serde(default)]
    pub(crate) owner: Option<Value>,
    /// `cedar` where there is none.
    #[serde(default)]
    pub(crate) generation: Option<String>,
}

/// An app's place in a pipeline.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Coupling {
    pub(crate) id: String,
    pub(crate) pipeline: String,
    pub(crate) app: String,
    pub(crate) stage: String,
    pub(crate) created_at: String,
}

/// A slug moved from one app of a pipeline to others.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Promotion {
    pub(crate) id: String,
    pub(crate) pipeline: String,
    pub(crate) app: String,
    pub(crate) release: String,
    /// Ids of the target app and of the release made there.
    pub(crate) targets: Vec<(String, String)>,
    pub(crate) created_at: String,
}

/// A telemetry drain of a Fir app or space.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct TelemetryDrain {
    pub(crate) id: String,
    pub(crate) owner: Value,
    pub(crate) signals: Vec<String>,
    pub(crate) exporter: Value,
    pub(crate) created_at: String,
    pub(crate) updated_at: String,
}

/// What Datadog keeps.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub(crate) struct Datadog {
    /// Log-based metrics by id.
    pub(crate) metrics: Map<String, Value>,
    pub(crate) dashboards: Vec<Value>,
    /// Log pipelines.
    #[serde(default)]
    pub(crate) pipelines: Vec<Value>,
    /// The metrics that were sent to the API.
    #[serde(default)]
    pub(crate) series: Vec<Series>,
}

/// A metric with its tags, the host among them, and its values by seconds since 1970.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Series {
    pub(crate) metric: String,
    pub(crate) tags: Vec<String>,
    pub(crate) points: Vec<(i64, f64)>,
}

impl World {
    /// The app with this name or id.
    pub(crate) fn app(&self, identity: &str) -> Result<&App, Refusal> {
        self.apps
            .iter()
            .find(|app| app.name == identity || app.id == identity)
            .ok_or_else(|| Refusal::not_found("app"))
    }

    /// The same, to be changed.
    pub(crate) fn app_mut(&mut self, identity: &str) -> Result<&mut App, Refusal> {
        self.apps
            .iter_mut()
            .find(|app| app.name == identity || app.id == identity)
            .ok_or_else(|| Refusal::not_found("app"))
    }

    /// The build with this id, of whichever app.
    pub(crate) fn build_mut(&mut self, id: &str) -> Option<&mut Build> {
        self.apps.iter_mut().flat_map(|app| &mut app.builds).find(|build| build.id == id)
    }

    /// The output of a build or of a release command, and whether it is complete.
    pub(crate) fn output(&self, id: &str) -> Option<(&str, bool)> {
        let build = self.apps.iter().flat_map(|app| &app.builds).find(|build| build.id == id);
        let build = build.map(|build| (build.log.as_str(), build.status));
        let release = || {
            let release = self.apps.iter().flat_map(|app| &app.releases).find(|release| release.id == id)?;
            Some((release.output.as_deref()?, release.status))
        };
        build.or_else(release).map(|(output, status)| (output, status != Status::Pending))
    }

    /// The app of a release, and the release.
    pub(crate) fn release_mut(&mut self, id: &str) -> Option<(&mut App, usize)> {
        self.apps.iter_mut().find_map(|app| {
            let place = app.releases.iter().position(|release| release.id == id)?;
            Some((app, place))
        })
    }

    /// The source that the build of a slug was made of: the path of an upload, or a URL elsewhere.
    pub(crate) fn source_of(&self, slug: &Slug) -> Option<&str> {
        let mut builds = self.apps.iter().flat_map(|app| &app.builds);
        let build = builds.find(|build| build.slug.as_deref() == Some(slug.origin()))?;
        Some(&build.source)
    }

    /// `{"id","name"}` of the app with this id.
    pub(crate) fn app_reference(&self, id: &str) -> Value {
        let name = self.apps.iter().find(|app| app.id == id).map(|app| app.name.as_str());
        json!({"id": id, "name": name})
    }

    /// The pipeline with this id or name.
    pub(crate) fn pipeline(&self, identity: &str) -> Result<&Pipeline, Refusal> {
        self.pipelines
            .iter()
            .find(|pipeline| pipeline.id == identity || pipeline.name == identity)
            .ok_or_else(|| Refusal::not_found("pipeline"))
    }
}

/// `{"id","name"}` of a thing that is known by its name only: a stack, a region, a team.
pub(crate) fn reference(kind: &str, name: &str) -> Value {
    json!({"id": ids::named(kind, name), "name": name})
}

/// The account that every token belongs to.
pub(crate) fn user() -> Value {
    person(EMAIL)
}

/// `{"id","email"}` of anyone.
pub(crate) fn person(email: &str) -> Value {
    json!({"id": ids::named("user", email), "email": email})
}

/// The e-mail address of the one account.
pub(crate) const EMAIL: &str = "dev@example.com";

impl Drain {
    /// A new drain.
    pub(crate) fn to(url: &str) -> Self {
        Self {
            id: ids::fresh(),
            token: format!("d.{}", ids::fresh()),
            url: url.into(),
            addon: None,
            created_at: ids::now(),
        }
    }
}
