//! What there is to know of an app at a glance. Pure.

use std::collections::BTreeMap;

use super::booleans::is_on;
use super::buildpack::Buildpack;
use super::database_urls::DATABASES;
use super::deployed::{self, UnderWay};
use super::drains::to_datadog;
use super::facts::{ConfigVars, Facts, KeyVerdict};
use super::integrations::databases;
use super::telemetry;
use crate::datadog::Site;
use crate::datadog::drain::masked;
use crate::env;
use crate::platform::feature;
use crate::secret::Secret;

/// The labs features that matter to Datadog.
const FEATURES: [&str; 4] =
    [feature::BUILD_METADATA, feature::DYNO_METADATA, feature::RUNTIME_METRICS, feature::EXEC];

/// One app at a glance.
#[derive(Clone, Debug)]
pub struct Status {
    /// Its name.
    pub app: String,
    /// Its stack.
    pub stack: String,
    /// Its generation: `cedar`, `fir`.
    pub generation: String,
    /// The site that it reports to, as it is set or by default.
    pub site: String,
    /// Whether the Agent takes it as it is.
    pub is_site: bool,
    /// Its key.
    pub key: Option<Secret>,
    /// What Datadog says of the key.
    pub key_verdict: KeyVerdict,
    /// How hosts are named.
    pub hosts: Hosts,
    /// What installs the Agent, and its place, counted from 1.
    pub buildpack: Option<(Buildpack, usize)>,
    /// The Agent's version that is asked for.
    pub agent_requested: Option<String>,
    /// The Agent's version in the slug, where it is known.
    pub agent_installed: Option<String>,
    /// The commit that runs; the first digits only where no build of the app made the slug.
    pub commit: Option<String>,
    /// The number of the release that deployed it.
    pub release: Option<u64>,
    /// Bytes of the unpacked Agent that a slim build would leave out, where the slug is large.
    pub slim_saving: Option<u64>,
    /// Bytes of the slug.
    pub size: Option<u64>,
    /// When it was compiled, RFC 3339 UTC.
    pub built_at: Option<String>,
    /// What was changed since and takes effect only with a rebuild.
    pub rebuild_due: Vec<String>,
    /// The UUID of a build that is under way.
    pub building: Option<String>,
    /// The number of the release whose release phase runs.
    pub releasing: Option<u64>,
    /// The number of the newest release, when it failed.
    pub failed_release: Option<u64>,
    /// What the Agent monitors in addition to the dyno.
    pub integrations: Vec<&'static str>,
    /// Its log drains and telemetry drains.
    pub drains: Vec<Drain>,
    /// The labs features that matter, on or off.
    pub features: BTreeMap<&'static str, bool>,
    /// Its dynos: how many of each type are in each state.
    pub dynos: BTreeMap<String, BTreeMap<String, usize>>,
    /// The sizes of its dynos, by type.
    pub sizes: BTreeMap<String, String>,
}

/// A drain of an app.
#[derive(Clone, Debug)]
pub struct Drain {
    /// Where it sends to, masked.
    pub url: String,
    /// Whether it sends to Datadog.
    pub is_datadog: bool,
    /// What a telemetry drain carries; `None` of a log drain.
    pub signals: Option<Vec<String>>,
}

/// How an app's hosts are named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Hosts {
    /// By app and dyno.
    Dyno,
    /// All of them by this name.
    Fixed(String),
    /// By the machine: a new host at each restart.
    Machine,
}

impl Status {
    /// The status of an app.
    pub fn of(facts: &Facts) -> Self {
        let empty = ConfigVars::default();
        let config = facts.config.as_ref().unwrap_or(&empty);
        let list = facts.buildpacks.as_deref().unwrap_or_default();
        let deploy = deployed::deploy(facts);
        let build = deployed::build(facts);
        let buildpack = facts.agent_buildpack().and_then(|agent| {
            // One that another buildpack runs stands where that one does.
            let is_it = |buildpack: &Buildpack| *buildpack == agent;
            let at = list.iter().position(is_it).or_else(|| list.iter().position(Buildpack::runs_others))?;
            Some((agent, at + 1))
        });
        let (building, releasing) = match deployed::under_way(facts) {
            Some(UnderWay::Build(build)) => (Some(build.id.clone()), None),
            Some(UnderWay::Release(release)) => (None, Some(release.version)),
            None => (None, None),
        };
        let owned = |text: &str| text.to_owned();
        Self {
            app: facts.app.name.clone(),
            stack: facts.app.stack.clone(),
            generation: facts.app.generation.to_string(),
            site: config.get(env::DD_SITE).unwrap_or(Site::default().domain()).to_owned(),
            is_site: config.get(env::DD_SITE).is_none_or(|text| Site::stored(text).is_some()),
            key: config.get(env::DD_API_KEY).map(Secret::new),
            key_verdict: facts.key_verdict(),
            hosts: hosts(facts, config),
            buildpack,
            agent_requested: deployed::agent_requested(facts).map(owned),
            agent_installed: deployed::agent(facts).map(owned),
            commit: deployed::commit(facts).or_else(|| deployed(&deploy?.description)).map(owned),
            release: deploy.map(|release| release.version),
            size: facts.app.slug_size,
            slim_saving: facts.slim_saving,
            built_at: build
                .map(|build| build.created_at.clone())
                .or_else(|| deploy.map(|release| release.created_at.clone())),
            rebuild_due: deployed::rebuild_due(facts).into_iter().map(owned).collect(),
            building,
            releasing,
            failed_release: deployed::failed_release(facts).map(|release| release.version),
            integrations: integrations(facts),
            drains: drains(facts),
            features: FEATURES
                .into_iter()
                .map(|name| (name, facts.features.as_ref().is_some_and(|all| all.get(name) == Some(&true))))
                .collect(),
            dynos: dynos(facts),
            sizes: facts.dynos.iter().flatten().map(|dyno| (dyno.kind.clone(), dyno.size.clone())).collect(),
        }
    }
}

/// The commit at the end of a release's description: `Deploy 60883d9f`, `Promote shop-staging v67 9f2c4e7a`.
fn deployed(description: &str) -> Option<&str> {
    let last = description.rsplit(' ').next()?;
    (last.len() >= 7 && last.bytes().all(|byte| byte.is_ascii_hexdigit())).then_some(last)
}

fn hosts(facts: &Facts, config: &ConfigVars) -> Hosts {
    match config.get(env::DD_HOSTNAME) {
        Some(name) => Hosts::Fixed(name.to_owned()),
        None if is_on(facts, env::DD_DYNO_HOST) => Hosts::Dyno,
        None => Hosts::Machine,
    }
}

fn integrations(facts: &Facts) -> Vec<&'static str> {
    let databases = DATABASES.into_iter().filter(|database| databases::is_on(*database, facts));
    let mut names: Vec<_> = databases.map(super::database_urls::Database::name).collect();
    if is_on(facts, env::DD_ENABLE_DBM) {
        names.push("dbm");
    }
    names
}

/// Log drains, then telemetry drains.
fn drains(facts: &Facts) -> Vec<Drain> {
    let existing = facts.drains.as_deref().unwrap_or_default();
    let ours: Vec<_> = to_datadog(existing).map(|(drain, _)| drain.id.as_str()).collect();
    let logs = existing.iter().map(|drain| Drain {
        url: masked(drain.url.expose()),
        is_datadog: ours.contains(&drain.id.as_str()),
        signals: None,
    });
    let telemetry = facts.telemetry_drains.iter().flatten().map(|drain| Drain {
        url: masked(&drain.endpoint),
        is_datadog: telemetry::site(drain).is_some(),
        signals: Some(drain.signals.clone()),
    });
    logs.chain(telemetry).collect()
}

/// The dynos that run now; where they were not read, those that are requested.
fn dynos(facts: &Facts) -> BTreeMap<String, BTreeMap<String, usize>> {
    let mut counts: BTreeMap<String, BTreeMap<String, usize>> = BTreeMap::new();
    for dyno in facts.dynos.iter().flatten() {
        *counts.entry(dyno.kind.clone()).or_default().entry(dyno.state.clone()).or_default() += 1;
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_commit_is_read_off_a_release_where_no_build_tells_it() {
        for (description, commit) in [
            ("Deploy 60883d9f", Some("60883d9f")),
            ("Promote shop-staging v67 9f2c4e7a", Some("9f2c4e7a")),
            ("Set DD_SITE config vars", None),
            ("Deployed web (sha256:8f434346648f)", None),
        ] {
            assert_eq!(deployed(description), commit, "{description}");
        }
    }

    #[test]
    fn hosts_are_named_as_the_options_say() {
        let of = |vars: &[(&str, &str)]| {
            let config: ConfigVars =
                vars.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
            hosts(&Facts { config: Some(config.clone()), ..Facts::default() }, &config)
        };
        assert_eq!(of(&[]), Hosts::Machine);
        assert_eq!(of(&[("DD_DYNO_HOST", "True")]), Hosts::Dyno);
        assert_eq!(of(&[("DD_DYNO_HOST", "true"), ("DD_HOSTNAME", "one")]), Hosts::Fixed("one".into()));
    }
}
