//! `logs enable`: one drain to Datadog.

use std::collections::BTreeSet;

use crate::app::desired::init::Destination;
use crate::app::desired::{Drain, Telemetry};
use crate::app::facts::Generation;
use crate::app::telemetry::Signal;
use crate::app::{Desired, Facts};
use crate::cli::destination::{DestinationArgs, LabelArgs};
use crate::cli::keys;
use crate::cli::{AppsOrNames, ChangeOptions};
use crate::commands::{Context, Exit};
use crate::engine;
use crate::failure::{Failure, Result};

/// Send the app's logs to Datadog by a log drain; on Fir by a telemetry drain
///
/// An existing drain to Datadog is recognized. One with another key, site or labels is replaced; there is never more
/// than one.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  dd-heroku logs enable shop
  dd-heroku logs enable shop --env production --site datadoghq.eu
  dd-heroku logs enable fjord --signals logs,traces")]
pub struct Args {
    #[command(flatten)]
    destination: DestinationArgs,
    #[command(flatten)]
    labels: LabelArgs,
    /// Signals that the telemetry drain of a Fir app carries, and no others [default: logs, and what it already carries]
    #[arg(long, value_delimiter = ',', value_name = "LIST")]
    signals: Vec<AskedSignal>,
    #[command(flatten)]
    apps: AppsOrNames,
    #[command(flatten)]
    change: ChangeOptions,
}

/// A signal as it is written in the argument.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum AskedSignal {
    /// Requests and what they led to
    Traces,
    /// Memory, load, requests
    Metrics,
    /// Log lines
    Logs,
}

impl AskedSignal {
    fn signal(self) -> Signal {
        match self {
            Self::Traces => Signal::Traces,
            Self::Metrics => Signal::Metrics,
            Self::Logs => Signal::Logs,
        }
    }
}

/// Gives the apps that are meant their drain.
pub fn run(context: &Context, args: &Args) -> Result<Exit> {
    let targets = args.apps.targets();
    let query = super::query().with_key(args.destination.query(context)?);
    engine::run(context, args.change.mode(&targets), &context.apps(&targets)?, &query, &|facts| {
        desired(args, facts)
    })
}

fn desired(args: &Args, facts: &Facts) -> Result<Desired> {
    let mut desired = Desired::default();
    match facts.app.generation {
        Generation::Cedar if args.signals.is_empty() => {
            desired.drain = Drain::One(args.labels.drain(facts, keys::accepted(facts)?));
        }
        Generation::Cedar => {
            let message = format!("`{}` has a log drain, which carries logs only", facts.app.name);
            return Err(Failure::usage(message).hint("leave `--signals` out: it is for Fir apps"));
        }
        Generation::Fir => {
            let Destination { site, key, is_demo: _ } = keys::accepted(facts)?;
            let exactly = !args.signals.is_empty();
            let asked = args.signals.iter().map(|asked| asked.signal());
            let signals: BTreeSet<_> = if exactly { asked.collect() } else { [Signal::Logs].into() };
            desired.telemetry = Telemetry::Carry { site, key, signals, exactly };
        }
    }
    Ok(desired)
}
