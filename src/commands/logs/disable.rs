//! `logs disable`: no drain to Datadog.

use crate::app::Desired;
use crate::app::desired::{Drain, Telemetry};
use crate::app::telemetry::Signal;
use crate::cli::{AppsOrNames, ChangeOptions};
use crate::commands::{Context, Exit};
use crate::engine;
use crate::failure::Result;

/// Remove every log drain to Datadog; on Fir take the logs out of the telemetry drain
///
/// Drains to other places, and those of add-ons, are left alone.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  dd-heroku logs disable shop
  dd-heroku logs disable --pipeline shop --dry-run")]
pub struct Args {
    #[command(flatten)]
    apps: AppsOrNames,
    #[command(flatten)]
    change: ChangeOptions,
}

/// Removes the drains of the apps that are meant.
pub fn run(context: &Context, args: &Args) -> Result<Exit> {
    let targets = args.apps.targets();
    engine::run(context, args.change.mode(&targets), &context.apps(&targets)?, &super::query(), &|_| {
        let telemetry = Telemetry::Without([Signal::Logs].into());
        Ok(Desired { drain: Drain::None, telemetry, ..Desired::default() })
    })
}
