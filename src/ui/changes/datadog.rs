//! What the organization has at Datadog: the log pipeline, log-based metrics, the dashboard.

use serde_json::json;

use super::Shown;
use super::row::{Sign, row};
use crate::app::metrics::Access;
use crate::app::metrics::change::{Change, name};
use crate::app::metrics::definition::LogMetric;

pub(super) fn show(access: &Access, change: &Change) -> Shown {
    let Access { site: _, key: _, application_key: _ } = access;
    let (sign, thing, kind) = match change {
        Change::PipelineSet { id: None } => (Sign::Add, "pipeline", "log_pipeline.set"),
        Change::PipelineSet { id: Some(_) } => (Sign::Change, "pipeline", "log_pipeline.set"),
        Change::PipelineRemove { id: _ } => (Sign::Remove, "pipeline", "log_pipeline.remove"),
        Change::MetricCreate(LogMetric { id: _, path: _, percentiles: _, query: _, group_by: _ }) => {
            (Sign::Add, "metric", "log_metric.create")
        }
        Change::MetricRemove { id: _ } => (Sign::Remove, "metric", "log_metric.remove"),
        Change::DashboardCreate => (Sign::Add, "dashboard", "dashboard.create"),
        Change::DashboardRemove { id: _ } => (Sign::Remove, "dashboard", "dashboard.remove"),
    };
    let name = name(change);
    Shown {
        lines: vec![row(sign, thing, name)],
        json: json!({ "kind": kind, "name": name }),
        short: format!("{thing} {name}"),
    }
}
