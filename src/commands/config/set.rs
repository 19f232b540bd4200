//! `config set` and `unset`: checked values, one request, one restart.

use std::collections::BTreeMap;

use super::assignment::Changes;
use super::{assignment, names};
use crate::app::Facts;
use crate::app::desired::{Desired, RebuildWhen, config};
use crate::app::facts::{ConfigVars, KeyQuery, Query, When};
use crate::cli::{Apps, ChangeOptions, Targets, key, keys, rebuild_args};
use crate::commands::{Context, Exit};
use crate::datadog::Site;
use crate::engine::{self, Observer};
use crate::env::{DD_AGENT_VERSION, DD_API_KEY, DD_SITE};
use crate::failure::{Failure, Result};

/// Set options: checked, in one request and one restart
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  dd-heroku config set DD_ENV=production DD_SERVICE=shop
  dd-heroku config set DD_APM_ENABLED=false -a shop --rebuild
  pass datadog/api-key | dd-heroku config set DD_API_KEY -a shop")]
pub struct Set {
    /// NAME=VALUE; NAME alone reads the value from standard input, as a secret must be
    #[arg(required = true, value_name = "NAME=VALUE", add = names())]
    vars: Vec<String>,
    /// Do not check keys with Datadog, nor versions in the package repository
    #[arg(long)]
    no_verify: bool,
    /// Set a name that this program does not know even if it is close to a known one
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    rebuild: rebuild_args::Args,
    #[command(flatten)]
    apps: Apps,
    #[command(flatten)]
    change: ChangeOptions,
}

/// Unset options, in one request and one restart
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  dd-heroku config unset DD_HOSTNAME -a shop")]
pub struct Unset {
    /// Names of options
    #[arg(required = true, value_name = "NAME", add = names())]
    vars: Vec<String>,
    #[command(flatten)]
    rebuild: rebuild_args::Args,
    #[command(flatten)]
    apps: Apps,
    #[command(flatten)]
    change: ChangeOptions,
}

/// Sets options on the apps that are meant.
pub(super) fn set(context: &Context, args: &Set) -> Result<Exit> {
    let mut changes = BTreeMap::new();
    for given in &args.vars {
        let (name, value) = assignment::read(context, given, args.force)?;
        if changes.insert(name.clone(), Some(value)).is_some() {
            return Err(Failure::usage(format_args!("`{name}` is given twice")));
        }
    }
    let mut query = query(&args.rebuild);
    if !args.no_verify {
        query.key = key_query(&changes)?;
        if changes.contains_key(DD_AGENT_VERSION) {
            query.agent_versions = When::Always;
        }
    }
    apply(context, &args.apps.targets(), args.change, &changes, &args.rebuild, &query)
}

/// The new key is checked with the site that the app has then.
fn key_query(changes: &Changes) -> Result<Option<KeyQuery>> {
    let Some(Some(value)) = changes.get(DD_API_KEY) else { return Ok(None) };
    let given = Some(key::parsed(value.expose(), "standard input")?);
    let site = changes.get(DD_SITE).and_then(Option::as_ref).and_then(|site| Site::parse(site.expose()));
    Ok(Some(KeyQuery { given, site, verify: true, is_strict: true, fallback: None }))
}

/// Unsets options on the apps that are meant.
pub(super) fn unset(context: &Context, args: &Unset) -> Result<Exit> {
    let changes =
        args.vars.iter().map(|name| Ok((assignment::known(name)?, None))).collect::<Result<Changes>>()?;
    let query = query(&args.rebuild);
    apply(context, &args.apps.targets(), args.change, &changes, &args.rebuild, &query)
}

fn query(rebuild: &rebuild_args::Args) -> Query {
    Query::from(rebuild_args::PARTS).with_checkout(rebuild.checkout())
}

fn apply(
    context: &Context,
    targets: &Targets,
    change: ChangeOptions,
    changes: &Changes,
    rebuild: &rebuild_args::Args,
    query: &Query,
) -> Result<Exit> {
    let observer = Observer::new(context);
    let facts = observer.observe(&context.apps(targets)?, query)?;
    facts
        .iter()
        .try_for_each(|app_facts| desired(changes, rebuild, &RebuildWhen::Never, app_facts).map(drop))?;
    let mut otherwise = RebuildWhen::Never;
    if rebuild.when().is_none() && change.may_ask(context.ui) && config::need_rebuild(changes.keys()) {
        let question = "It takes effect when the slug is compiled. Rebuild now?";
        if context.ui.confirm(question, true, "`--rebuild` or `--no-rebuild`")? {
            otherwise = RebuildWhen::Due;
        }
    }
    engine::run_from(&observer, change.mode(targets), &facts, query, &|facts| {
        desired(changes, rebuild, &otherwise, facts)
    })
}

fn desired(
    changes: &Changes,
    rebuild: &rebuild_args::Args,
    otherwise: &RebuildWhen,
    facts: &Facts,
) -> Result<Desired> {
    if facts.key.is_some() {
        keys::accepted(facts)?;
    }
    let empty = ConfigVars::default();
    let (changes, note) = assignment::with_whole_version(changes, facts)?;
    let mut desired = config::desired(&changes, facts.config.as_ref().unwrap_or(&empty));
    desired.notes.extend(note);
    rebuild.put_into(&mut desired, otherwise.clone(), facts)?;
    Ok(desired)
}
