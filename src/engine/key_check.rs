//! Whether Datadog accepts a key, each pair of key and site asked about once in a run.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use super::Services;
use crate::app::facts::{ConfigVars, Key, KeyQuery, KeyVerdict};
use crate::datadog::{ApiKey, Site};
use crate::datadog_api;
use crate::failure::{Failure, Result};

/// A key, in clear, and a site's domain.
type Pair = (String, &'static str);

/// The pairs of key and site that were asked about, each with Datadog's answer.
#[derive(Default)]
pub struct KeyCheck {
    answers: Mutex<BTreeMap<Pair, Result<KeyVerdict>>>,
}

impl KeyCheck {
    /// The key that `query` means for an app, and what Datadog says of it.
    pub fn key(&self, services: &dyn Services, query: &KeyQuery, config: &ConfigVars) -> Result<Key> {
        let (source, site) = (query.key(config), query.site(config));
        let mut key = Key { source, site, verdict: KeyVerdict::Unknown };
        if let (true, Ok(Some(source))) = (query.verify, &key.source) {
            // Of a DD_SITE that is not a site the default is asked first.
            let site = key.site.as_ref().copied().unwrap_or_default();
            key.verdict = match self.verdict(services, &source.key, site) {
                Ok(verdict) => verdict,
                Err(failure) if query.is_strict => return Err(failure),
                Err(failure) => {
                    let error = failure.error;
                    services.ui().warn(format_args!("Datadog could not be asked about the key: {error:#}"));
                    KeyVerdict::Unknown
                }
            };
        }
        Ok(key)
    }

    /// What Datadog says of a key at a site: distinguishes a wrong site from a wrong key by asking the others.
    pub fn verdict(&self, services: &dyn Services, key: &ApiKey, site: Site) -> Result<KeyVerdict> {
        // Held while Datadog is asked, so that a second thread waits for the answer instead of asking too.
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        let pair = (key.expose().to_owned(), site.domain());
        // A failure is reported once; after that Datadog is asked again.
        let verdict = answers.remove(&pair).unwrap_or_else(|| ask(services, key, site))?;
        answers.insert(pair, Ok(verdict));
        Ok(verdict)
    }

    /// Asks before the answer is needed; [`Self::verdict`] gives it.
    pub fn ask_early(&self, services: &dyn Services, key: &ApiKey, site: Site) {
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        answers.entry((key.expose().to_owned(), site.domain())).or_insert_with(|| ask(services, key, site));
    }
}

fn ask(services: &dyn Services, key: &ApiKey, site: Site) -> Result<KeyVerdict> {
    let client = services.datadog_api()?;
    let unanswered = |error| Failure::from(error).hint("pass `--no-verify` to skip the check of the key");
    Ok(match client.validate(key, site).map_err(unanswered)? {
        datadog_api::Verdict::Valid => KeyVerdict::Accepted,
        datadog_api::Verdict::Refused => {
            client.find_site(key, site).map_or(KeyVerdict::Refused, KeyVerdict::OtherSite)
        }
    })
}
