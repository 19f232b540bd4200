//! What Datadog wants of the bodies that are sent to it. The rules are those of its OpenAPI description
//! (<https://github.com/DataDog/datadog-api-client-python/tree/master/.generator/schemas>).

mod dashboard;
mod fields;
mod metric;
mod pipeline;

pub(crate) use dashboard::faults as of_dashboard;
pub(crate) use metric::{change_faults as of_metric_change, faults as of_metric};
pub(crate) use pipeline::faults as of_pipeline;

use serde_json::{Value, json};

use super::exchange::{Answer, Request};

/// The body of a request, or the answer that says what is wrong with it.
pub(crate) fn checked(request: &Request, faults: impl Fn(&Value) -> Vec<String>) -> Result<Value, Answer> {
    let body = request.json().map_err(|_| Answer::errors(400, "Invalid JSON"))?;
    let faults = faults(&body);
    if faults.is_empty() { Ok(body) } else { Err(Answer::with(400, json!({"errors": faults}))) }
}
