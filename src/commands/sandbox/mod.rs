//! `sandbox`: the embedded Heroku and Datadog, for other programs and for a look inside.

mod boot;
mod clone;
mod database;
mod env;
mod serve;

use std::ffi::OsString;
use std::fmt::Write as _;
use std::process::ExitCode;

use serde_json::json;

use crate::env::Environment;
use crate::failure::Result;
use crate::sandbox::{self, Store};
use crate::ui::{self, Ui};

/// Use the embedded sandbox: no account, no network
#[derive(Debug, clap::Subcommand)]
pub enum Verb {
    Serve(serve::Args),
    Env(env::Args),
    /// Reset the sandbox to its initial state
    #[command(after_help = "Examples:
  dd-heroku sandbox reset")]
    Reset,
    /// Show the apps without their secrets
    #[command(after_help = "Examples:
  dd-heroku sandbox show --json")]
    Show,
    Boot(boot::Args),
    Clone(clone::Args),
    Database(database::Args),
    /// Run as one of the stand-in Agent's programs
    #[command(hide = true)]
    StandIn {
        /// The program
        name: String,
        /// Its arguments
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<OsString>,
    },
}

/// Runs a verb of `sandbox`.
pub fn run(env: &Environment, ui: Ui, verb: Verb) -> Result<ExitCode> {
    match verb {
        Verb::Serve(args) => serve::run(env, ui, args)?,
        Verb::Env(args) => self::env::run(env, ui, &args)?,
        Verb::Reset => reset(env, ui)?,
        Verb::Show => {
            let world = sandbox::read(&sandbox::state_file(env)?, 0)?;
            match ui.json {
                true => ui.json(&sandbox::json(&world))?,
                false => ui.answer(text(&world))?,
            }
        }
        Verb::Boot(args) => return boot::run(env, ui, args),
        Verb::Clone(args) => clone::run(env, ui, args)?,
        Verb::Database(args) => database::run(env, ui, args)?,
        Verb::StandIn { name, arguments } => sandbox::stand_in(env, &name, &arguments)?,
    }
    Ok(ExitCode::SUCCESS)
}

/// A table of the apps, then what each has.
fn text(world: &sandbox::World) -> String {
    let mut text = ui::table(sandbox::HEADINGS, sandbox::overview(world));
    for (app, details) in sandbox::details(world) {
        let _ = write!(text, "\n\n{app}");
        for (what, values) in details {
            let _ = write!(text, "\n  {what:<10} {}", ui::wrap(&values, 13));
        }
    }
    text
}

fn reset(env: &Environment, ui: Ui) -> Result {
    let file = sandbox::state_file(env)?;
    Store::reset(&file)?;
    match ui.json {
        true => ui.json(&json!({ "reset": true, "state": file })),
        false => ui.answer(format_args!("The sandbox is reset ({}).", file.display())),
    }
}
