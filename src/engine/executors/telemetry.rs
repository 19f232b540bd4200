//! Telemetry drains.

use crate::app::facts::App;
use crate::app::telemetry::{self, Change, Target};
use crate::failure::Result;
use crate::heroku::{NewTelemetryDrain, Writer};

pub(super) fn execute(writer: &Writer<'_>, app: &App, change: &Change) -> Result {
    match change {
        Change::Add(target) => drop(writer.add_telemetry_drain(&app.id, &drain(target))?),
        Change::Set { before, after } => {
            writer.update_telemetry_drain(&before.id, &drain(after))?;
        }
        Change::Remove(before) => writer.remove_telemetry_drain(&before.id)?,
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
