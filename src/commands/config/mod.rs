//! `config`: the options of the catalogue, with their values.

mod assignment;
mod set;
mod show;

use super::{Context, Exit};
use crate::cli::{AppsOrNames, OneApp};
use crate::failure::Result;

/// List, explain and set the DD_* options of apps
#[derive(Debug, clap::Subcommand)]
pub enum Verb {
    /// List the options and their values
    #[command(after_help = "Examples:
  dd-heroku config list
  dd-heroku config list shop --all")]
    List {
        /// List options that are not set too
        #[arg(long)]
        all: bool,
        #[command(flatten)]
        apps: AppsOrNames,
    },
    /// Print the value of an option; of a secret its last four characters
    #[command(after_help = "Examples:
  dd-heroku config get DD_SITE -a shop")]
    Get {
        /// Name of the option
        #[arg(value_name = "NAME", add = names())]
        name: String,
        #[command(flatten)]
        app: OneApp,
    },
    Set(set::Set),
    Unset(set::Unset),
    /// Explain an option: what it does, what it may hold, when it takes effect
    #[command(after_help = "Examples:
  dd-heroku config explain DD_APM_ENABLED")]
    Explain {
        /// Name of the option
        #[arg(value_name = "NAME", add = names())]
        name: String,
    },
}

/// Runs one verb.
pub fn run(context: &Context, verb: &Verb) -> Result<Exit> {
    match verb {
        Verb::List { all, apps } => show::list(context, &apps.targets(), *all),
        Verb::Get { name, app } => show::get(context, &app.targets(), name),
        Verb::Set(args) => set::set(context, args),
        Verb::Unset(args) => set::unset(context, args),
        Verb::Explain { name } => show::explain(context, name),
    }
}

/// Completes the names of the catalogue.
fn names() -> clap_complete::engine::ArgValueCandidates {
    use clap_complete::engine::{ArgValueCandidates, CompletionCandidate};
    ArgValueCandidates::new(|| {
        let known = crate::datadog::options::VARIABLES.iter();
        known.map(|known| CompletionCandidate::new(known.name).help(Some(known.about.into()))).collect()
    })
}
