//! Dyno and router metrics made of log lines: what is measured ([`measure`]), how a line is read ([`mod@line`]), what a
//! stream of lines comes to ([`preview`]), and what Datadog must be given to do the same: the pipeline
//! that parses ([`pipeline`]), the metrics that count ([`definition`]) and the dashboard that shows ([`dashboard`]).
//!
//! The lines: <https://devcenter.heroku.com/articles/log-runtime-metrics>,
//! <https://devcenter.heroku.com/articles/http-routing#heroku-router-log-format>.

pub mod change;
pub mod dashboard;
pub mod definition;
mod encoding;
pub mod line;
mod lines;
pub mod measure;
pub mod pipeline;
pub mod preview;
pub mod series;
pub mod sketch;
mod wrapped;

pub use change::{Access, Existing};
pub use definition::LogMetric;
pub use measure::Measure;
