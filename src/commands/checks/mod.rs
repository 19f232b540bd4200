//! `checks`: the app's own checks, in `datadog/checks.d`.

pub mod lint;
pub mod list;
pub mod new;

use super::{Context, Exit};
use crate::failure::{Code, Failure, Result};
use crate::repo::Checkout;

/// Your own checks in datadog/checks.d, and what is to be mended in datadog/
#[derive(Debug, clap::Subcommand)]
#[allow(missing_docs, reason = "a doc comment here would take the place of the one at `Args`")]
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

fn checkout(context: &Context) -> Result<&Checkout> {
    context.checkout().ok_or_else(|| {
        Failure::new(Code::Failed, "checks are files of the app's repository, and this is no checkout")
            .hint("run this in the app's checkout (heroku git:clone -a APP)")
    })
}
