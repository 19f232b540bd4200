//! `integrations limit`: lets a check run on some dynos only.

use super::{named, query, refused};
use crate::app::integrations::{self, Folder, Place};
use crate::cli::place::place;
use crate::cli::{Apps, ChangeOptions};
use crate::commands::{Context, Exit};
use crate::engine;
use crate::failure::Result;

/// Limit a check to some dynos, by the managed block of datadog/prerun.sh
///
/// Every dyno has its own Agent, and each of them queries the same database: one is enough.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "Examples:
  dd-heroku integrations limit gunicorn --to web
  dd-heroku integrations limit http_check --to web.1
  dd-heroku integrations limit http_check --to all")]
pub struct Args {
    /// Name of the integration
    #[arg(value_name = "NAME")]
    name: String,
    /// Where it runs: process types (`web`), one dyno (`web.1`), or `all`
    #[arg(long = "to", value_name = "DYNOS", required = true, value_delimiter = ',')]
    dynos: Vec<String>,
    #[command(flatten)]
    apps: Apps,
    #[command(flatten)]
    change: ChangeOptions,
}

/// Limits it.
pub fn run(context: &Context, args: &Args) -> Result<Exit> {
    let entry = named(&args.name)?;
    let dynos = match place("--to", &args.dynos)? {
        Place::Dynos(dynos) => dynos,
        Place::All | Place::Leader => Vec::new(),
    };
    let targets = args.apps.targets();
    engine::run(context, args.change.mode(&targets), &context.apps(&targets)?, &query(), &|facts| {
        integrations::limit(entry, &dynos, facts, Folder::of(facts).as_ref())
            .map_err(|why| refused(Some(&facts.app.name), why))
    })
}
