//! `metrics`: memory, load and requests of the dynos, made of the app's logs.

pub mod disable;
pub mod enable;
pub mod preview;
pub mod status;

use super::{Context, Exit};
use crate::app::facts::{Part, Query};
use crate::failure::Result;

/// Make dyno and router metrics from logs
#[derive(Debug, clap::Subcommand)]
pub enum Verb {
    Enable(enable::Args),
    Disable(disable::Args),
    Status(status::Args),
    Preview(preview::Args),
}

/// Runs a verb of `metrics`.
pub fn run(context: &Context, verb: Verb) -> Result<Exit> {
    match verb {
        Verb::Enable(args) => enable::run(context, &args),
        Verb::Disable(args) => disable::run(context, &args),
        Verb::Status(args) => status::run(context, &args),
        Verb::Preview(args) => preview::run(context, &args),
    }
}

/// What is read for these verbs.
pub(super) fn query() -> Query {
    Query::from([Part::Config, Part::Features, Part::Drains, Part::TelemetryDrains, Part::Formation])
}
