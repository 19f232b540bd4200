//! The application key, which reaches what an organization has at Datadog.

use super::Context;
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
        let key = ui.ask_secret("Datadog application key", env::DD_APP_KEY, |text| {
            if text.trim().is_empty() { Err("an application key is needed".to_owned()) } else { Ok(()) }
        })?;
        return Ok(Secret::new(key));
    }
    Err(Failure::new(Code::KeyRefused, "there is no Datadog application key, which log-based metrics need")
        .hint("set DD_APP_KEY (https://app.datadoghq.com/organization-settings/application-keys)")
        .hint("or keep one in the keyring: dd-heroku auth login"))
}

/// The application key, when it is available without asking.
pub fn find(context: &Context) -> Option<Secret> {
    if let Some(key) = context.env.get(env::DD_APP_KEY) {
        return Some(Secret::new(key.trim()));
    }
    // A machine without a keyring has no key in it.
    let kept = context.keyring().and_then(|keyring| keyring.get(&Item::DatadogAppKey).ok().flatten());
    kept.or_else(|| context.demonstration_application_key())
}
