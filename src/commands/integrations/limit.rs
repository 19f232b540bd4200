//! `integrations limit`: lets a check run on some dynos only.

use super::{named, query, refused};
use crate::app::integrations::{self, Folder};
use crate::cli::{Apps, ChangeOptions};
use crate::commands::{Context, Exit};
use crate::datadog::options;
use crate::engine;
use crate::env;
use crate::failure::{Failure, Result};

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
    let dynos: &[String] = if args.dynos == ["all"] { &[] } else { &args.dynos };
    for dyno in dynos {
        // A name that could be read as shell would end up in a script.
        let kind = if dyno.contains('.') { env::DD_HEROKU_LEADER } else { env::DD_HEROKU_SKIP_DYNOS };
        if dyno.contains('*') || options::check(kind, dyno).is_err() {
            return Err(Failure::usage(format_args!("--to: `{dyno}` is neither a process type nor a dyno"))
                .hint("--to web, or --to web.1"));
        }
    }
    let targets = args.apps.targets();
    engine::run(context, args.change.mode(&targets), &context.apps(&targets)?, &query(), &|facts| {
        integrations::limit(entry, dynos, facts, Folder::of(facts).as_ref())
            .map_err(|why| refused(Some(&facts.app.name), why))
    })
}
