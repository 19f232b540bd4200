//! `checks new`: a check to begin with.

use std::path::PathBuf;

use super::checkout;
use crate::app::desired::File;
use crate::app::facts::{CheckoutQuery, Part, Query};
use crate::app::{Desired, checks};
use crate::cli::{ChangeOptions, OneApp};
use crate::commands::{Context, Exit};
use crate::engine::{self, Observer};
use crate::failure::{Code, Failure, Result};

/// Write a first check: the code, its configuration, and a test that runs without an Agent
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "Examples:
  dd-heroku checks new queue_depth
  dd-heroku checks new queue_depth --dry-run")]
pub struct Args {
    /// Name of the check, which becomes a Python module
    #[arg(value_name = "NAME")]
    name: String,
    #[command(flatten)]
    app: OneApp,
    #[command(flatten)]
    change: ChangeOptions,
}

/// Writes it. Files that exist stay as they are.
pub fn run(context: &Context, args: &Args) -> Result<Exit> {
    let files = checks::new(&args.name).map_err(Failure::usage)?;
    let targets = args.app.targets();
    let checkout = checkout(context, &targets)?;
    let named_files = files.iter().map(|(path, _)| (*path).clone()).collect();
    let query = Query::from([Part::Config, Part::Buildpacks])
        .with_checkout(CheckoutQuery { named_files, ..CheckoutQuery::default() });
    // An app says where it keeps the files for Datadog. Without one they are in the usual place.
    let (observer, app) = if context.names_an_app(&targets) && context.heroku().is_ok() {
        (Observer::new(context), context.app(&targets)?)
    } else {
        let folder = checkout.root().file_name().unwrap_or_default().to_string_lossy().into_owned();
        (Observer::of_checkout(context), folder)
    };
    let apps = [app];
    let facts = observer.observe(&apps, &query)?;
    // A file that another one made is never overwritten; what this command wrote is its own.
    let is_other = |(path, text): &&(String, String)| {
        let checkouts = facts.iter().filter_map(|app_facts| app_facts.checkout.as_ref());
        checkouts.filter_map(|checkout| checkout.text(path)).any(|existing| existing != text)
    };
    if let Some((code, _)) = files.iter().take(1).find(is_other) {
        return Err(
            Failure::new(Code::Failed, format_args!("`{code}` already exists")).hint("dd-heroku checks list")
        );
    }
    if let Some((conf, _)) = files.iter().skip(1).find(is_other) {
        context.ui.note(format_args!("`{conf}` exists, and is left unchanged"));
    }
    engine::run_from(&observer, args.change.mode(&targets), &facts, &query, &|facts| {
        // An existing file is never overwritten.
        let is_new =
            |path: &str| facts.checkout.as_ref().is_none_or(|checkout| checkout.text(path).is_none());
        let files = files.iter().filter(|(path, _)| is_new(path)).map(|(path, text)| File::Whole {
            path: PathBuf::from(path),
            after: Some(text.clone()),
            executable: false,
        });
        Ok(Desired { files: files.collect(), ..Desired::default() })
    })
}
