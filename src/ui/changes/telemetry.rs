//! Telemetry drains. Their headers hold the key.

use serde_json::json;

use super::Shown;
use super::row::{Sign, row};
use crate::app::facts::TelemetryDrain;
use crate::app::telemetry::{self, Change, Target};
use crate::datadog::drain::host;

pub(super) fn show(change: &Change) -> Shown {
    let (sign, text, json) = match change {
        Change::Add(Target { signals: _, endpoint, headers: _ }) => {
            let signals = signals(change);
            let host = host(endpoint);
            let text = format!("{host}  {}", signals.join(", "));
            (Sign::Add, text, json!({ "kind": "telemetry.add", "host": host, "signals": signals }))
        }
        Change::Set {
            before: TelemetryDrain { id, signals: before, exporter: _, endpoint: _, headers: old },
            after: Target { signals: _, endpoint, headers },
        } => {
            let signals = signals(change);
            let host = host(endpoint);
            let is_other_key = telemetry::key_of(old) != telemetry::key_of(headers);
            let key = if is_other_key { ", another key" } else { "" };
            let json = json!({
                "kind": "telemetry.set",
                "id": id,
                "host": host,
                "before": before,
                "signals": signals,
                "key": is_other_key,
            });
            (Sign::Change, format!("{host}  {}{key}", signals.join(", ")), json)
        }
        Change::Remove(TelemetryDrain { id, signals: _, exporter: _, endpoint, headers: _ }) => {
            let host = host(endpoint);
            let json = json!({ "kind": "telemetry.remove", "id": id, "host": host });
            (Sign::Remove, host, json)
        }
    };
    let short = format!("telemetry drain to {text}");
    Shown { lines: vec![row(sign, "telemetry", &text)], json, short }
}

/// What a drain carries once the change is made.
fn signals(change: &Change) -> Vec<&'static str> {
    match change {
        Change::Add(after) | Change::Set { before: _, after } => after.signal_words(),
        Change::Remove(_) => Vec::new(),
    }
}
