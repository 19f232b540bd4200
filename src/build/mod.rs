//! The build step: installs a verified, pruned Datadog Agent into a slug.

use std::process::ExitCode;

use crate::env::Environment;

/// Detect, compile, release or pack
#[derive(Debug, clap::Subcommand)]
pub enum Verb {}

/// Runs a `buildpack` verb.
pub fn run(_env: &Environment, verb: Verb) -> ExitCode {
    match verb {}
}
