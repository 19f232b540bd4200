//! What `init` wants of an app: the answers to its questions, made into [`Desired`]. Pure.

use std::collections::{BTreeMap, BTreeSet};

use super::{Buildpacks, Desired, Drain, File, Note, RebuildWhen, Telemetry};
use crate::app::buildpack::{Buildpack, Role};
use crate::app::database_urls::{self, Database};
use crate::app::facts::{Checkout, ConfigVars, Facts, Generation};
use crate::app::nested::LIST;
use crate::app::prerun::Block;
use crate::app::telemetry::Signal;
use crate::app::{codes, deployed};
use crate::datadog::drain::Labels;
use crate::datadog::{ApiKey, DrainUrl, Site};
use crate::env;
use crate::platform::dyno::ONE_OFF;
use crate::platform::feature::{BUILD_METADATA, DYNO_METADATA};
use crate::secret::Secret;

/// The answers to the questions of `init`. What is `None` stays as it is, or gets the recommended value.
#[derive(Clone, Debug)]
pub struct Setup {
    /// `DD_ENV`.
    pub env: Option<String>,
    /// `DD_SERVICE`.
    pub service: Option<String>,
    /// `DD_TAGS`.
    pub tags: Option<String>,
    /// The version of the Agent, or its major version.
    pub agent_version: Option<String>,
    /// The release of the buildpack.
    pub buildpack_version: Option<String>,
    /// The buildpack, instead of Datadog's.
    pub buildpack_url: Option<String>,
    /// Host names made of app and dyno.
    pub dyno_host: Option<bool>,
    /// Traces.
    pub apm: Option<bool>,
    /// Processes.
    pub process_agent: Option<bool>,
    /// Only the Python packages that the app's checks need.
    pub slim: bool,
    /// The metrics of the machine that dynos share.
    pub host_metrics: Option<bool>,
    /// Which databases to monitor.
    pub integrations: Integrations,
    /// A log drain to Datadog.
    pub logs: bool,
    /// Dyno types on which the Agent stays off.
    pub skip: Option<Vec<String>>,
    /// When to rebuild.
    pub rebuild: RebuildWhen,
}

/// Where the app's data goes: the site, and a key that it accepts.
#[derive(Clone, Debug)]
pub struct Destination {
    /// The site.
    pub site: Site,
    /// The key.
    pub key: ApiKey,
    /// Whether the key is the sandbox's demonstration key.
    pub is_demo: bool,
}

/// Which databases to monitor.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Integrations {
    /// Those that the app has.
    #[default]
    Auto,
    /// These, and no more.
    Named(Vec<Database>),
}

impl Setup {
    /// What is desired of the app. The source of a rebuild is left open.
    pub fn desired(&self, facts: &Facts, destination: &Destination) -> Desired {
        let empty = ConfigVars::default();
        let config = facts.config.as_ref().unwrap_or(&empty);
        let app = &facts.app;
        let mut desired = Desired {
            config: self.config(facts, config, destination),
            rebuild: self.rebuild.clone(),
            notes: self.notes(facts, config, destination.is_demo),
            ..Desired::default()
        };
        if app.generation == Generation::Cedar {
            desired.features.insert(DYNO_METADATA.to_owned(), true);
            if facts.features.as_ref().is_some_and(|offered| offered.contains_key(BUILD_METADATA)) {
                desired.features.insert(BUILD_METADATA.to_owned(), true);
            }
        }
        if app.generation == Generation::Fir {
            let (site, key) = (destination.site, destination.key.clone());
            let mut signals = BTreeSet::from(Signal::ALL);
            if self.apm == Some(false) {
                signals.remove(&Signal::Traces);
            }
            let exactly = self.apm == Some(false);
            desired.telemetry = Telemetry::Carry { site, key, signals, exactly };
            leave_out_agent_options(&mut desired);
        }
        if self.logs && app.generation == Generation::Cedar {
            desired.drain = Drain::One(self.drain(facts, config, destination));
        }
        if app.has_buildpacks() {
            let requested = self.buildpack(facts);
            self.skip(&requested, facts.matching_checkout(), &mut desired);
            if self.slim && requested.role() != Role::Ours {
                let message = "DD_HEROKU_SLIM: only dd-heroku's own buildpack reads it; `dd-heroku buildpack pack` makes one to host, and \
                               `--buildpack-url` sets it";
                desired.notes.push(Note::new(codes::DISCOURAGED, message));
            }
            match facts.nested_agent() {
                None => desired.buildpacks = Buildpacks::WithAgent(requested),
                Some(agent) if self.buildpack_url.is_some() || self.buildpack_version.is_some() => {
                    let message = format!("{agent} is in {LIST}: change it there, and deploy");
                    desired.notes.push(Note::new(codes::LEFT, message));
                }
                Some(_) => {}
            }
        }
        desired
    }

    fn config(
        &self,
        facts: &Facts,
        existing: &ConfigVars,
        destination: &Destination,
    ) -> BTreeMap<String, Option<Secret>> {
        let mut config = BTreeMap::new();
        let mut set = |name: &str, value: Option<&str>| {
            if let Some(value) = value {
                config.insert(name.to_owned(), (!value.is_empty()).then(|| Secret::new(value)));
            }
        };
        set(env::DD_API_KEY, Some(destination.key.expose()));
        set(env::DD_SITE, Some(destination.site.domain()));
        set(env::DD_ENV, self.env.as_deref());
        set(env::DD_SERVICE, self.service.as_deref());
        set(env::DD_TAGS, self.tags.as_deref());
        let dyno_host = self.dyno_host.or(existing.get(env::DD_DYNO_HOST).is_none().then_some(true));
        set(env::DD_DYNO_HOST, dyno_host.map(word));
        set(env::DD_APM_ENABLED, unless_default(self.apm, true, existing.get(env::DD_APM_ENABLED)));
        set(
            env::DD_PROCESS_AGENT,
            unless_default(self.process_agent, false, existing.get(env::DD_PROCESS_AGENT)),
        );
        set(env::DD_HEROKU_SLIM, self.slim.then(|| word(true)));
        let off = self.host_metrics.map(|on| !on);
        set(
            env::DD_DISABLE_HOST_METRICS,
            unless_default(off, false, existing.get(env::DD_DISABLE_HOST_METRICS)),
        );
        let is_major =
            |version: &String| !version.is_empty() && version.bytes().all(|byte| byte.is_ascii_digit());
        let major = self.agent_version.as_ref().is_some_and(is_major);
        let name = if major { env::DD_AGENT_MAJOR_VERSION } else { env::DD_AGENT_VERSION };
        set(name, self.agent_version.as_deref());
        if facts.app.is_container() {
            set(env::DD_HEROKU_DYNO, Some("true"));
        }
        if facts.app.space.is_some() && existing.get(env::HEROKU_APP_NAME).is_none() {
            set(env::HEROKU_APP_NAME, Some(&facts.app.name));
        }
        for (name, value) in self.databases(existing) {
            set(&name, Some(&value));
        }
        if major {
            // A whole version beats the major one.
            config.insert(env::DD_AGENT_VERSION.to_owned(), None);
        }
        config
    }

    fn databases(&self, existing: &ConfigVars) -> Vec<(String, String)> {
        let mut vars = Vec::new();
        for database in database_urls::DATABASES {
            let names = database_urls::variables(existing, database);
            let requested = match &self.integrations {
                Integrations::Auto => !names.is_empty(),
                Integrations::Named(named) => named.contains(&database),
            };
            if !requested {
                continue;
            }
            if existing.get(database.switch()) != Some("true") {
                vars.push((database.switch().to_owned(), "true".to_owned()));
            }
            if let Some(list) = database_urls::url_var(&names, database)
                && !names.is_empty()
                && existing.get(database.url_var()).is_none()
            {
                vars.push((database.url_var().to_owned(), list));
            }
        }
        vars
    }

    /// The desired buildpack: the existing one stays unless another one is requested.
    pub fn buildpack(&self, facts: &Facts) -> Buildpack {
        let existing = facts.buildpacks.as_deref().unwrap_or_default();
        let installed = existing.iter().find(|buildpack| buildpack.installs_agent()).cloned();
        let installed = facts.nested_agent().or(installed);
        let url = self.buildpack_url.as_deref().or_else(|| installed.as_ref().map(Buildpack::reference));
        Buildpack::agent(url, self.buildpack_version.as_deref())
    }

    /// Ours reads a variable; Datadog's needs a script in the app's code.
    fn skip(&self, requested: &Buildpack, checkout: Option<&Checkout>, desired: &mut Desired) {
        let types = || self.skip.clone().unwrap_or_else(|| ONE_OFF.map(str::to_owned).to_vec());
        if requested.role() == Role::Ours {
            let types = types().join(",");
            desired.config.insert(
                env::DD_HEROKU_SKIP_DYNOS.to_owned(),
                (!types.is_empty()).then(|| Secret::new(types)),
            );
            return;
        }
        let Some(checkout) = checkout else {
            if self.skip.as_ref().is_none_or(|types| !types.is_empty()) {
                let message = "the Agent starts on one-off dynos (run, release, scheduler) too; run this in the app's checkout \
                               to keep it off them";
                desired.notes.push(Note::new(codes::ONE_OFF_DYNOS, message));
            }
            return;
        };
        let existing = checkout.prerun().map(Block::read).and_then(Result::ok).flatten();
        let mut block = existing.clone().unwrap_or_default();
        if self.skip.is_some() || existing.is_none() {
            block.skip = types();
        }
        let nothing = block == Block::default() && existing.is_none();
        if !nothing {
            desired.files.push(File::Prerun { block, force: false });
        }
    }

    fn drain(&self, facts: &Facts, existing: &ConfigVars, destination: &Destination) -> DrainUrl {
        let env = self.env.as_deref().or_else(|| existing.get(env::DD_ENV));
        let service = self.service.as_deref().or_else(|| existing.get(env::DD_SERVICE));
        let labels = Labels::of_app(&facts.app.name, env, service);
        DrainUrl { site: destination.site, key: Some(destination.key.clone()), labels }
    }

    fn notes(&self, facts: &Facts, existing: &ConfigVars, is_demo: bool) -> Vec<Note> {
        let app = &facts.app;
        let mut notes = Vec::new();
        let mut note = |code, message: String| notes.push(Note::new(code, message));
        match (app.generation, app.is_container()) {
            (Generation::Fir, _) => note(
                codes::FIR,
                "Fir has no classic buildpacks, so no Agent runs in its dynos: a telemetry drain carries traces, metrics \
                 and logs to Datadog instead (`dd-heroku logs enable -a APP --signals` chooses)"
                    .replace("APP", &app.name),
            ),
            (Generation::Cedar, true) => note(
                codes::CONTAINER,
                format!("a container image holds its own Agent: `dd-heroku docker init -a {}` writes what the Dockerfile needs", app.name),
            ),
            (Generation::Cedar, false) if deployed::release(facts).and_then(|release| release.slug.as_ref()).is_none() => {
                note(codes::NEVER_DEPLOYED, "never deployed: the Agent comes with the first deploy".to_owned());
            }
            (Generation::Cedar, false) => {}
        }
        if is_demo {
            note(
                codes::DEMO_KEY,
                "this is the sandbox, and no key was given: its demonstration key is used".to_owned(),
            );
        }
        if app.space.is_some() {
            let message =
                "dyno metadata is not complete in a Private Space, so HEROKU_APP_NAME is set by hand";
            note(codes::PRIVATE_SPACE, message.to_owned());
        }
        if existing.get(env::DD_HOSTNAME).is_some() {
            let message = format!(
                "DD_HOSTNAME makes all dynos one host; `dd-heroku config unset DD_HOSTNAME -a {}` ends that",
                app.name
            );
            note(codes::HOSTNAME_SET, message);
        }
        if existing.get(env::DISABLE_DATADOG_AGENT).is_some() {
            let message = format!(
                "DISABLE_DATADOG_AGENT is set, and any value turns the Agent off, `false` too: \
                 `dd-heroku config unset DISABLE_DATADOG_AGENT -a {}`",
                app.name
            );
            note(codes::AGENT_DISABLED, message);
        }
        let buildpacks = facts.buildpacks.as_deref().unwrap_or_default();
        let runs_others = buildpacks.iter().find(|buildpack| buildpack.runs_others());
        if let Some(other) = runs_others.filter(|_| facts.matching_checkout().is_none()) {
            let message =
                format!("{other} runs what {LIST} lists; run this in the app's checkout to have that read");
            note(codes::LEFT, message);
        }
        let kept = buildpacks.iter().find(|buildpack| buildpack.installs_agent());
        if let Some(fork) = kept.filter(|buildpack| buildpack.role() == Role::Fork)
            && self.buildpack_url.is_none()
        {
            note(
                codes::FORK,
                format!("{fork} is a fork of Datadog's buildpack; `--buildpack-url` replaces it"),
            );
        }
        notes
    }
}

fn word(on: bool) -> &'static str {
    if on { "true" } else { "false" }
}

/// The value for a switch, when saying it makes a difference: not when it is unset and asked to be what it is anyway.
fn unless_default(requested: Option<bool>, default: bool, existing: Option<&str>) -> Option<&'static str> {
    requested.filter(|requested| existing.is_some() || *requested != default).map(word)
}

/// No Agent runs in the dynos of a Fir app: options of it would do nothing.
fn leave_out_agent_options(desired: &mut Desired) {
    const OF_THE_AGENT: [&str; 6] = [
        env::DD_AGENT_VERSION,
        env::DD_AGENT_MAJOR_VERSION,
        env::DD_APM_ENABLED,
        env::DD_DISABLE_HOST_METRICS,
        env::DD_HEROKU_SLIM,
        env::DD_PROCESS_AGENT,
    ];
    desired.config.remove(env::DD_DYNO_HOST);
    let mut is_set = |name: &&str| desired.config.remove(*name).flatten().is_some();
    let asked: Vec<_> = OF_THE_AGENT.into_iter().filter(&mut is_set).collect();
    if !asked.is_empty() {
        let message = format!("not set, since no Agent runs in the dynos of a Fir app: {}", asked.join(", "));
        desired.notes.push(Note::new(codes::FIR, message));
    }
}
