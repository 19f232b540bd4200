//! The Datadog key: where it comes from, and whether the site takes it.

use std::io::Read;

use super::Context;
use crate::app::facts::{FoundKey, KeyVerdict};
use crate::datadog::{ApiKey, Site};
use crate::engine::KeyCheck;
use crate::env;
use crate::failure::{Code, Failure, Result};
use crate::keychain::Item;

/// The key that was given: on stdin, in `DD_API_KEY`, in the keyring. The app's own comes after these.
pub fn given(context: &Context, from_stdin: bool) -> Result<Option<FoundKey>> {
    if from_stdin {
        return parsed(&stdin()?, "standard input").map(Some);
    }
    if let Some(text) = context.env.get(env::DD_API_KEY) {
        return parsed(text, "DD_API_KEY of your environment").map(Some);
    }
    // A machine without a keyring has no key in it.
    match context.keyring().map(|keyring| keyring.get(&Item::DatadogApiKey)) {
        Some(Ok(Some(secret))) => parsed(secret.expose(), "the keyring").map(Some),
        _ => Ok(None),
    }
}

/// A new key, to take the place of one in use: on stdin or in `DD_API_KEY`. The keyring may hold the old one.
pub fn new(context: &Context, from_stdin: bool) -> Result<Option<FoundKey>> {
    if from_stdin {
        return parsed(&stdin()?, "standard input").map(Some);
    }
    context.env.get(env::DD_API_KEY).map(|text| parsed(text, "DD_API_KEY of your environment")).transpose()
}

/// The key in `text`.
pub fn parsed(text: &str, place: &'static str) -> Result<FoundKey> {
    match ApiKey::parse(text) {
        Ok(key) => Ok(FoundKey { key, place, is_demo: false }),
        Err(why) => Err(malformed(&why.to_string(), place)),
    }
}

/// Fails unless the site accepts the key; distinguishes a wrong site from a wrong key by trying the others.
pub fn require_accepted(context: &Context, parsed: &FoundKey, site: Site) -> Result {
    match KeyCheck::default().verdict(context, &parsed.key, site)? {
        KeyVerdict::Accepted => Ok(()),
        verdict => Err(refused(parsed, site, verdict)),
    }
}

/// The refusal of a text that is not a key.
pub fn malformed(why: &str, place: &str) -> Failure {
    Failure::new(Code::KeyRefused, format_args!("{why} (from {place})"))
        .hint("copy an API key from https://app.datadoghq.com/organization-settings/api-keys")
}

/// The refusal of a key that `site` does not accept.
pub fn refused(parsed: &FoundKey, site: Site, verdict: KeyVerdict) -> Failure {
    let (key, place) = (parsed.key.masked(), parsed.place);
    let failure = Failure::new(Code::KeyRefused, format_args!("{site} refuses the key {key} (from {place})"));
    match verdict {
        KeyVerdict::OtherSite(other) => {
            failure.hint(format_args!("{other} accepts it: pass `--site {other}`"))
        }
        _ => failure.hint(format_args!(
            "no other site accepts it either: copy an API key from {}/organization-settings/api-keys",
            site.web()
        )),
    }
}

/// What standard input holds: a secret.
pub fn stdin() -> Result<String> {
    let mut text = String::new();
    // A key has 32 characters; a file given by mistake is not read to its end.
    std::io::stdin().take(4096).read_to_string(&mut text).map_err(|error| {
        Failure::from(anyhow::Error::new(error).context("the key could not be read from standard input"))
    })?;
    Ok(text)
}
