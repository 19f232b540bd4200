//! `dbm`: Database Monitoring on Heroku Postgres.

pub mod check;
pub mod setup;

use super::{Context, Exit};
use crate::app::Facts;
use crate::app::facts::{CheckoutQuery, Part, Query};
use crate::app::integrations::dbm::{Refused, Target, target};
use crate::failure::{Code, Failure, Result};

/// Set up and check Database Monitoring on Heroku Postgres
#[derive(Debug, clap::Subcommand)]
pub enum Verb {
    Setup(setup::Args),
    Check(check::Args),
}

/// Runs one of them.
pub fn run(context: &Context, verb: Verb) -> Result<Exit> {
    match verb {
        Verb::Setup(args) => setup::run(context, &args),
        Verb::Check(args) => check::run(context, &args),
    }
}

fn query() -> Query {
    Query::from([Part::Config, Part::Buildpacks, Part::Addons, Part::Attachments, Part::Formation])
        .with_checkout(CheckoutQuery { folder: true, ..CheckoutQuery::default() })
}

/// The database that is meant.
fn meant(facts: &Facts, name: &str) -> Result<Target> {
    target(facts, name).map_err(|why| {
        let hint = why.hint();
        let failure = match &why {
            Refused::NoDatabase { .. } => Failure::usage(&why),
            Refused::Plan { .. } | Refused::Advanced { .. } => Failure::new(Code::Failed, &why),
        };
        failure.hint(hint)
    })
}
