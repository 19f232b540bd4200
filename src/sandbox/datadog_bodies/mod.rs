//! What Datadog wants of the bodies that are sent to it. The rules are those of its OpenAPI description
//! (<https://github.com/DataDog/datadog-api-client-python/tree/master/.generator/schemas>).

mod dashboard;
mod fields;
mod metric;
mod pipeline;

pub(crate) use dashboard::faults as of_dashboard;
pub(crate) use metric::{change_faults as of_metric_change, faults as of_metric};
pub(crate) use pipeline::faults as of_pipeline;
