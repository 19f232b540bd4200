//! Telemetry drains: how apps of the Fir generation send traces, metrics and logs
//! (<https://devcenter.heroku.com/articles/heroku-telemetry>).

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::call::{Call, segment};
use super::error::Error;
use super::wire;
use super::write::Writer;
use crate::app::facts::TelemetryDrain;
use crate::secret::Secret;

/// A telemetry drain to be.
#[derive(Clone, Debug)]
pub struct NewTelemetryDrain {
    /// `traces`, `metrics`, `logs`.
    pub signals: Vec<String>,
    /// `otlphttp` or `otlp`.
    pub exporter: String,
    /// Where it sends to.
    pub endpoint: String,
    /// The request headers it sends; they may hold a key.
    pub headers: BTreeMap<String, Secret>,
}

impl NewTelemetryDrain {
    fn exporter(&self) -> Value {
        let headers = self.headers.iter().map(|(name, value)| (name.clone(), value.expose().into()));
        json!({ "type": self.exporter, "endpoint": self.endpoint, "headers": Value::Object(headers.collect()) })
    }

    fn is(&self, existing: &wire::TelemetryDrain) -> bool {
        let existing = TelemetryDrain::from(existing.clone());
        let sorted = |signals: &[String]| signals.iter().cloned().collect::<BTreeSet<_>>();
        sorted(&self.signals) == sorted(&existing.signals)
            && self.exporter == existing.exporter
            && self.endpoint == existing.endpoint
            && self.headers == existing.headers
    }

    /// The error without the headers' values, should Heroku repeat them.
    fn hidden_in(&self, error: Error) -> Error {
        error.without(&self.headers.values().collect::<Vec<_>>())
    }
}

impl Writer<'_> {
    /// Adds a telemetry drain to an app, which is named by its UUID. One that exists already stays the only one.
    pub fn add_telemetry_drain(
        &self,
        app_id: &str,
        drain: &NewTelemetryDrain,
    ) -> Result<TelemetryDrain, Error> {
        let owner = json!({ "id": app_id, "type": "app" });
        let body = json!({ "owner": owner, "signals": drain.signals, "exporter": drain.exporter() });
        let call = Call::post("/telemetry-drains", body).sdk();
        let find = || {
            let list = Call::get(format!("/apps/{}/telemetry-drains", segment(app_id))).sdk();
            let existing: Vec<wire::TelemetryDrain> = self.client.list(list)?;
            Ok(existing.into_iter().find(|existing| drain.is(existing)))
        };
        let added = self.client.write(&call, find).map_err(|error| drain.hidden_in(error))?;
        Ok(added.into())
    }

    /// Replaces what a telemetry drain sends and where to. Safe to repeat.
    pub fn update_telemetry_drain(&self, id: &str, drain: &NewTelemetryDrain) -> Result<(), Error> {
        let path = format!("/telemetry-drains/{}", segment(id));
        let body = json!({ "signals": drain.signals, "exporter": drain.exporter() });
        let is_done = || {
            let existing: wire::TelemetryDrain = self.client.read(&Call::get(path.clone()).sdk())?.json()?;
            Ok(drain.is(&existing))
        };
        let call = Call::patch(path.clone(), body).sdk();
        self.until(&call, is_done).map_err(|error| drain.hidden_in(error))
    }

    /// Removes a telemetry drain. One that is already gone is not an error.
    pub fn remove_telemetry_drain(&self, id: &str) -> Result<(), Error> {
        self.remove(Call::delete(format!("/telemetry-drains/{}", segment(id))).sdk())
    }
}
