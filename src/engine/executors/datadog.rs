//! What the organization has at Datadog: the log pipeline, the log-based metrics, the dashboard.

use super::Executor;
use crate::app::metrics::change::Change;
use crate::app::metrics::{Access, change, dashboard, pipeline};
use crate::failure::Result;

pub(super) fn execute(executor: &Executor<'_>, access: &Access, change: &Change) -> Result {
    executor.progress.now(&format!("at Datadog: {}", change::name(change)));
    let client = executor.services.datadog_api()?;
    let Access { site, key, application_key } = access;
    let organization = client.organization(*site, key, application_key);
    match change {
        Change::PipelineSet { id } => organization.put_log_pipeline(id.as_deref(), &pipeline::desired())?,
        Change::PipelineRemove { id } => organization.delete_log_pipeline(id)?,
        Change::MetricCreate(metric) => organization.create_log_metric(metric)?,
        Change::MetricRemove { id } => organization.delete_log_metric(id)?,
        Change::DashboardCreate => organization.create_dashboard(&dashboard::desired())?,
        Change::DashboardRemove { id } => organization.delete_dashboard(id)?,
    }
    Ok(())
}
