//! `integrations remove`: turns integrations off.

use super::{named, query, refused};
use crate::app::integrations::{self, Folder};
use crate::cli::{Apps, ChangeOptions};
use crate::commands::{Context, Exit};
use crate::engine;
use crate::failure::Result;

/// Turn integrations off: remove what turned them on, and nothing else
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "Examples:
  dd-heroku integrations remove redis
  dd-heroku integrations remove http_check -a shop --dry-run")]
pub struct Args {
    /// Names of integrations
    #[arg(required = true, value_name = "NAME")]
    names: Vec<String>,
    /// Delete a conf.yaml even if it was edited by hand
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    apps: Apps,
    #[command(flatten)]
    change: ChangeOptions,
}

/// Turns them off.
pub fn run(context: &Context, args: &Args) -> Result<Exit> {
    let entries = args.names.iter().map(|name| named(name)).collect::<Result<Vec<_>>>()?;
    let targets = args.apps.targets();
    let apps = context.apps(&targets)?;
    engine::run(context, args.change.mode(&targets), &apps, &query(), &|facts| {
        integrations::remove(&entries, facts, Folder::of(facts).as_ref(), args.force)
            .map_err(|why| refused(Some(&facts.app.name), why))
    })
}
