//! What fuzz targets need of the readers in here.

use super::{assets, reason};

/// Reads an answer as a metric, which is written the same when it is read again, and as a refusal, whose reason it gives back.
pub(crate) fn answers(body: &[u8], secret: &str) -> String {
    let Ok(answer) = serde_json::from_slice::<serde_json::Value>(body) else { return String::new() };
    if let Some(metric) = assets::log_metric(&answer["data"]) {
        let written = assets::log_metric_body(&metric);
        let again = assets::log_metric(&written["data"]).expect("what is written is a metric");
        assert_eq!(assets::log_metric_body(&again), written);
    }
    let _ = assets::named(answer["data"].as_array().map_or(&[], Vec::as_slice), "title", "Heroku");
    reason::reason(&answer, &[secret])
}
