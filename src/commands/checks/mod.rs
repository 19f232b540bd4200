//! `checks`: the app's own checks, in `datadog/checks.d`.

pub mod lint;
pub mod list;
pub mod new;

use super::{Context, Exit};
use crate::cli::Targets;
use crate::failure::{Code, Failure, Result};
use crate::repo::Checkout;

/// Write, list and lint your own checks in datadog/checks.d
#[derive(Debug, clap::Subcommand)]
pub enum Verb {
    New(new::Args),
    List(list::Args),
    Lint(lint::Args),
}

/// Runs one of them.
pub fn run(context: &Context, verb: Verb) -> Result<Exit> {
    match verb {
        Verb::New(args) => new::run(context, &args),
        Verb::List(args) => list::run(context, &args),
        Verb::Lint(args) => lint::run(context, &args),
    }
}

/// The checkout that the command runs in. Where an app is named it must be that app's.
fn checkout<'c>(context: &'c Context, targets: &Targets) -> Result<&'c Checkout> {
    let missing = |message: &str, app: &str| {
        Failure::new(Code::Failed, message)
            .hint(format_args!("run this in the app's checkout (heroku git:clone -a {app})"))
    };
    if targets.is_named() {
        let app = context.app(targets)?;
        let message = format!("checks are files of the app's repository, and this is not that of `{app}`");
        return context.checkout_for(&app)?.ok_or_else(|| missing(&message, &app));
    }
    let message = "checks are files of the app's repository, and this is not a git checkout";
    context.checkout().ok_or_else(|| missing(message, "APP"))
}
