//! The first question of `init`: the key, and the site where it is not known.

use super::args::Args;
use crate::app::facts::{ConfigVars, Facts, Query};
use crate::cli::key;
use crate::commands::Context;
use crate::datadog::ApiKey;
use crate::datadog::site::SITES;
use crate::engine::Observer;
use crate::env;
use crate::failure::Result;

/// Asks for the key and the site that are missing.
pub(super) fn ask(
    context: &Context,
    observer: &Observer<'_>,
    query: &mut Query,
    args: &Args,
    facts: &mut Facts,
) -> Result {
    let (ui, Some(key_query)) = (context.ui, &mut query.key) else { return Ok(()) };
    let empty = ConfigVars::default();
    let config = facts.config.as_ref().unwrap_or(&empty);
    if key_query.key(config).is_ok_and(|key| key.is_none()) {
        let text = ui.ask_secret("Datadog API key (32 hex digits, hidden)", "`--api-key-stdin`", |text| {
            ApiKey::parse(text).map(drop).map_err(|why| why.to_string())
        })?;
        key_query.given = Some(key::parsed(&text, "your answer")?);
    }
    if args.site()?.is_none() && config.get(env::DD_SITE).is_none() {
        let sites: Vec<_> = SITES.iter().map(ToString::to_string).collect();
        let at = ui.choose("Datadog's site", &sites, 0, "`--site`")?;
        key_query.site = Some(SITES[at]);
    }
    facts.key = Some(observer.keys.key(context, key_query, config)?);
    Ok(())
}
