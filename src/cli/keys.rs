//! The key and the site of each app that `init` sets up, each pair checked once.

use crate::app::Facts;
use crate::cli::Context;
use crate::cli::key;
use crate::datadog::site::SITES;
use crate::datadog::{ApiKey, Site};
use crate::failure::{Code, Failure, Result};

/// The keys and sites of the apps, each pair checked once.
pub struct Keys<'c> {
    context: &'c Context,
    given: Option<key::Found>,
    /// The key that serves where none is given and the app has none.
    fallback: Option<key::Found>,
    site: Option<Site>,
    checked: Vec<(ApiKey, Site)>,
    early: Option<(ApiKey, Site, Result)>,
    no_verify: bool,
}

impl<'c> Keys<'c> {
    /// What was given, and the check that was made of `guess` while the apps were read.
    pub fn new(
        context: &'c Context,
        given: Option<key::Found>,
        guess: Option<key::Found>,
        site: Option<Site>,
        early: Option<Result>,
        no_verify: bool,
    ) -> Self {
        let early = guess
            .as_ref()
            .zip(early)
            .map(|(guess, result)| (guess.key.clone(), site.unwrap_or_default(), result));
        let fallback = guess.filter(|_| given.is_none());
        Self { context, given, fallback, site, checked: Vec::new(), early, no_verify }
    }

    /// The site of an app: as asked for, as the app has it, else the default.
    pub fn site(&self, facts: &Facts) -> Result<Site> {
        if let Some(site) = self.site {
            return Ok(site);
        }
        let there = facts.config.as_ref().and_then(|config| config.get("DD_SITE"));
        there
            .map_or(Ok(Site::default()), |text| known_site(text, &format!("DD_SITE of `{}`", facts.app.name)))
    }

    /// The key of an app: as given, as the app has it, else the sandbox's.
    pub fn of(&self, facts: &Facts) -> Result<Option<key::Found>> {
        if let Some(given) = &self.given {
            return Ok(Some(given.clone()));
        }
        match facts.config.as_ref().and_then(|config| config.get("DD_API_KEY")) {
            Some(text) => key::found(text, "the app's own DD_API_KEY").map(Some),
            None => Ok(self.fallback.clone()),
        }
    }

    /// Whether an app gets the sandbox's demonstration key.
    pub fn is_demo(&self, facts: &Facts) -> bool {
        let used = self.of(facts).ok().flatten();
        self.fallback.is_some()
            && used.map(|used| used.key) == self.fallback.as_ref().map(|demo| demo.key.clone())
    }

    /// The key of an app, once the site took it.
    pub fn accepted(&mut self, facts: &Facts, site: Site) -> Result<ApiKey> {
        let found = self.of(facts)?.ok_or_else(|| {
            Failure::new(Code::KeyRefused, "there is no Datadog API key")
                .hint("set DD_API_KEY, or pipe it: `… | dd-heroku init --api-key-stdin`")
                .hint(format_args!("make one at {}/organization-settings/api-keys", site.web()))
        })?;
        self.check(&found, site)?;
        Ok(found.key)
    }

    /// Fails unless the site takes the key. Each pair is asked about once.
    pub fn check(&mut self, found: &key::Found, site: Site) -> Result {
        let pair = (found.key.clone(), site);
        if self.no_verify || self.checked.contains(&pair) {
            return Ok(());
        }
        match self.early.take_if(|(key, at, _)| *key == pair.0 && *at == site) {
            Some((_, _, result)) => result?,
            None => key::require_accepted(self.context, found, site)?,
        }
        self.checked.push(pair);
        Ok(())
    }

    /// Takes the site that a person chose.
    pub fn choose_site(&mut self, site: Site) {
        self.site = Some(site);
    }

    /// Takes the key that a person typed.
    pub fn give(&mut self, found: key::Found) {
        self.given = Some(found);
    }
}

/// The site that `text` names; `place` says where the text was found.
pub fn known_site(text: &str, place: &str) -> Result<Site> {
    Site::parse(text).ok_or_else(|| {
        let sites: Vec<_> = SITES.iter().map(ToString::to_string).collect();
        // By the name that tells sites apart: `us3` of us3.datadoghq.com, `eu` of datadoghq.eu.
        let likeness = |site: &Site| {
            let words = site.domain().split('.').chain([site.domain()]);
            words.map(|word| strsim::normalized_damerau_levenshtein(word, text)).fold(0.0, f64::max)
        };
        let near = SITES.iter().max_by(|a, b| likeness(a).total_cmp(&likeness(b)));
        let failure = Failure::usage(format_args!(
            "{place}: `{text}` is none of Datadog's sites: {}",
            sites.join(", ")
        ));
        match near {
            Some(near) => failure.hint(format_args!("did you mean `{near}`?")),
            None => failure,
        }
    })
}
