//! Carries out the changes beyond the app's own settings: telemetry drains, databases, and what is at Datadog.

use std::thread;
use std::time::{Duration, Instant};

use crate::app::dbm;
use crate::app::facts::App;
use crate::app::metrics::{self, Access, There, dashboard, pipeline};
use crate::app::telemetry::{self, Target};
use crate::cli::Context;
use crate::database::{self, Session};
use crate::datadog_api::{Client, Organization};
use crate::failure::{Code, Failure, Result};
use crate::heroku::{NewTelemetryDrain, Writer};

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

pub(super) fn datadog(datadog_api: &Client, access: &Access, change: &metrics::change::Change) -> Result {
    use metrics::change::Change;
    let organization = organization(datadog_api, access);
    match change {
        Change::PipelineSet { id } => organization.put_log_pipeline(id.as_deref(), &pipeline::wanted())?,
        Change::PipelineRemove { id } => organization.delete_log_pipeline(id)?,
        Change::MetricCreate(metric) => organization.create_log_metric(metric)?,
        Change::MetricRemove { id } => organization.delete_log_metric(id)?,
        Change::DashboardCreate => organization.create_dashboard(&dashboard::wanted())?,
        Change::DashboardRemove { id } => organization.delete_dashboard(id)?,
    }
    Ok(())
}

/// What there is at Datadog for our metrics.
pub fn there(datadog_api: &Client, access: &Access) -> Result<There> {
    let organization = organization(datadog_api, access);
    let pipeline = organization.log_pipeline(pipeline::NAME)?;
    Ok(There {
        metrics: organization.log_metrics()?,
        pipeline: pipeline.map(|found| (found.id, pipeline::is_current(&found.body))),
        dashboard: organization.dashboard(dashboard::TITLE)?.map(|found| found.id),
    })
}

/// How long a new credential may take until its user is there.
const USER_WITHIN: Duration = Duration::from_secs(120);

pub(super) fn database(context: &Context, app: &App, change: &dbm::Change) -> Result {
    use dbm::Change;
    let writer = Writer::new(context.heroku()?);
    match change {
        Change::Credential { addon } => writer.create_credential(addon, dbm::CREDENTIAL)?,
        Change::Attach { addon, name } => {
            drop(writer.attach(&app.name, addon, name, Some(dbm::CREDENTIAL))?);
        }
        Change::Run { addon: _, url, role, statements } => {
            let session = Session::open(url)?;
            let begun = Instant::now();
            while !database::seen(&session, role)?.role {
                if begun.elapsed() > USER_WITHIN || context.interrupts.is_stopping() {
                    return Err(Failure::new(
                        Code::Failed,
                        format_args!("the database has no user `{role}` yet"),
                    )
                    .hint("Heroku makes it with the credential: run the same command again in a minute"));
                }
                thread::sleep(Duration::from_secs(1));
            }
            for statement in statements {
                let what = statement.lines().next().unwrap_or_default().to_owned();
                session.run(statement).map_err(|error| Failure::from(error).context(format!("`{what}`")))?;
            }
        }
    }
    Ok(())
}

fn organization<'a>(datadog_api: &'a Client, access: &'a Access) -> Organization<'a> {
    let Access { site, key, application_key } = access;
    datadog_api.organization(*site, key, application_key)
}
