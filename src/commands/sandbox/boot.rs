//! `sandbox boot`: a slug as a dyno runs it.

use std::path::PathBuf;
use std::process::{ExitCode, ExitStatus, Stdio};

use serde_json::json;

use crate::env::Environment;
use crate::failure::{Failure, Result};
use crate::sandbox;
use crate::ui::{Ui, foreign};

/// Boot an app's slug as a dyno does, with its Agent, until interrupted
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  dd-heroku sandbox boot shop
  dd-heroku sandbox boot shop --dyno worker.1 --command \"env | sort\"")]
pub struct Args {
    /// The app
    #[arg(value_name = "APP")]
    app: String,
    /// The dyno's name
    #[arg(long, default_value = "web.1")]
    dyno: String,
    /// Run this line of bash instead of waiting
    #[arg(long, value_name = "COMMAND")]
    command: Option<String>,
    /// Use this folder as the dyno's home and keep it
    #[arg(long, value_name = "DIR")]
    home: Option<PathBuf>,
}

/// Boots it, and ends as the dyno's process does.
pub(super) fn run(env: &Environment, ui: Ui, args: Args) -> Result<ExitCode> {
    let Args { app, dyno, command, home } = args;
    // With JSON stdout is one document: what the dyno prints goes to stderr.
    let stdout = ui.json.then(|| Stdio::from(std::io::stderr()));
    let how = sandbox::Boot { app: app.clone(), dyno: dyno.clone(), command, home, stdout };
    let wrong = |text: &str| ui.warn(foreign::line(text));
    let ended = sandbox::boot(env, how, wrong, |sandbox::Up { home, metrics, traces }| {
        if ui.json {
            ui.json(
                &json!({ "app": app, "dyno": dyno, "home": home, "metrics": metrics, "traces": traces }),
            )?;
        } else {
            ui.answer(format_args!(
                "{dyno} of {app} is up in {}; metrics: 127.0.0.1:{metrics}/udp, traces: 127.0.0.1:{traces}/tcp; \
                 Ctrl-C stops it",
                home.display()
            ))?;
        }
        Ok(())
    });
    Ok(ended.map_err(Failure::from)?.map_or(ExitCode::SUCCESS, exit_code))
}

/// The exit code that a shell gives a process with this status.
fn exit_code(status: ExitStatus) -> ExitCode {
    let signal = std::os::unix::process::ExitStatusExt::signal(&status).unwrap_or_default();
    ExitCode::from(u8::try_from(status.code().unwrap_or(128 + signal)).unwrap_or(1))
}
