//! Completion scripts. They ask this program at each Tab, so that they never fall behind it and know the apps.

use clap_complete::env::{CompleteEnv, Shells};
use serde_json::json;

use super::{Context, Exit};
use crate::env::Environment;
use crate::failure::{Failure, Result};

/// The variable through which a completion script asks.
const COMPLETE: &str = "COMPLETE";

/// Print the completion script of a shell
///
/// It completes commands, options and the names of your apps.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  dd-heroku completions bash > ~/.local/share/bash-completion/completions/dd-heroku
  dd-heroku completions zsh > \"${fpath[1]}/_dd-heroku\"
  dd-heroku completions fish > ~/.config/fish/completions/dd-heroku.fish
  dd-heroku completions powershell >> $PROFILE
  dd-heroku completions elvish >> ~/.config/elvish/rc.elv")]
pub struct Args {
    /// The shell
    shell: Shell,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Shell {
    Bash,
    Zsh,
    Fish,
    Powershell,
    Elvish,
}

/// Prints the script.
pub fn run(context: &Context, args: &Args) -> Result<Exit> {
    let name = match args.shell {
        Shell::Bash => "bash",
        Shell::Zsh => "zsh",
        Shell::Fish => "fish",
        Shell::Powershell => "powershell",
        Shell::Elvish => "elvish",
    };
    let shells = Shells::builtins();
    let shell =
        shells.completer(name).ok_or_else(|| Failure::usage(format_args!("no completions for {name}")))?;
    let mut script = Vec::new();
    shell
        .write_registration(COMPLETE, "dd_heroku", "dd-heroku", "dd-heroku", &mut script)
        .map_err(anyhow::Error::new)?;
    let script = String::from_utf8_lossy(&script);
    if context.ui.json {
        context.ui.json(&json!({ "shell": name, "script": script }))?;
    } else {
        context.ui.answer(script.trim_end())?;
    }
    Ok(Exit::Done)
}

/// Answers a completion script, when one is asking.
pub fn answer(env: &Environment, grammar: fn() -> clap::Command) -> bool {
    env.get(COMPLETE).is_some()
        && CompleteEnv::with_factory(grammar)
            .var(COMPLETE)
            .completer("dd-heroku")
            .try_complete(env.args(), Some(env.cwd()))
            .unwrap_or(true)
}
