//! `metrics disable`: the labs feature off, and what is at Datadog only when asked for.

use crate::app::desired::{LogMetrics, Telemetry};
use crate::app::facts::Generation;
use crate::app::telemetry::Signal;
use crate::app::{Desired, Facts};
use crate::cli::destination::DestinationArgs;
use crate::cli::keys;
use crate::cli::organization::application_key;
use crate::cli::{AppsOrNames, ChangeOptions};
use crate::commands::{Context, Exit};
use crate::engine;
use crate::failure::Result;
use crate::platform::feature::RUNTIME_METRICS;

/// Stop the metrics: turn `log-runtime-metrics` off; on Fir take metrics out of the telemetry drain
///
/// The drain stays (`logs disable` removes it). The metrics at Datadog stay too, since other apps may use them,
/// unless `--at-datadog` is given.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  dd-heroku metrics disable shop
  dd-heroku metrics disable shop --at-datadog")]
pub struct Args {
    #[command(flatten)]
    destination: DestinationArgs,
    /// Delete the log-based metrics, the log pipeline and the dashboard too, for every app of the organization
    #[arg(long)]
    at_datadog: bool,
    #[command(flatten)]
    apps: AppsOrNames,
    #[command(flatten)]
    change: ChangeOptions,
}

/// Stops the metrics of the apps that are meant.
pub fn run(context: &Context, args: &Args) -> Result<Exit> {
    let targets = args.apps.targets();
    let mut query = super::query();
    if args.at_datadog {
        query = query.with_key(args.destination.query(context)?);
        query.log_metrics = Some(application_key(context)?);
    }
    engine::run(context, args.change.mode(&targets), &context.apps(&targets)?, &query, &|facts| {
        desired(args, facts)
    })
}

fn desired(args: &Args, facts: &Facts) -> Result<Desired> {
    let mut desired =
        Desired { telemetry: Telemetry::Without([Signal::Metrics].into()), ..Desired::default() };
    if facts.app.generation == Generation::Cedar {
        desired.features.insert(RUNTIME_METRICS.to_owned(), false);
    }
    if args.at_datadog {
        keys::accepted(facts)?;
        desired.log_metrics = LogMetrics::Absent;
    }
    Ok(desired)
}
