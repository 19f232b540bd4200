//! `agent`: the Agent in a dyno that runs.

pub mod exec;
pub mod reach;
pub mod status;

use super::{Context, Exit};
use crate::failure::Result;

/// Talk to the Agent in a running dyno
#[derive(Debug, clap::Subcommand)]
pub enum Verb {
    Status(status::Args),
    Exec(exec::Args),
}

/// Runs a verb of `agent`.
pub fn run(context: &Context, verb: Verb) -> Result<Exit> {
    match verb {
        Verb::Status(args) => status::run(context, &args),
        Verb::Exec(args) => exec::run(context, &args),
    }
}
