//! What a command needs to know: a value, which [`crate::engine::observe`] answers with [`Facts`](super::Facts).

use super::{ConfigVars, FoundKey, Part, Parts};
use crate::datadog::{ApiKey, Site};
use crate::env;
use crate::secret::Secret;

/// What to read of each app.
#[derive(Clone, Debug, Default)]
pub struct Query {
    /// The parts that Heroku answers.
    pub heroku: Parts,
    /// The checkout that the command runs in.
    pub checkout: Option<CheckoutQuery>,
    /// The Datadog API key. Needs the config vars.
    pub key: Option<KeyQuery>,
    /// What the organization has for log-based metrics; the application key. Needs the key.
    pub log_metrics: Option<Secret>,
    /// Whether a Datadog that does not show them leaves them unknown; else that is an error.
    pub log_metrics_may_fail: bool,
    /// How many hosts of the app Datadog counts; the application key. Needs the key.
    pub hosts: Option<Secret>,
    /// The Agent versions that can be installed.
    pub agent_versions: When,
    /// The database to look into: an add-on, an attachment or a config var. Needs config vars, add-ons and attachments.
    pub database: Option<String>,
    /// The config vars of the other apps of the pipeline, where findings need them. Needs config vars and the coupling.
    pub neighbors: bool,
}

/// Whether to read what no single app has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum When {
    /// Not at all.
    #[default]
    Never,
    /// Where an app asks for an exact version; without an answer it is not known.
    WhereAsked,
    /// In any case.
    Always,
}

/// What to read of the checkout.
#[derive(Clone, Debug, Default)]
pub struct CheckoutQuery {
    /// The commit, branch or tag to build.
    pub git_ref: Option<String>,
    /// Files by path. One that is not text is an error.
    pub files: Vec<&'static str>,
    /// More files by path, which the arguments name.
    pub named_files: Vec<String>,
    /// All files of `datadog/`.
    pub folder: bool,
}

impl CheckoutQuery {
    /// Whether nothing is asked for but what is read of every checkout.
    pub fn is_empty(&self) -> bool {
        let Self { git_ref, files, named_files, folder } = self;
        git_ref.is_none() && files.is_empty() && named_files.is_empty() && !folder
    }
}

/// Which key is meant, and whether to ask Datadog about it.
#[derive(Clone, Debug, Default)]
pub struct KeyQuery {
    /// The key that was given; it wins over the app's own.
    pub given: Option<FoundKey>,
    /// The key where none was given and the app has none.
    pub fallback: Option<FoundKey>,
    /// The site that was given; it wins over the app's `DD_SITE`.
    pub site: Option<Site>,
    /// Whether to ask Datadog.
    pub verify: bool,
    /// Whether a Datadog that cannot be asked is an error; else the verdict is unknown.
    pub is_strict: bool,
}

impl<const N: usize> From<[Part; N]> for Query {
    fn from(parts: [Part; N]) -> Self {
        Self { heroku: parts.into(), ..Self::default() }
    }
}

impl Query {
    /// Reads the checkout too.
    #[must_use]
    pub fn with_checkout(mut self, checkout: CheckoutQuery) -> Self {
        self.checkout = Some(checkout);
        self
    }

    /// Reads the key too.
    #[must_use]
    pub fn with_key(mut self, key: KeyQuery) -> Self {
        self.key = Some(key);
        self
    }
}

impl KeyQuery {
    /// The key that is meant for an app with these config vars.
    pub fn key(&self, config: &ConfigVars) -> Result<Option<FoundKey>, String> {
        if self.given.is_some() {
            return Ok(self.given.clone());
        }
        match config.get(env::DD_API_KEY) {
            Some(text) => ApiKey::parse(text)
                .map(|key| Some(FoundKey { key, place: "the app's own DD_API_KEY", is_demo: false }))
                .map_err(|why| why.to_string()),
            None => Ok(self.fallback.clone()),
        }
    }

    /// The site that is meant; fails with a `DD_SITE` that is not a site.
    pub fn site(&self, config: &ConfigVars) -> Result<Site, String> {
        match (self.site, config.get(env::DD_SITE)) {
            (Some(site), _) => Ok(site),
            (None, None) => Ok(Site::default()),
            (None, Some(text)) => Site::parse(text).ok_or_else(|| text.to_owned()),
        }
    }

    /// The key and the site that can be checked before the app is read.
    pub fn early(&self) -> Option<(&ApiKey, Site)> {
        let given = self.given.as_ref().or(self.fallback.as_ref()).filter(|_| self.verify)?;
        Some((&given.key, self.site.unwrap_or_default()))
    }
}
