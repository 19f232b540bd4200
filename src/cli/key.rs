//! The Datadog key: where it comes from, and whether the site takes it.

use std::io::Read;

use super::Context;
use crate::datadog::{ApiKey, Site};
use crate::datadog_api::Verdict;
use crate::env;
use crate::failure::{Code, Failure, Result};
use crate::keychain::Item;

/// A key and where it was found.
#[derive(Clone, Debug)]
pub struct Found {
    /// The key.
    pub key: ApiKey,
    /// Where it was found, as a person would say it.
    pub place: &'static str,
}

/// The key that was given: on stdin, in `DD_API_KEY`, in the keyring. The app's own comes after these.
pub fn given(context: &Context, from_stdin: bool) -> Result<Option<Found>> {
    if from_stdin {
        return found(&stdin()?, "standard input").map(Some);
    }
    if let Some(text) = context.env.get(env::DD_API_KEY) {
        return found(text, "DD_API_KEY of your environment").map(Some);
    }
    // A machine without a keyring has no key in it.
    match context.keyring().map(|keyring| keyring.get(&Item::DatadogApiKey)) {
        Some(Ok(Some(secret))) => found(secret.expose(), "the keyring").map(Some),
        _ => Ok(None),
    }
}

/// A new key, to take the place of one in use: on stdin or in `DD_API_KEY`. The keyring may hold the old one.
pub fn new(context: &Context, from_stdin: bool) -> Result<Option<Found>> {
    if from_stdin {
        return found(&stdin()?, "standard input").map(Some);
    }
    context.env.get(env::DD_API_KEY).map(|text| found(text, "DD_API_KEY of your environment")).transpose()
}

/// The key in `text`.
pub fn found(text: &str, place: &'static str) -> Result<Found> {
    match ApiKey::parse(text) {
        Ok(key) => Ok(Found { key, place }),
        Err(why) => Err(Failure::new(Code::KeyRefused, format_args!("{why} (from {place})"))
            .hint("copy an API key from https://app.datadoghq.com/organization-settings/api-keys")),
    }
}

/// Fails unless the site takes the key; tells a wrong site from a wrong key by trying the others.
pub fn require_accepted(context: &Context, found: &Found, site: Site) -> Result {
    let datadog_api = context.datadog_api()?;
    if datadog_api.validate(&found.key, site)? == Verdict::Valid {
        return Ok(());
    }
    let key = found.key.masked();
    let failure =
        Failure::new(Code::KeyRefused, format_args!("{site} refuses the key {key} (from {})", found.place));
    Err(match datadog_api.find_site(&found.key, site) {
        Some(other) => failure.hint(format_args!("{other} takes it: pass `--site {other}`")),
        None => failure.hint(format_args!(
            "no other site takes it either: copy an API key from {}/organization-settings/api-keys",
            site.web()
        )),
    })
}

/// What stands on standard input: a secret.
pub fn stdin() -> Result<String> {
    let mut text = String::new();
    // A key has 32 characters; a file given by mistake is not read to its end.
    std::io::stdin().take(4096).read_to_string(&mut text).map_err(|error| {
        Failure::from(anyhow::Error::new(error).context("the key could not be read from standard input"))
    })?;
    Ok(text)
}
