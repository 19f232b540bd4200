//! `logs`: the app's logs to Datadog, by a log drain, or on Fir by a telemetry drain.

pub mod disable;
pub mod enable;
pub mod status;

use super::{Context, Exit};
use crate::app::facts::{Part, Query};
use crate::failure::Result;

/// Send logs to Datadog
#[derive(Debug, clap::Subcommand)]
pub enum Verb {
    Enable(enable::Args),
    Disable(disable::Args),
    Status(status::Args),
}

/// Runs a verb of `logs`.
pub fn run(context: &Context, verb: Verb) -> Result<Exit> {
    match verb {
        Verb::Enable(args) => enable::run(context, &args),
        Verb::Disable(args) => disable::run(context, &args),
        Verb::Status(args) => status::run(context, &args),
    }
}

/// What is read for these verbs.
pub(super) fn query() -> Query {
    Query::from([Part::Config, Part::Drains, Part::TelemetryDrains, Part::Formation])
}
