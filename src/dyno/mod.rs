//! The dyno side: configures, starts and supervises the Agent when a dyno boots. It never fails a boot, writes nothing
//! of its own to stdout, and needs neither network nor the rest of the program.

// The rest of the runtime, which uses them, follows.
#![allow(dead_code)]

mod install;
mod layout;
mod notice;
mod version;

use std::ffi::OsString;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

pub use install::{install, record_agent_version};

use notice::{Level, Notices};

use crate::env::Environment;

/// The verbs of `runtime`
#[derive(Debug, clap::Subcommand)]
pub enum Verb {
    /// Print the script that bash sources when a dyno starts
    Profile,
    /// Put the runtime into a dyno's home: binary, profile script, agent-wrapper
    Install {
        /// The home: the build folder at build, /app at boot
        #[arg(long, value_name = "DIR")]
        home: PathBuf,
    },
}

/// Runs a `runtime` verb.
pub fn run(env: &Environment, verb: Verb) -> ExitCode {
    match verb {
        Verb::Profile => {
            // A reader that has gone away is no error.
            let _ = io::stdout().write_all(install::PROFILE.as_bytes());
            ExitCode::SUCCESS
        }
        Verb::Install { home } => match std::env::current_exe().and_then(|binary| install(&home, &binary)) {
            Ok(_) => ExitCode::SUCCESS,
            Err(error) => {
                let text = format!("cannot install into `{}`: {error}", home.display());
                Notices::of(env).say(Level::Error, &text);
                ExitCode::FAILURE
            }
        },
    }
}

/// Runs the Agent's own CLI with the environment it needs.
pub fn agent_wrapper(_env: &Environment, _arguments: &[OsString]) -> ExitCode {
    ExitCode::SUCCESS
}
