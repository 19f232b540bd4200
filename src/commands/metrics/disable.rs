//! `metrics disable`: the labs feature off, and what is at Datadog only when asked for.

use crate::app::desired::Telemetry;
use crate::app::metrics::{self, change};
use crate::app::observed::Generation;
use crate::app::telemetry::Signal;
use crate::app::{Desired, Observed};
use crate::commands::destination::{Destination, DestinationArgs};
use crate::commands::organisation::{Organisations, application_key};
use crate::commands::{self, Context, Exit};
use crate::failure::Result;

/// Stops the metrics: turns `log-runtime-metrics` off; on Fir takes metrics out of the telemetry drain
///
/// The drain stays (`logs disable`), and so do the metrics at Datadog, which other apps may use, unless `--at-datadog` is
/// given.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    destination: DestinationArgs,
    /// Delete the log-based metrics, the log pipeline and the dashboard too, for all apps of the organisation
    #[arg(long)]
    at_datadog: bool,
}

/// Stops the metrics of the apps that are meant.
pub fn run(context: &Context, args: &Args) -> Result<Exit> {
    let organisations = match args.at_datadog {
        true => Some((
            Destination::new(context, &args.destination)?,
            Organisations::new(context, application_key(context)?),
        )),
        false => None,
    };
    let desire = |observed: &Observed| {
        let mut desired =
            Desired { telemetry: Telemetry::Without([Signal::Metrics].into()), ..Desired::default() };
        if observed.app.generation == Generation::Cedar {
            desired.features.insert(metrics::FEATURE.to_owned(), false);
        }
        if let Some((destination, organisations)) = &organisations {
            let (site, key) = destination.of(observed)?;
            let there = organisations.of(&observed.app.name, site, &key)?;
            desired.datadog = there.map(|(access, there)| (access, change::disable(&there)));
        }
        Ok(desired)
    };
    commands::change::run(context, &context.apps()?, &super::parts(), &desire)
}
