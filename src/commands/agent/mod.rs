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
    Restart(restart::Restart),
    Stop(restart::Stop),
    Start(restart::Start),
}

/// Runs a verb of `agent`.
pub fn run(context: &Context, verb: Verb) -> Result<Exit> {
    match verb {
        Verb::Status(args) => status::run(context, &args),
        Verb::Exec(args) => exec::run(context, &args),
        Verb::Restart(args) => args.run(context),
        Verb::Stop(args) => args.run(context),
        Verb::Start(args) => args.run(context),
    }
}
