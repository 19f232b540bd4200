//! `metrics enable`: the labs feature, the drain, and at Datadog the log pipeline, the metrics and a dashboard.

use crate::app::desired::init::Destination;
use crate::app::desired::{Drain, LogMetrics, Telemetry};
use crate::app::facts::{Generation, Part};
use crate::app::telemetry::Signal;
use crate::app::{Desired, Facts};
use crate::cli::destination::{DestinationArgs, LabelArgs};
use crate::cli::keys;
use crate::cli::organization::application_key;
use crate::cli::{AppsOrNames, ChangeOptions};
use crate::commands::{Context, Exit};
use crate::engine::{self, Observer};
use crate::failure::Result;
use crate::platform::feature::RUNTIME_METRICS;

/// Make metrics of memory, load and requests from the app's logs
///
/// Turns the labs feature `log-runtime-metrics` on, sends the logs to Datadog, and has Datadog parse and count them:
/// a log pipeline, eleven log-based metrics by app, dyno and process type, and a dashboard if asked for. These belong
/// to the organization: a second app does not need them again. Needs an application key (DD_APP_KEY). On Fir the
/// telemetry drain carries metrics instead.
///
/// Datadog bills log-based metrics as custom metrics, by the number of combinations of their tags.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  dd-heroku metrics enable shop
  dd-heroku metrics enable shop --dashboard --dry-run")]
pub struct Args {
    #[command(flatten)]
    destination: DestinationArgs,
    #[command(flatten)]
    labels: LabelArgs,
    /// Create a dashboard too
    #[arg(long)]
    dashboard: bool,
    /// Do not restart the dynos: the labs feature takes effect at their next restart
    #[arg(long)]
    no_restart: bool,
    #[command(flatten)]
    apps: AppsOrNames,
    #[command(flatten)]
    change: ChangeOptions,
}

/// Makes metrics of the logs of the apps that are meant.
pub fn run(context: &Context, args: &Args) -> Result<Exit> {
    let targets = args.apps.targets();
    let apps = context.apps(&targets)?;
    let mut query = super::query().with_key(args.destination.query(context)?);
    // Whether the dynos are older than the labs feature.
    query.heroku.extend([Part::Releases, Part::Dynos]);
    let observer = Observer::new(context);
    let mut facts = observer.observe(&apps, &query)?;
    // Fir apps need no application key, so that it is asked for only where one is on Cedar.
    if facts.iter().any(|app_facts| app_facts.app.generation == Generation::Cedar) {
        query.log_metrics = Some(application_key(context)?);
        facts = observer.observe(&apps, &query)?;
    }
    engine::run_from(&observer, args.change.mode(&targets), &facts, &query, &|facts| desired(args, facts))
}

fn desired(args: &Args, facts: &Facts) -> Result<Desired> {
    let destination = keys::accepted(facts)?;
    let mut desired = Desired::default();
    if facts.app.generation == Generation::Fir {
        let Destination { site, key, is_demo: _ } = destination;
        let signals = [Signal::Metrics].into();
        desired.telemetry = Telemetry::Carry { site, key, signals, exactly: false };
        return Ok(desired);
    }
    desired.features.insert(RUNTIME_METRICS.to_owned(), true);
    desired.restart = !args.no_restart;
    desired.drain = Drain::One(args.labels.drain(facts, destination));
    desired.log_metrics = LogMetrics::Present { dashboard: args.dashboard };
    Ok(desired)
}
