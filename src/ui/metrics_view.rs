//! What log lines come to, as people and scripts see it.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::foreign::line;
use super::{plot, table};
use crate::app::metrics::Measure;
use crate::app::metrics::measure::Unit;
use crate::app::metrics::preview::{NO_DYNO, Preview, Stats};
use crate::app::metrics::series::Series;
use crate::platform::dyno::process_type;

/// How wide the plot is, in characters; with its scale it fits 80 columns.
const COLUMNS: usize = 60;
const ROWS: usize = 8;

/// The counts as JSON.
pub fn json(preview: &Preview) -> Value {
    let values = preview.values.iter().map(|((measure, dyno), stats)| {
        json!({
            "metric": measure.id(),
            "unit": measure.unit().name(),
            "dyno": dyno,
            "dynotype": process_type(dyno),
            "count": stats.count,
            "min": stats.min,
            "avg": stats.mean(),
            "max": stats.max,
            "p95": stats.quantile(0.95),
            "last": stats.last,
        })
    });
    let requests = preview.requests.iter().map(|((dyno, status, code), count)| {
        json!({
            "metric": Measure::Requests.id(),
            "dyno": dyno,
            "dynotype": process_type(dyno),
            "status": status,
            "code": code,
            "count": count,
        })
    });
    json!({
        "lines": preview.lines,
        "matched": preview.matched,
        "from": preview.span.as_ref().map(|(from, _)| from),
        "to": preview.span.as_ref().map(|(_, to)| to),
        "metrics": values.collect::<Vec<_>>(),
        "requests": requests.collect::<Vec<_>>(),
    })
}

/// The counts as tables, and the plot of one metric.
pub fn text(preview: &Preview, chosen: Option<Measure>) -> String {
    let Preview { lines, matched, span, values, requests, .. } = preview;
    let when =
        span.as_ref().map(|(from, to)| format!(", {} to {}", line(from), line(to))).unwrap_or_default();
    let mut parts = vec![format!("{matched} of {lines} lines are counted{when}")];
    if !values.is_empty() {
        let rows = values.iter().map(|((measure, dyno), stats)| row(*measure, dyno, stats));
        parts.push(table(["METRIC", "DYNO", "N", "MIN", "AVG", "P95", "MAX", "TREND"], rows));
    }
    if !requests.is_empty() {
        let rows = requests.iter().map(|((dyno, status, code), count)| {
            [dyno.clone(), status.to_string(), code.clone().unwrap_or_default(), count.to_string()]
        });
        parts.push(table(["REQUESTS", "STATUS", "CODE", "N"], rows));
    }
    let first = values.keys().map(|(measure, _)| *measure).next();
    if let Some(measure) = chosen.or(first) {
        parts.push(curves(measure, values));
    }
    parts.join("\n\n")
}

fn row(measure: Measure, dyno: &str, stats: &Stats) -> [String; 8] {
    let shown = |value| amount(value, measure.unit());
    let course = plot::bars(&stats.series.columns(10));
    let id = measure.id().trim_start_matches("heroku.").to_owned();
    let p95 = shown(stats.quantile(0.95));
    [
        id,
        dyno.to_owned(),
        stats.count.to_string(),
        shown(stats.min),
        shown(stats.mean()),
        p95,
        shown(stats.max),
        course,
    ]
}

/// The curve of a metric: of the dyno that it is known most of.
fn curves(measure: Measure, values: &BTreeMap<(Measure, String), Stats>) -> String {
    let of = values.iter().filter(|((of_line, dyno), _)| *of_line == measure && dyno != NO_DYNO);
    let Some(((_, dyno), stats)) = of.max_by_key(|(_, stats)| stats.count) else {
        return format!("{} has no values to plot", measure.id());
    };
    let columns = Series::columns(&stats.series, COLUMNS * 2);
    let curve = plot::plot(&columns, ROWS, |value| amount(value, measure.unit()));
    format!("{} of {}\n{}", measure.id(), line(dyno), curve.trim_end())
}

/// A value with its unit.
fn amount(value: f64, unit: Unit) -> String {
    match unit {
        Unit::Bytes => format!("{:.1} MB", value / (1024.0 * 1024.0)),
        Unit::Percent => format!("{value:.0} %"),
        Unit::Milliseconds => format!("{value:.0} ms"),
        Unit::Load => format!("{value:.2}"),
        Unit::Count => format!("{value:.0}"),
    }
}
