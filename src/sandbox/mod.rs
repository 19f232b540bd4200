//! The embedded stand-in for Heroku and Datadog that `--sandbox` and the tests use, over real HTTP on loopback.

use std::process::ExitCode;

use crate::env::Environment;

/// Serve, reset or show the sandbox
#[derive(Debug, clap::Subcommand)]
pub enum Verb {}

/// Runs a `sandbox` verb.
pub fn run(_env: &Environment, verb: Verb) -> ExitCode {
    match verb {}
}
