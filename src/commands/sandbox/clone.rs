//! `sandbox clone`: a checkout to try commands in.

use std::path::PathBuf;

use serde_json::json;

use crate::env::Environment;
use crate::failure::{Failure, Result};
use crate::sandbox::{self, Cloned};
use crate::ui::Ui;
use crate::ui::format::short_commit;

/// Make a git checkout of an app, whose HEAD is the running commit
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  dd-heroku sandbox clone shop
  dd-heroku sandbox clone shop-staging work/staging")]
pub struct Args {
    /// The app
    #[arg(value_name = "APP")]
    app: String,
    /// The new checkout; by default a folder named after the app
    #[arg(value_name = "DIR")]
    folder: Option<PathBuf>,
}

/// Makes it.
pub(super) fn run(env: &Environment, ui: Ui, args: Args) -> Result {
    let Args { app, folder } = args;
    let Cloned { folder, commit } = sandbox::clone(env, &app, folder).map_err(Failure::from)?;
    match ui.json {
        true => ui.json(&json!({ "app": app, "folder": folder, "commit": commit })),
        false => ui.answer(format_args!(
            "Checkout of `{app}` at {} in {}; its remote `heroku` names the app.",
            short_commit(&commit),
            folder.display()
        )),
    }
}
