//! The stand-in Agent as it runs in a booted slug: it answers on the Agent's ports and sockets, notes what it is sent, and says
//! so when it is asked to end. It sends nothing anywhere.

mod dogstatsd;
mod notes;
mod report;
mod socket;
mod spans;
mod traces;

use std::ffi::OsString;
use std::io::{self, Write};
use std::net::{Ipv4Addr, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde_json::json;

use crate::env::{self, Environment};

use notes::Notes;
pub(crate) use report::Report;

/// How soon an end is noticed.
const TICK: Duration = Duration::from_millis(50);

/// Runs the stand-in of the Agent's program `name`.
pub(crate) fn run(env: &Environment, name: &str, arguments: &[OsString]) -> anyhow::Result<()> {
    let notes = Notes::of(env, name);
    // The wrapper puts the configuration first.
    let at = if arguments.first().is_some_and(|first| first == "-c") { 2 } else { 0 };
    let verb = arguments.get(at).and_then(|verb| verb.to_str()).unwrap_or_default();
    match name {
        "agent" if verb == "run" || verb == "start" => dogstatsd::run(env, &notes),
        "agent" => answer(env, verb),
        "trace-agent" => traces::run(env, &notes),
        _ => {
            let end = end_signal()?;
            notes.add(&json!({ "event": "started" }))?;
            while !end.load(Ordering::SeqCst) {
                std::thread::park_timeout(TICK);
            }
            notes.add(&json!({ "event": "flushed" }))
        }
    }
}

/// Becomes true when the process is asked to end.
fn end_signal() -> anyhow::Result<Arc<AtomicBool>> {
    let end = Arc::new(AtomicBool::new(false));
    let heard = Arc::clone(&end);
    ctrlc::set_handler(move || heard.store(true, Ordering::SeqCst))?;
    Ok(end)
}

fn port(env: &Environment, name: &str, default: u16) -> u16 {
    env.get(name).and_then(|port| port.parse().ok()).unwrap_or(default)
}

/// The Agent's one-shot verbs, in the documented form as far as anybody reads it.
fn answer(env: &Environment, verb: &str) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    match verb {
        "status" => {
            let port = port(env, env::DD_DOGSTATSD_PORT, 8125);
            if UdpSocket::bind((Ipv4Addr::LOCALHOST, port)).is_ok() {
                writeln!(out, "Could not reach agent: connection refused\nMake sure the agent is running")?;
                anyhow::bail!("no stand-in Agent listens on port {port}");
            }
            out.write_all(Report::of_dyno(env).text().as_bytes())?;
        }
        // Our wrapper knows it; the Agent does not, and Datadog's wrapper hands everything on.
        "restart" => anyhow::bail!("unknown command \"restart\" for \"agent\""),
        verb => writeln!(out, "stand-in Agent: `{verb}` does nothing here")?,
    }
    Ok(())
}
