//! `config`: the options of the catalogue, with their values.

mod set;
mod show;

use super::{Context, Exit};
use crate::cli::{AppsOrNames, OneApp};
use crate::failure::Result;

/// The DD_* options of an app: what they mean, what they hold, setting them with a check
#[derive(Debug, clap::Subcommand)]
#[allow(missing_docs, reason = "a doc comment here would take the place of the one at the arguments")]
pub enum Verb {
    /// List the options and their values
    List {
        /// Those that are not set too
        #[arg(long)]
        all: bool,
        /// Which apps
        #[command(flatten)]
        apps: AppsOrNames,
    },
    /// Print the value of an option; a secret shows its last four characters
    Get {
        /// Its name
        #[arg(value_name = "NAME", add = names())]
        name: String,
        /// Which app
        #[command(flatten)]
        app: OneApp,
    },
    Set(set::Set),
    Unset(set::Unset),
    /// Say what an option does, what it may hold, and when it takes effect
    Explain {
        /// Its name
        #[arg(value_name = "NAME", add = names())]
        name: String,
    },
}

/// Runs one verb.
pub fn run(context: &Context, verb: &Verb) -> Result<Exit> {
    match verb {
        Verb::List { all, .. } => show::list(context, *all),
        Verb::Get { name, .. } => show::get(context, name),
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
