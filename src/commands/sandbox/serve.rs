//! `sandbox serve`: the sandbox for other programs.

use std::path::PathBuf;
use std::time::Duration;

use crate::env::Environment;
use crate::failure::{Code, Result};
use crate::sandbox::{self, Fault, Options, RateLimit};
use crate::temporary;
use crate::ui::Ui;

/// Serve the sandbox to other programs until interrupted
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  dd-heroku sandbox serve
  dd-heroku sandbox serve --port 0 --latency-ms 80 --journal requests.jsonl")]
pub struct Args {
    /// Port on 127.0.0.1; 0 takes any free one
    #[arg(long, default_value_t = 5001)]
    port: u16,
    /// Milliseconds to wait before answering a request
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
    /// Requests an account may make before it is answered 429
    #[arg(long, value_name = "N", default_value_t = RateLimit::default().requests)]
    rate_limit: u32,
    /// Requests that come back in a minute
    #[arg(long, value_name = "N", default_value_t = RateLimit::default().refill)]
    rate_refill: u32,
}

/// Serves until a signal ends the process.
pub(super) fn run(env: &Environment, ui: Ui, args: Args) -> Result {
    let mut options = Options::from_env(env)?;
    options.port = args.port;
    options.any_token = true;
    options.extra_apps = args.extra_apps;
    options.rate_limit = RateLimit { requests: args.rate_limit, refill: args.rate_refill };
    if let Some(latency) = args.latency_ms {
        options.latency = Duration::from_millis(latency);
    }
    if let Some(faults) = args.faults {
        options.faults = Fault::read(&env.cwd().join(faults))?;
    }
    if let Some(journal) = args.journal {
        options.journal = Some(env.cwd().join(journal));
    }
    temporary::remove_at_signals(Code::Interrupted.exit());
    let running = sandbox::start(&options)?;
    super::env::print(env, ui, &running.url, " ")?;
    // State is on disk after every request, so that a signal may end this process at any time.
    running.wait();
    Ok(())
}
