//! `sandbox env`: what leads other programs to the sandbox.

use serde_json::json;

use crate::env::Environment;
use crate::failure::{Failure, Result};
use crate::sandbox;
use crate::ui::Ui;

/// Print the variables that lead other programs to a served sandbox
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  dd-heroku sandbox env
  dd-heroku sandbox env --port 8080 --json")]
pub struct Args {
    /// Port that `sandbox serve` listens on
    #[arg(long, default_value_t = 5001)]
    port: u16,
}

/// Prints a line of shell for each variable.
pub(super) fn run(env: &Environment, ui: Ui, args: &Args) -> Result {
    let url = format!("http://127.0.0.1:{}", args.port);
    print(env, ui, &url, "\nexport ")
}

/// Prints the variables for the sandbox at `url` as shell or as JSON; in shell with this text
/// between them.
pub(super) fn print(env: &Environment, ui: Ui, url: &str, between: &str) -> Result {
    let variables = sandbox::variables(url, &sandbox::state_file(env)?)?;
    if ui.json {
        let variables: serde_json::Map<_, _> =
            variables.into_iter().map(|(name, value)| (name.to_owned(), value.into())).collect();
        return ui.json(&json!({ "url": url, "environment": variables }));
    }
    let mut lines = Vec::new();
    for (name, value) in &variables {
        let word = shlex::try_quote(value).map_err(anyhow::Error::from).map_err(Failure::from)?;
        lines.push(format!("{name}={word}"));
    }
    ui.answer(format_args!("export {}", lines.join(between)))
}
