//! Carries out the changes beyond the app's own settings: telemetry drains, and what is at Datadog.

use crate::app::metrics::{self, Access, There, dashboard, pipeline};
use crate::app::observed::App;
use crate::app::telemetry::{self, Target};
use crate::failure::Result;
use crate::heroku::{NewTelemetryDrain, Writer};
use crate::intake::{Client, Organisation};

pub(super) fn telemetry(writer: &Writer<'_>, app: &App, change: &telemetry::Change) -> Result {
    match change {
        telemetry::Change::Add(target) => drop(writer.add_telemetry_drain(&app.id, &drain(target))?),
        telemetry::Change::Set { before, after } => {
            writer.update_telemetry_drain(&before.id, &drain(after))?;
        }
        telemetry::Change::Remove(before) => writer.remove_telemetry_drain(&before.id)?,
    }
    Ok(())
}

fn drain(target: &Target) -> NewTelemetryDrain {
    NewTelemetryDrain {
        signals: target.signal_words().into_iter().map(str::to_owned).collect(),
        exporter: telemetry::EXPORTER.to_owned(),
        endpoint: target.endpoint.clone(),
        headers: target.headers.clone(),
    }
}

pub(super) fn datadog(intake: &Client, access: &Access, change: &metrics::change::Change) -> Result {
    use metrics::change::Change;
    let organisation = organisation(intake, access);
    match change {
        Change::PipelineSet { id } => organisation.put_log_pipeline(id.as_deref(), &pipeline::wanted())?,
        Change::PipelineRemove { id } => organisation.delete_log_pipeline(id)?,
        Change::MetricCreate(metric) => organisation.create_log_metric(metric)?,
        Change::MetricRemove { id } => organisation.delete_log_metric(id)?,
        Change::DashboardCreate => organisation.create_dashboard(&dashboard::wanted())?,
        Change::DashboardRemove { id } => organisation.delete_dashboard(id)?,
    }
    Ok(())
}

/// What there is at Datadog for our metrics.
pub fn there(intake: &Client, access: &Access) -> Result<There> {
    let organisation = organisation(intake, access);
    let pipeline = organisation.log_pipeline(pipeline::NAME)?;
    Ok(There {
        metrics: organisation.log_metrics()?,
        pipeline: pipeline.map(|found| (found.id, pipeline::is_current(&found.body))),
        dashboard: organisation.dashboard(dashboard::TITLE)?.map(|found| found.id),
    })
}

fn organisation<'a>(intake: &'a Client, access: &'a Access) -> Organisation<'a> {
    let Access { site, key, application_key } = access;
    intake.organisation(*site, key, application_key)
}
