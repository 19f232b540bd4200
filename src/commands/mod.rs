//! One file a verb: its arguments, whose doc comments are the help, and its `run`.

use std::process::ExitCode;

use crate::env::Environment;
use crate::{build, sandbox};

/// The options that every command takes.
#[derive(Debug, clap::Args)]
pub struct Global {
    /// Run against the embedded sandbox: no account, no network
    #[arg(long, global = true)]
    pub sandbox: bool,
}

/// Every verb but the dyno's.
#[derive(Debug, clap::Subcommand)]
pub enum Verb {
    /// The embedded stand-in for Heroku and Datadog
    #[command(subcommand)]
    Sandbox(sandbox::Verb),
    /// The build step: what a Heroku build runs
    #[command(subcommand)]
    Buildpack(build::Verb),
}

/// Runs one verb.
pub fn run(env: &Environment, _global: Global, verb: Verb) -> ExitCode {
    match verb {
        Verb::Sandbox(verb) => sandbox::run(env, verb),
        Verb::Buildpack(verb) => build::run(env, verb),
    }
}
