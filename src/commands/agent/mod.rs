//! `agent`: the Agent in a dyno that runs.

pub mod access;
pub mod dynos;
pub mod exec;
pub mod reach;
pub mod restart;
pub mod status;

use super::{Context, Exit};
use crate::failure::Result;

/// Talk to the Agent in a running dyno
#[derive(Debug, clap::Subcommand)]
pub enum Verb {
    Status(status::Args),
    Exec(exec::Args),
    /// Restart the Agent in a running dyno, without a dyno restart
    ///
    /// The Agent sends what it holds before it ends. It keeps the environment that the dyno started with.
    #[command(after_help = "Examples:
  dd-heroku agent restart shop
  dd-heroku agent restart shop --dyno worker.1
  dd-heroku agent restart shop --all")]
    Restart(restart::Args),
    /// Stop the Agent in a running dyno, until it is started or the dyno restarts
    #[command(after_help = "Examples:
  dd-heroku agent stop shop --dyno web.2
  dd-heroku agent stop shop --all")]
    Stop(restart::Args),
    /// Start the Agent in a running dyno where it was stopped or failed too often
    #[command(after_help = "Examples:
  dd-heroku agent start shop --dyno web.2
  dd-heroku agent start shop --all")]
    Start(restart::Args),
}

/// Runs a verb of `agent`.
pub fn run(context: &Context, verb: Verb) -> Result<Exit> {
    match verb {
        Verb::Status(args) => status::run(context, &args),
        Verb::Exec(args) => exec::run(context, &args),
        Verb::Restart(args) => args.run(context, "restart", "restarted"),
        Verb::Stop(args) => args.run(context, "stop", "stopped"),
        Verb::Start(args) => args.run(context, "start", "started"),
    }
}
