//! The JSON of the Platform API, as far as it is read, and how it becomes the words of [`app`](crate::app).
//! Unknown fields are ignored and absent ones are accepted where their absence has a meaning.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use crate::app::Buildpack as AppBuildpack;
use crate::app::facts::{self, Generation, Status};
use crate::secret::Secret;

/// A credential of a database.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Credential {
    pub(super) name: String,
    /// `wait_for_provisioning`, `provisioning`, `active`, `rotating`, `revoking`.
    #[serde(default)]
    pub(super) state: String,
}

/// A reference to another thing: its id, its name, or both.
#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct Named {
    #[serde(default)]
    pub(super) id: String,
    #[serde(default)]
    pub(super) name: String,
}

/// The generation comes as an object, or on some routes as a bare word.
#[derive(Deserialize)]
#[serde(untagged)]
enum GenerationWire {
    Word(String),
    Object(Named),
}

#[derive(Deserialize)]
pub(super) struct App {
    id: String,
    name: String,
    #[serde(default)]
    stack: Named,
    build_stack: Option<Named>,
    generation: Option<GenerationWire>,
    space: Option<Named>,
    team: Option<Named>,
    #[serde(default)]
    region: Named,
    slug_size: Option<u64>,
}

impl From<App> for facts::App {
    fn from(app: App) -> Self {
        let generation = match app.generation {
            Some(GenerationWire::Word(word) | GenerationWire::Object(Named { name: word, .. }))
                if word == "fir" =>
            {
                Generation::Fir
            }
            _ => Generation::Cedar,
        };
        let name = |named: Option<Named>| named.map(|named| named.name).filter(|name| !name.is_empty());
        Self {
            id: app.id,
            name: app.name,
            build_stack: name(app.build_stack).unwrap_or_else(|| app.stack.name.clone()),
            stack: app.stack.name,
            generation,
            space: name(app.space),
            team: name(app.team),
            region: app.region.name,
            slug_size: app.slug_size,
        }
    }
}

/// Config vars as they are listed; one that is `null` is not set.
pub(super) fn config(listed: BTreeMap<String, Option<String>>) -> facts::ConfigVars {
    listed.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
}

/// Config vars as they are sent; `null` unsets.
pub(super) fn patch(vars: &BTreeMap<String, Option<Secret>>) -> Value {
    let pairs = vars.iter().map(|(name, value)| (name.clone(), value.as_ref().map(Secret::expose).into()));
    Value::Object(pairs.collect())
}

#[derive(Deserialize)]
pub(super) struct Installation {
    #[serde(default)]
    ordinal: u32,
    buildpack: Buildpack,
}

#[derive(Deserialize)]
struct Buildpack {
    url: String,
    name: Option<String>,
}

/// The buildpacks in the order of their ordinals.
pub(super) fn buildpacks(mut installations: Vec<Installation>) -> Vec<AppBuildpack> {
    installations.sort_by_key(|installation| installation.ordinal);
    let buildpack = |of: Installation| AppBuildpack { url: of.buildpack.url, name: of.buildpack.name };
    installations.into_iter().map(buildpack).collect()
}

#[derive(Deserialize)]
pub(super) struct Feature {
    pub(super) name: String,
    pub(super) enabled: bool,
}

#[derive(Deserialize)]
pub(super) struct Formation {
    r#type: String,
    quantity: u32,
    #[serde(default)]
    size: String,
}

impl From<Formation> for facts::Process {
    fn from(of: Formation) -> Self {
        Self { kind: of.r#type, quantity: of.quantity, size: of.size }
    }
}

#[derive(Deserialize)]
pub(super) struct Release {
    id: String,
    version: u64,
    #[serde(default)]
    description: String,
    #[serde(default)]
    status: String,
    #[serde(default)]
    current: bool,
    slug: Option<Named>,
    created_at: String,
    output_stream_url: Option<String>,
}

impl From<Release> for facts::Release {
    fn from(of: Release) -> Self {
        Self {
            id: of.id,
            version: of.version,
            description: of.description,
            status: Status::parse(&of.status),
            current: of.current,
            slug: of.slug.map(|slug| slug.id),
            created_at: of.created_at,
            output_stream_url: of.output_stream_url.map(Secret::new),
        }
    }
}

#[derive(Deserialize)]
pub(super) struct Build {
    pub(super) id: String,
    status: String,
    source_blob: Option<Source>,
    buildpacks: Option<Vec<Buildpack>>,
    slug: Option<Named>,
    release: Option<Named>,
    #[serde(default)]
    stack: String,
    #[serde(default)]
    created_at: String,
    output_stream_url: Option<String>,
}

#[derive(Deserialize)]
struct Source {
    url: Option<String>,
    version: Option<String>,
}

impl Build {
    /// Whether its source is the one at `url`.
    pub(super) fn is_of(&self, url: &Secret) -> bool {
        self.source_blob.as_ref().and_then(|blob| blob.url.as_deref()) == Some(url.expose())
    }
}

impl From<Build> for facts::Build {
    fn from(of: Build) -> Self {
        let (source_url, commit) = of.source_blob.map(|blob| (blob.url, blob.version)).unwrap_or_default();
        let buildpacks = of.buildpacks.unwrap_or_default();
        Self {
            id: of.id,
            status: Status::parse(&of.status),
            commit: commit.filter(|commit| !commit.is_empty()),
            source_url: source_url.map(Secret::new),
            buildpacks: buildpacks.into_iter().map(|buildpack| buildpack.url).collect(),
            slug: of.slug.map(|slug| slug.id),
            release: of.release.map(|release| release.id),
            stack: of.stack,
            created_at: of.created_at,
            output_stream_url: of.output_stream_url.map(Secret::new),
        }
    }
}

#[derive(Deserialize)]
pub(super) struct Slug {
    id: String,
    commit: Option<String>,
    size: Option<u64>,
    buildpack_provided_description: Option<String>,
    #[serde(default)]
    created_at: String,
}

impl From<Slug> for facts::Slug {
    fn from(of: Slug) -> Self {
        Self {
            id: of.id,
            commit: of.commit.filter(|commit| !commit.is_empty()),
            size: of.size,
            description: of.buildpack_provided_description,
            created_at: of.created_at,
        }
    }
}

#[derive(Deserialize)]
pub(super) struct Drain {
    id: String,
    pub(super) url: String,
    addon: Option<Named>,
}

impl From<Drain> for facts::Drain {
    fn from(of: Drain) -> Self {
        Self { id: of.id, url: Secret::new(of.url), addon: of.addon.map(|addon| addon.name) }
    }
}

#[derive(Deserialize)]
pub(super) struct Addon {
    id: String,
    name: String,
    plan: Named,
    #[serde(default)]
    config_vars: Vec<String>,
    #[serde(default)]
    state: String,
}

impl From<Addon> for facts::Addon {
    fn from(of: Addon) -> Self {
        Self { id: of.id, name: of.name, plan: of.plan.name, config_vars: of.config_vars, state: of.state }
    }
}

#[derive(Deserialize)]
pub(super) struct Attachment {
    id: String,
    name: String,
    addon: AttachedAddon,
    namespace: Option<String>,
}

#[derive(Deserialize)]
struct AttachedAddon {
    id: String,
    name: String,
    #[serde(default)]
    app: Named,
}

impl Attachment {
    /// Whether it is the attachment of this add-on (by name or UUID) under this name and namespace.
    pub(super) fn is(&self, addon: &str, name: &str, namespace: Option<&str>) -> bool {
        (self.addon.name == addon || self.addon.id == addon)
            && self.name == name
            && self.namespace.as_deref() == namespace
    }
}

impl From<Attachment> for facts::Attachment {
    fn from(of: Attachment) -> Self {
        Self {
            id: of.id,
            name: of.name,
            addon_id: of.addon.id,
            addon: of.addon.name,
            owner: of.addon.app.name,
            namespace: of.namespace,
        }
    }
}

#[derive(Deserialize)]
pub(super) struct Coupling {
    pub(super) app: Named,
    pub(super) pipeline: Named,
    pub(super) stage: String,
}

impl From<Coupling> for facts::Coupling {
    fn from(of: Coupling) -> Self {
        Self { pipeline: of.pipeline.id, stage: of.stage }
    }
}

#[derive(Clone, Deserialize)]
pub(super) struct TelemetryDrain {
    id: String,
    #[serde(default)]
    signals: Vec<String>,
    exporter: Exporter,
}

#[derive(Clone, Deserialize)]
struct Exporter {
    #[serde(default)]
    r#type: String,
    #[serde(default)]
    endpoint: String,
    #[serde(default)]
    headers: BTreeMap<String, String>,
}

impl From<TelemetryDrain> for facts::TelemetryDrain {
    fn from(of: TelemetryDrain) -> Self {
        let headers = of.exporter.headers.into_iter();
        Self {
            id: of.id,
            signals: of.signals,
            exporter: of.exporter.r#type,
            endpoint: of.exporter.endpoint,
            headers: headers.map(|(name, value)| (name, Secret::new(value))).collect(),
        }
    }
}

#[derive(Deserialize)]
pub(super) struct Dyno {
    name: String,
    r#type: String,
    #[serde(default)]
    state: String,
    #[serde(default)]
    size: String,
    #[serde(default)]
    created_at: String,
}

impl From<Dyno> for facts::Dyno {
    fn from(of: Dyno) -> Self {
        let Dyno { name, r#type: kind, state, size, created_at } = of;
        Self { name, kind, state, size, created_at }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn app(more: &str) -> facts::App {
        let json = format!(r#"{{"id":"1","name":"shop","stack":{{"name":"heroku-24"}}{more}}}"#);
        serde_json::from_str::<App>(&json).unwrap().into()
    }

    #[test]
    fn the_generation_is_understood_in_every_form() {
        assert_eq!(app("").generation, Generation::Cedar);
        assert_eq!(app(r#","generation":null"#).generation, Generation::Cedar);
        assert_eq!(app(r#","generation":"cedar""#).generation, Generation::Cedar);
        assert_eq!(app(r#","generation":"fir""#).generation, Generation::Fir);
        assert_eq!(app(r#","generation":{"id":"7","name":"fir"}"#).generation, Generation::Fir);
    }

    #[test]
    fn an_app_without_a_build_stack_builds_on_its_own() {
        assert_eq!(app("").build_stack, "heroku-24");
        assert!(app(r#","build_stack":{"name":"container"}"#).is_container());
    }

    #[test]
    fn buildpacks_stand_in_the_order_of_their_ordinals() {
        let listed = r#"[{"ordinal":1,"buildpack":{"name":"heroku/ruby","url":"urn:buildpack:heroku/ruby"}},
                         {"ordinal":0,"buildpack":{"url":"https://x.example/y.git"}}]"#;
        let installed = buildpacks(serde_json::from_str(listed).unwrap());
        let urls: Vec<_> = installed.iter().map(|buildpack| buildpack.url.as_str()).collect();
        assert_eq!(urls, ["https://x.example/y.git", "urn:buildpack:heroku/ruby"]);
    }
}
