//! `sandbox serve|reset|show`.

use std::ffi::OsString;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use super::boot::{self, Boot};
use super::faults::Fault;
use super::options::{Options, state_file};
use super::store::{self, Store};
use super::{TOKEN, agent_stub, server, show};
use crate::env::Environment;

/// Serve, reset or show the sandbox
#[derive(Debug, clap::Subcommand)]
pub enum Verb {
    /// Serve Heroku's and Datadog's stand-in to other programs, until interrupted
    Serve(Serve),
    /// Put the apps back to where they began
    Reset,
    /// Show the apps, without their secrets
    Show {
        /// Print one JSON document
        #[arg(long)]
        json: bool,
    },
    /// Boot an app's slug as a dyno does, the Agent with it, until interrupted
    Boot(Boot),
    /// What the stand-in Agent's programs run
    #[command(hide = true)]
    StandIn {
        /// The program
        name: String,
        /// Its arguments
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<OsString>,
    },
}

/// How to serve.
#[derive(Debug, clap::Args)]
pub struct Serve {
    /// Port on 127.0.0.1; 0 takes any that is free
    #[arg(long, default_value_t = 5001)]
    port: u16,
    /// Milliseconds each request waits before it is answered
    #[arg(long, value_name = "N")]
    latency_ms: Option<u64>,
    /// JSON file of the faults to inject (docs/sandbox.md)
    #[arg(long, value_name = "FILE")]
    faults: Option<PathBuf>,
    /// File to append a line of JSON to for every request, secrets masked
    #[arg(long, value_name = "FILE")]
    journal: Option<PathBuf>,
    /// Copies of `shop` to add, for measurements
    #[arg(long, value_name = "N", default_value_t = 0, hide = true)]
    extra_apps: u32,
}

/// Runs one verb.
pub(crate) fn run(env: &Environment, verb: Verb) -> anyhow::Result<ExitCode> {
    let mut out = io::stdout().lock();
    match verb {
        Verb::Serve(how) => serve(env, how, &mut out)?,
        Verb::Reset => {
            let file = state_file(env)?;
            Store::reset(&file)?;
            writeln!(out, "The sandbox is as it was at the start ({}).", file.display())?;
        }
        Verb::Show { json } => {
            let world = store::read(&state_file(env)?, 0)?;
            if json {
                writeln!(out, "{}", show::json(&world))?;
            } else {
                writeln!(out, "{}", show::table(&world))?;
            }
        }
        Verb::Boot(how) => {
            if let Some(status) = boot::run(env, how, &mut out)? {
                let signal = std::os::unix::process::ExitStatusExt::signal(&status).unwrap_or_default();
                let code = status.code().unwrap_or(128 + signal);
                return Ok(ExitCode::from(u8::try_from(code).unwrap_or(1)));
            }
        }
        Verb::StandIn { name, arguments } => {
            drop(out);
            agent_stub::run(env, &name, &arguments)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn serve(env: &Environment, how: Serve, out: &mut impl Write) -> anyhow::Result<()> {
    let mut options = Options::from_env(env)?;
    options.port = how.port;
    options.any_token = true;
    options.extra_apps = how.extra_apps;
    if let Some(latency) = how.latency_ms {
        options.latency = Duration::from_millis(latency);
    }
    if let Some(faults) = how.faults {
        options.faults = Fault::read(&env.cwd().join(faults))?;
    }
    if let Some(journal) = how.journal {
        options.journal = Some(env.cwd().join(journal));
    }
    let running = server::start(&options)?;
    // State is on disk after every request, so that a signal may end this process at any time.
    writeln!(
        out,
        "export HEROKU_HOST={url} HEROKU_DATA_HOST=127.0.0.1 HEROKU_API_KEY={TOKEN} DD_HEROKU_DATADOG_URL={url}/datadog",
        url = running.url
    )?;
    out.flush()?;
    running.wait();
    Ok(())
}
