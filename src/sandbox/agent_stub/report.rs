//! What `agent status` prints, in the form of Agent 7.

use std::fs;

use serde_json::Value;

use super::notes::Notes;
use crate::env::{self, Environment};
use crate::sandbox::upstream;

const FORM: &str = include_str!("status.txt");

/// What the status reports.
#[derive(Debug, Default)]
pub(crate) struct Report {
    /// Without revision: `7.81.2`.
    pub(crate) version: String,
    /// The host's name.
    pub(crate) host: String,
    /// The API key, of which the last five digits are shown.
    pub(crate) key: String,
    /// How many metrics came through the port, and how many through the socket.
    pub(crate) metrics: (usize, usize),
    /// How many traces' requests came, how many bytes, how many spans were in them.
    pub(crate) traces: (usize, u64, usize),
}

impl Report {
    /// The report of the dyno in which this runs.
    pub(super) fn of_dyno(env: &Environment) -> Self {
        let home = env.home().unwrap_or_default();
        let read = |file: &str| fs::read_to_string(home.join(file)).ok();
        let version =
            read(".dd-heroku/agent-version").or_else(|| read(upstream::VERSION)).unwrap_or_default();
        let notes = Notes::of(env, "agent").all();
        let count = |event: &str, through: &str| {
            notes.iter().filter(|note| note["event"] == event && note["through"] == through).count()
        };
        let is_traces = |note: &&Value| note["line"].as_str().is_some_and(|line| line.contains("/traces "));
        let requests: Vec<_> =
            notes.iter().filter(|note| note["event"] == "request").filter(is_traces).collect();
        let bytes = requests.iter().filter_map(|note| note["bytes"].as_u64()).sum();
        Self {
            version: version.trim().to_owned(),
            host: env.get(env::DD_HOSTNAME).unwrap_or("unknown").to_owned(),
            key: env.get(env::DD_API_KEY).unwrap_or_default().to_owned(),
            metrics: (count("metric", "port"), count("metric", "socket")),
            traces: (requests.len(), bytes, notes.iter().filter(|note| note["event"] == "span").count()),
        }
    }

    /// The text.
    pub(crate) fn text(&self) -> String {
        let Self { version, host, key, metrics: (udp, uds), traces } = self;
        let last5 = key.get(key.len().saturating_sub(5)..).unwrap_or_default();
        let valid = if key.starts_with("bad") || key.is_empty() { "invalid" } else { "valid" };
        let traces = match traces {
            (0, ..) => "No traces received in the previous minute.".to_owned(),
            (requests, bytes, spans) => format!(
                "From unknown clients\n      Traces received: {requests} ({bytes} bytes)\n      Spans received: {spans}"
            ),
        };
        FORM.replace("{version}", version)
            .replace("{host}", host)
            .replace("{last5}", last5)
            .replace("{valid}", valid)
            .replace("{traces}", &traces)
            .replace("{metrics}", &(udp + uds).to_string())
            .replace("{udp}", &udp.to_string())
            .replace("{uds}", &uds.to_string())
    }
}
