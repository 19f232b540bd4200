//! `prerun skip`: keeps the Agent off some dynos.

use crate::cli::{ChangeOptions, OneApp};
use crate::commands::{Context, Exit};
use crate::datadog::options;
use crate::env;
use crate::failure::{Failure, Result};
use crate::platform::dyno::ONE_OFF;

/// Keep the Agent and the tracer off dynos of some types
///
/// One-off dynos (run, release, scheduler) run one command and end: an Agent there costs time and counts as a host.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "Examples:
  dd-heroku prerun skip one-off
  dd-heroku prerun skip run,release -a shop --dry-run
  dd-heroku prerun skip none")]
pub struct Args {
    /// Dyno types, a comma-separated list; `one-off` for all that run one command and end, or `none`
    #[arg(required = true, value_name = "TYPES", value_delimiter = ',')]
    types: Vec<String>,
    /// Rewrite a block that was edited by hand
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    app: OneApp,
    #[command(flatten)]
    change: ChangeOptions,
}

/// Sets them.
pub fn run(context: &Context, args: &Args) -> Result<Exit> {
    let mut types: Vec<String> = Vec::new();
    for kind in &args.types {
        match kind.as_str() {
            "none" if args.types.len() == 1 => {}
            "one-off" => types.extend(ONE_OFF.map(str::to_owned)),
            kind => match options::check(env::DD_HEROKU_SKIP_DYNOS, kind) {
                Ok(kind) => types.push(kind.into_owned()),
                Err(problem) => {
                    return Err(Failure::usage(problem).hint("dd-heroku prerun skip run,release,scheduler"));
                }
            },
        }
    }
    super::change(context, &args.app.targets(), args.change, args.force, &|block| {
        block.skip.clone_from(&types);
    })
}
