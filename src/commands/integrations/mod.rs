//! `integrations`: what the Agent monitors in addition to the app itself.

pub mod add;
pub mod limit;
pub mod list;
pub mod remove;
pub mod show;

use super::{Context, Exit};
use crate::app::facts::{CheckoutQuery, Part, Query};
use crate::app::integrations::Refused;
use crate::datadog::integrations::{self, Integration};
use crate::failure::{Code, Failure, Result};

/// Turn integrations on and off: databases, web servers and others
#[derive(Debug, clap::Subcommand)]
pub enum Verb {
    List(list::Args),
    Show(show::Args),
    Add(add::Args),
    Remove(remove::Args),
    Limit(limit::Args),
}

/// Runs one of them.
pub fn run(context: &Context, verb: Verb) -> Result<Exit> {
    match verb {
        Verb::List(args) => list::run(context, &args),
        Verb::Show(args) => show::run(context, &args),
        Verb::Add(args) => add::run(context, args),
        Verb::Remove(args) => remove::run(context, &args),
        Verb::Limit(args) => limit::run(context, &args),
    }
}

/// What of an app and its checkout shows which integrations it has.
fn query() -> Query {
    Query::from([Part::Config, Part::Buildpacks, Part::Addons, Part::Attachments, Part::Formation])
        .with_checkout(CheckoutQuery { folder: true, ..CheckoutQuery::default() })
}

/// The integration that is called so.
fn named(name: &str) -> Result<&'static Integration> {
    integrations::find(name).ok_or_else(|| {
        refused(None, Refused::Unknown { name: name.to_owned(), near: integrations::near(name) })
    })
}

/// A refusal of an app as a failure.
fn refused(app: Option<&str>, why: Refused) -> Failure {
    let failure = match &why {
        Refused::Edited { diff, .. } => Failure::new(Code::Failed, format_args!("{why}\n{diff}")),
        why if why.is_usage() => Failure::usage(why),
        why => Failure::new(Code::Failed, why),
    };
    match why.hint(app) {
        Some(hint) => failure.hint(hint),
        None => failure,
    }
}
