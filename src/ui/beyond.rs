//! Changes beyond the app's own settings, as people and scripts see them: telemetry drains, databases,
//! and what is at Datadog.

use serde_json::{Value, json};

use crate::app::dbm;
use crate::app::metrics::change::{self as datadog, name};
use crate::app::telemetry::{self, Change as Telemetry, Target};
use crate::datadog::drain;

/// A change to the telemetry drains as JSON.
pub(super) fn telemetry_json(change: &Telemetry) -> Value {
    match change {
        Telemetry::Add(after) => {
            json!({ "kind": "telemetry.add", "host": drain::host(&after.endpoint), "signals": after.signal_words() })
        }
        Telemetry::Set { before, after } => json!({
            "kind": "telemetry.set",
            "id": before.id,
            "host": drain::host(&after.endpoint),
            "before": before.signals,
            "signals": after.signal_words(),
            "key": is_other_key(before, after),
        }),
        Telemetry::Remove(before) => {
            json!({ "kind": "telemetry.remove", "id": before.id, "host": drain::host(&before.endpoint) })
        }
    }
}

/// A change to the telemetry drains in a few words.
pub(super) fn telemetry_text(change: &Telemetry) -> String {
    match change {
        Telemetry::Add(after) => format!("{}  {}", drain::host(&after.endpoint), words(after)),
        Telemetry::Set { before, after } => {
            let key = if is_other_key(before, after) { ", another key" } else { "" };
            format!("{}  {}{key}", drain::host(&after.endpoint), words(after))
        }
        Telemetry::Remove(before) => drain::host(&before.endpoint),
    }
}

fn words(target: &Target) -> String {
    target.signal_words().join(", ")
}

fn is_other_key(before: &crate::app::facts::TelemetryDrain, after: &Target) -> bool {
    telemetry::key_of(&before.headers) != telemetry::key_of(&after.headers)
}

/// A change at Datadog as JSON.
pub(super) fn datadog_json(change: &datadog::Change) -> Value {
    let kind = match change {
        datadog::Change::PipelineSet { .. } => "log_pipeline.set",
        datadog::Change::PipelineRemove { .. } => "log_pipeline.remove",
        datadog::Change::MetricCreate(_) => "log_metric.create",
        datadog::Change::MetricRemove { .. } => "log_metric.remove",
        datadog::Change::DashboardCreate => "dashboard.create",
        datadog::Change::DashboardRemove { .. } => "dashboard.remove",
    };
    json!({ "kind": kind, "name": name(change) })
}

/// What kind of thing a change at Datadog is about.
pub(super) fn datadog_kind(change: &datadog::Change) -> &'static str {
    match change {
        datadog::Change::PipelineSet { .. } | datadog::Change::PipelineRemove { .. } => "pipeline",
        datadog::Change::MetricCreate(_) | datadog::Change::MetricRemove { .. } => "metric",
        datadog::Change::DashboardCreate | datadog::Change::DashboardRemove { .. } => "dashboard",
    }
}

/// A change to a database as JSON.
pub(super) fn database_json(change: &dbm::Change) -> Value {
    use dbm::Change;
    match change {
        Change::Credential { addon } => {
            json!({ "kind": "credential.create", "addon": addon, "name": dbm::CREDENTIAL })
        }
        Change::Attach { addon, name } => {
            json!({ "kind": "addon.attach", "addon": addon, "name": name, "credential": dbm::CREDENTIAL })
        }
        Change::Run { addon, url: _, role, statements } => {
            json!({ "kind": "sql.run", "addon": addon, "role": role, "statements": statements })
        }
    }
}

/// A change to a database in a few words.
pub(super) fn database_text(change: &dbm::Change) -> String {
    use dbm::Change;
    match change {
        Change::Credential { addon } => format!("credential {} of {addon}", dbm::CREDENTIAL),
        Change::Attach { addon, name } => format!("{addon} attached as {name}"),
        Change::Run { addon, url: _, role, statements } => {
            format!("{} statements for the user {role} of {addon}", statements.len())
        }
    }
}
