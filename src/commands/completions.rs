//! Completion scripts. They ask this program at each Tab, so that they never fall behind it and know the apps.

use std::ffi::OsString;
use std::path::Path;
use std::time::{Duration, SystemTime};

use clap_complete::engine::{ArgValueCandidates, CompletionCandidate};
use clap_complete::env::{CompleteEnv, Shells};

use super::{Context, Exit, Global};
use crate::datadog::boolean;
use crate::env::{self, Environment};
use crate::failure::{Failure, Result};
use crate::ui::{Color, Ui};

/// The variable through which a completion script asks.
const COMPLETE: &str = "COMPLETE";

/// How long the names of the apps are remembered.
const REMEMBERED: Duration = Duration::from_secs(600);

/// Prints the completion script of a shell
///
/// It completes verbs, options and the names of your apps.
///
///   bash        dd-heroku completions bash > ~/.local/share/bash-completion/completions/dd-heroku
///   zsh         dd-heroku completions zsh > "${fpath[1]}/_dd-heroku"
///   fish        dd-heroku completions fish > ~/.config/fish/completions/dd-heroku.fish
///   powershell  dd-heroku completions powershell >> $PROFILE
///   elvish      dd-heroku completions elvish >> ~/.config/elvish/rc.elv
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
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
    context.ui.answer(String::from_utf8_lossy(&script).trim_end())?;
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

/// Completes the names of the apps that the account sees.
pub fn apps() -> ArgValueCandidates {
    ArgValueCandidates::new(|| {
        let mut env = Environment::capture();
        if env.args().iter().any(|word| word == "--sandbox") {
            env = env.with(env::DD_HEROKU_SANDBOX, "1");
        }
        let names = remembered(&env).unwrap_or_else(|| fetched(&env).unwrap_or_default());
        names.into_iter().map(|name| CompletionCandidate::new(OsString::from(name))).collect()
    })
}

/// The names as they were fetched a moment ago. The sandbox's are at hand anyway.
fn remembered(env: &Environment) -> Option<Vec<String>> {
    if boolean::is_switched_on(env.get(env::DD_HEROKU_SANDBOX)) {
        return None;
    }
    let file = env.cache_folder()?.join("apps");
    let age = SystemTime::now().duration_since(file.metadata().ok()?.modified().ok()?).ok()?;
    let text = std::fs::read_to_string(file).ok()?;
    (age < REMEMBERED).then(|| text.lines().map(str::to_owned).collect())
}

fn fetched(env: &Environment) -> Option<Vec<String>> {
    let ui = Ui::new(env, false, true, false, Color::Never);
    let context = Context::new(env, Global::default(), ui).ok()?;
    let apps = context.reader().ok()?.apps().ok()?;
    let mut names: Vec<_> = apps.into_iter().map(|app| app.name).collect();
    names.sort();
    if !context.is_sandbox() {
        remember(&env.cache_folder()?, &names);
    }
    Some(names)
}

/// Keeps the names for the next Tab; without a cache they are fetched again.
fn remember(folder: &Path, names: &[String]) {
    let _ =
        std::fs::create_dir_all(folder).and_then(|()| std::fs::write(folder.join("apps"), names.join("\n")));
}
