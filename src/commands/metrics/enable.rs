//! `metrics enable`: the labs feature, the drain, and at Datadog the log pipeline, the metrics and a dashboard.

use crate::app::desired::{Drain, Telemetry};
use crate::app::facts::Generation;
use crate::app::metrics::change;
use crate::app::telemetry::Signal;
use crate::app::{Desired, Facts, Note, codes};
use crate::cli::destination::{Destination, DestinationArgs, LabelArgs};
use crate::cli::organization::{Organizations, application_key};
use crate::cli::{AppsOrNames, ChangeOptions};
use crate::commands::{Context, Exit};
use crate::engine;
use crate::failure::Result;
use crate::platform::feature::RUNTIME_METRICS;

/// Makes metrics of memory, load and requests from the app's logs
///
/// Turns `log-runtime-metrics` on, sends the logs to Datadog, and has Datadog parse them and count: a log pipeline,
/// eleven log-based metrics by app, dyno and dyno type, and a dashboard if asked for. Those are the organization's: a
/// second app needs none of them again. Needs an application key (DD_APP_KEY). On Fir the telemetry drain carries
/// metrics instead.
///
/// Datadog bills log-based metrics as custom metrics, by the number of their tags' combinations.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    destination: DestinationArgs,
    #[command(flatten)]
    labels: LabelArgs,
    /// Make a dashboard of them too
    #[arg(long)]
    dashboard: bool,
    /// Do not restart the dynos: the labs feature takes effect when they restart anyway
    #[arg(long)]
    no_restart: bool,
    /// Which apps
    #[command(flatten)]
    pub apps: AppsOrNames,
    /// How to change it
    #[command(flatten)]
    pub change: ChangeOptions,
}

/// Brings the metrics of the apps that are meant about.
pub fn run(context: &Context, args: &Args) -> Result<Exit> {
    let destination = Destination::new(context, &args.destination)?;
    let facts = engine::observe(context, &context.apps()?, &super::parts())?;
    let organizations = if facts.iter().any(|one| one.app.generation == Generation::Cedar) {
        Some(Organizations::new(context, application_key(context)?))
    } else {
        None
    };
    let desire = |facts: &Facts| {
        let (site, key) = destination.of(facts)?;
        let mut desired = Desired::default();
        if facts.app.generation == Generation::Fir {
            let signals = [Signal::Metrics].into();
            desired.telemetry = Telemetry::Carry { site, key, signals, exactly: false };
            return Ok(desired);
        }
        desired.features.insert(RUNTIME_METRICS.to_owned(), true);
        desired.restart = !args.no_restart;
        desired.drain = Drain::One(destination.drain(facts, &args.labels)?);
        let Some(organizations) = &organizations else { return Ok(desired) };
        if let Some((access, there)) = organizations.of(&facts.app.name, site, &key)? {
            let (changes, different) = change::enable(&there, args.dashboard);
            desired.datadog = Some((access, changes));
            desired.notes.extend(different.into_iter().map(|measure| {
                let message =
                    format!("`{}` is there already, defined otherwise; it is left as it is", measure.id());
                Note::new(codes::METRIC_DIFFERS, message)
            }));
        }
        Ok(desired)
    };
    engine::run_from(context, facts, &super::parts(), &desire)
}
