//! `sandbox database`: a real database for an app of the sandbox.

use serde_json::json;

use crate::env::Environment;
use crate::failure::{Failure, Result};
use crate::sandbox;
use crate::ui::Ui;

/// Run a local PostgreSQL as an app's database, until interrupted
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  dd-heroku sandbox database shop
  dd-heroku sandbox database shop --json")]
pub struct Args {
    /// The app
    #[arg(value_name = "APP")]
    app: String,
}

/// Runs it.
pub(super) fn run(env: &Environment, ui: Ui, args: Args) -> Result {
    let Args { app } = args;
    let ended = sandbox::database(env, &app, |url| {
        if ui.json {
            ui.json(&json!({ "app": app, "url": url }))?;
        } else {
            ui.answer(format_args!(
                "The database of `{app}` is {url} until Ctrl-C. Try: dd-heroku --sandbox dbm setup -a {app}"
            ))?;
        }
        Ok(())
    });
    ended.map_err(Failure::from)
}
