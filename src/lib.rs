//! Datadog on Heroku, from one binary with three faces.
//!
//! | face | modules | runs on |
//! |---|---|---|
//! | the CLI | [`commands`], [`app`], [`heroku`], [`datadog_api`], [`repo`], [`database`], [`ui`], [`sandbox`] | a developer's machine, CI |
//! | the build step | [`buildpack`] | Heroku's build machine |
//! | the dyno runtime | [`runtime`] | every dyno |
//!
//! [`datadog`] and [`platform`] hold the terms that all of them share. Without the `cli` feature there are only these
//! and [`runtime`]. `ARCHITECTURE.md` says who may call whom; `tests/tidy.rs` holds it.

#[cfg(feature = "cli")]
pub mod app;
#[cfg(feature = "cli")]
pub mod buildpack;
#[cfg(feature = "cli")]
mod cli;
#[cfg(feature = "cli")]
mod commands;
#[cfg(feature = "cli")]
mod database;
pub mod datadog;
#[cfg(feature = "cli")]
pub mod datadog_api;
#[cfg(feature = "cli")]
mod engine;
pub mod env;
#[cfg(feature = "cli")]
pub mod failure;
#[cfg(all(feature = "cli", any(test, fuzzing)))]
pub mod fuzzing;
#[cfg(feature = "cli")]
pub mod heroku;
#[cfg(feature = "cli")]
mod keychain;
mod platform;
#[cfg(feature = "cli")]
mod program;
#[cfg(feature = "cli")]
pub mod repo;
pub mod runtime;
#[cfg(feature = "cli")]
pub mod sandbox;
#[cfg(feature = "cli")]
pub mod secret;
#[cfg(feature = "cli")]
mod temporary;
#[cfg(feature = "cli")]
pub mod transport;
#[cfg(feature = "cli")]
mod ui;

use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches, Parser};

use env::Environment;

/// Put Datadog on Heroku apps and keep it right
#[derive(Debug, Parser)]
#[command(name = "dd-heroku", version, max_term_width = 100, infer_subcommands = false)]
#[command(subcommand_required = true, arg_required_else_help = true)]
pub struct Cli {
    #[cfg(feature = "cli")]
    #[command(flatten)]
    global: commands::Global,
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, clap::Subcommand)]
enum Verb {
    #[cfg(feature = "cli")]
    #[command(flatten)]
    Command(commands::Verb),
    /// Configure, start and supervise the Agent on a dyno
    #[command(subcommand)]
    Runtime(runtime::Verb),
}

impl Cli {
    /// The grammar of the command line.
    pub fn grammar() -> clap::Command {
        let grammar = Self::command();
        #[cfg(feature = "cli")]
        let grammar = cli::usage::without_global_flags(grammar);
        grammar
    }

    /// Reads the arguments, the program's own name first.
    pub fn read(arguments: &[std::ffi::OsString]) -> Result<Self, clap::Error> {
        let mut grammar = Self::grammar();
        let matches = grammar.try_get_matches_from_mut(arguments)?;
        #[cfg(feature = "cli")]
        cli::usage::refuse_global_flags(&mut grammar, &matches)?;
        Self::from_arg_matches(&matches).map_err(|error| error.format(&mut grammar))
    }
}

/// Runs what the arguments of `env` ask for and gives back the process's exit code.
pub fn run(env: &Environment) -> ExitCode {
    if let Some(arguments) = env.as_agent_wrapper() {
        return runtime::agent_wrapper(env, arguments);
    }
    #[cfg(feature = "cli")]
    if commands::completions::answer(env, Cli::grammar) {
        return ExitCode::SUCCESS;
    }
    let cli = match Cli::read(env.args()) {
        Ok(cli) => cli,
        Err(error) => return refused(env, &error),
    };
    match cli.verb {
        #[cfg(feature = "cli")]
        Verb::Command(verb) => commands::run(env, &cli.global, verb),
        Verb::Runtime(verb) => runtime::run(env, verb),
    }
}

/// What the lean build has in place of help, whose text and code would be a tenth of it.
#[cfg(not(feature = "cli"))]
const USAGE: &[u8] = b"usage: dd-heroku runtime profile|install|prepare|start|supervise|entrypoint\n";

/// Prints clap's help, version or complaint; its own printer would panic on a closed pipe.
fn refused(env: &Environment, error: &clap::Error) -> ExitCode {
    #[cfg(feature = "cli")]
    if error.use_stderr() {
        return commands::refused(env, error);
    }
    let _ = (env, error.print());
    #[cfg(not(feature = "cli"))]
    if error.use_stderr() {
        let _ = std::io::Write::write_all(&mut std::io::stderr(), USAGE);
    }
    ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2))
}
