//! The organization at Datadog: the application key, and what there is for our metrics. What is there belongs to all
//! apps of the organization, so of several apps the first one's plan speaks for the others.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use super::Context;
use crate::app::metrics::{Access, There};
use crate::datadog::{ApiKey, Site};
use crate::engine::executors;
use crate::env;
use crate::failure::{Code, Failure, Result};
use crate::keychain::Item;
use crate::secret::Secret;

/// The application key: of `DD_APP_KEY`, else of the keyring, else the sandbox's, else typed.
pub fn application_key(context: &Context) -> Result<Secret> {
    if let Some(key) = find(context) {
        return Ok(key);
    }
    let ui = context.ui;
    if ui.interactive {
        let key = ui.ask_secret("Datadog application key", "DD_APP_KEY", |text| {
            if text.trim().is_empty() { Err("an application key is needed".to_owned()) } else { Ok(()) }
        })?;
        return Ok(Secret::new(key));
    }
    Err(Failure::new(Code::KeyRefused, "there is no Datadog application key, which log-based metrics need")
        .hint("set DD_APP_KEY (https://app.datadoghq.com/organization-settings/application-keys)")
        .hint("or keep one in the keyring: dd-heroku auth login"))
}

/// The application key, when it can be had without asking.
pub fn find(context: &Context) -> Option<Secret> {
    if let Some(key) = context.env.get(env::DD_APP_KEY) {
        return Some(Secret::new(key.trim()));
    }
    // A machine without a keyring has no key in it.
    let kept = context.keyring().and_then(|keyring| keyring.get(&Item::DatadogAppKey).ok().flatten());
    kept.or_else(|| context.demonstration_application_key())
}

/// The organizations that the apps report to.
pub struct Organizations<'c> {
    context: &'c Context,
    application_key: Secret,
    /// By site and key: the app that speaks for it.
    speakers: Mutex<BTreeMap<(&'static str, String), String>>,
}

impl<'c> Organizations<'c> {
    /// The organizations that this application key belongs to.
    pub fn new(context: &'c Context, application_key: Secret) -> Self {
        Self { context, application_key, speakers: Mutex::default() }
    }

    /// What there is, when `app` is the one that speaks for its organization.
    pub fn of(&self, app: &str, site: Site, key: &ApiKey) -> Result<Option<(Access, There)>> {
        let mut speakers = self.speakers.lock().unwrap_or_else(PoisonError::into_inner);
        let speaker =
            speakers.entry((site.domain(), key.expose().to_owned())).or_insert_with(|| app.to_owned());
        if speaker.as_str() != app {
            return Ok(None);
        }
        let access = Access { site, key: key.clone(), application_key: self.application_key.clone() };
        let there = executors::there(&self.context.datadog_api()?, &access)?;
        Ok(Some((access, there)))
    }
}
