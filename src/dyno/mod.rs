//! The dyno side: configures, starts and supervises the Agent when a dyno boots. It never fails a boot.

use std::ffi::OsString;
use std::process::ExitCode;

use crate::env::Environment;

/// The verbs of `runtime`
#[derive(Debug, clap::Subcommand)]
pub enum Verb {}

/// Runs a `runtime` verb.
pub fn run(_env: &Environment, verb: Verb) -> ExitCode {
    match verb {}
}

/// Runs the Agent's own CLI with the environment it needs.
pub fn agent_wrapper(_env: &Environment, _arguments: &[OsString]) -> ExitCode {
    ExitCode::SUCCESS
}
