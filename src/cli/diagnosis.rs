//! What the findings are computed from: the snapshot, and what Datadog, the package repository, the pipeline and the
//! checkout say. Each is asked once.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Mutex, OnceLock, PoisonError};

use crate::app::findings::{self, Checkout, Finding, Input, KeyState, Neighbor};
use crate::app::{Facts, Part, codes, prerun};
use crate::cli::Context;
use crate::cli::available_versions;
use crate::datadog::{ApiKey, Site};
use crate::datadog_api::Verdict;
use crate::env;
use crate::failure::Result;
use crate::repo::lint;
use crate::secret::Secret;

/// What is read of an app for the findings.
pub(crate) const PARTS: [Part; 12] = [
    Part::Config,
    Part::Buildpacks,
    Part::Features,
    Part::Formation,
    Part::Releases,
    Part::Builds,
    Part::Drains,
    Part::TelemetryDrains,
    Part::Addons,
    Part::Attachments,
    Part::Coupling,
    Part::Slug,
];

/// Finds, and remembers what it was told on the way.
pub(crate) struct Doctor<'c> {
    context: &'c Context,
    no_verify: bool,
    keys: Mutex<BTreeMap<(String, String), KeyState>>,
    agents: OnceLock<Option<Vec<String>>>,
}

impl<'c> Doctor<'c> {
    /// One that has not asked anybody yet.
    pub(crate) fn new(context: &'c Context, no_verify: bool) -> Self {
        Self { context, no_verify, keys: Mutex::default(), agents: OnceLock::new() }
    }

    /// What is wrong with an app.
    pub(crate) fn findings(&self, facts: &Facts) -> Result<Vec<Finding>> {
        let key = self.key(facts);
        let own = self.context.checkout_of(&facts.app.name);
        let checkout = match own {
            Some(own) => Some(Checkout {
                prerun: own.read(Path::new(prerun::PATH))?,
                app_json: own.read(Path::new("app.json"))?,
            }),
            None => None,
        };
        let pipeline = self.neighbors(facts)?;
        let input = Input {
            facts,
            key,
            agents: self.agents(facts),
            hosts: self.hosts(facts, key),
            pipeline: &pipeline,
            checkout: checkout.as_ref(),
        };
        let mut findings = findings::find(&input);
        let linted = own.map(|own| lint::lint(&own.datadog_files())).unwrap_or_default();
        findings.extend(linted.into_iter().filter_map(of_lint));
        Ok(findings)
    }

    /// What Datadog says of the app's key; each pair of key and site is asked about once.
    pub(crate) fn key(&self, facts: &Facts) -> KeyState {
        let Some(vars) = facts.config.as_ref().filter(|_| !self.no_verify) else {
            return KeyState::Unknown;
        };
        let Some(text) = vars.get("DD_API_KEY") else { return KeyState::Unknown };
        let site = vars.get("DD_SITE").unwrap_or_default();
        let pair = (text.to_owned(), site.to_owned());
        let mut keys = self.keys.lock().unwrap_or_else(PoisonError::into_inner);
        *keys.entry(pair).or_insert_with(|| self.ask(text, site))
    }

    fn ask(&self, text: &str, site: &str) -> KeyState {
        let Ok(key) = ApiKey::parse(text) else { return KeyState::Refused };
        let Ok(datadog_api) = self.context.datadog_api() else { return KeyState::Unknown };
        // Of an unknown site the default is asked first; whoever takes the key is the site that was meant.
        let known = if site.is_empty() { Some(Site::default()) } else { Site::parse(site) };
        let asked = known.unwrap_or_default();
        match datadog_api.validate(&key, asked) {
            Ok(Verdict::Valid) if known.is_some() => KeyState::Valid,
            Ok(Verdict::Valid) => KeyState::OtherSite(asked),
            Ok(Verdict::Refused) => {
                datadog_api.find_site(&key, asked).map_or(KeyState::Refused, KeyState::OtherSite)
            }
            Err(error) => {
                self.context.ui.warn(format_args!("Datadog could not be asked about the key: {error}"));
                KeyState::Unknown
            }
        }
    }

    /// The versions of the Agent; asked only when an app names one.
    fn agents(&self, facts: &Facts) -> Option<&[String]> {
        facts.config.as_ref()?.get("DD_AGENT_VERSION")?;
        let agents = self.agents.get_or_init(|| match available_versions::agents(self.context, false) {
            Ok(agents) => Some(agents),
            Err(failure) => {
                let message = format!("whether versions exist is not checked: {:#}", failure.error);
                self.context.ui.detail(message);
                None
            }
        });
        agents.as_deref()
    }

    /// The other apps of the pipeline, where the findings need them.
    fn neighbors(&self, facts: &Facts) -> Result<Vec<Neighbor>> {
        let coupling = facts.coupling.as_ref().and_then(Option::as_ref);
        let is_named = facts.config.as_ref().is_some_and(|vars| vars.get("DD_APM_ENABLED").is_some());
        let Some(coupling) = coupling.filter(|_| is_named) else { return Ok(Vec::new()) };
        let reader = self.context.reader()?;
        let apps = reader.pipeline(&coupling.pipeline)?.apps;
        let others = apps.into_iter().filter(|(app, _)| *app != facts.app.name);
        others.map(|(app, stage)| Ok(Neighbor { config: reader.config(&app)?, app, stage })).collect()
    }

    /// How many hosts Datadog counts for the app. Needs an application key; without one nobody is asked.
    fn hosts(&self, facts: &Facts, key: KeyState) -> Option<usize> {
        let application_key = Secret::new(self.context.env.get(env::DD_APP_KEY)?);
        let vars = facts.config.as_ref().filter(|_| key == KeyState::Valid)?;
        let key = ApiKey::parse(vars.get("DD_API_KEY")?).ok()?;
        let site = vars.get("DD_SITE").map_or(Some(Site::default()), Site::parse)?;
        let filter = format!("appname:{}", facts.app.name);
        self.context.datadog_api().ok()?.count_hosts(&key, &application_key, site, &filter).ok()
    }
}

/// A finding of the lint.
fn of_lint(found: lint::Finding) -> Option<Finding> {
    let line = found.line.map(|line| format!(":{line}")).unwrap_or_default();
    let finding = Finding::new(codes::LINT, format!("{}{line}: {}", found.path, found.message))?;
    Some(Finding { severity: found.severity, ..finding })
}
