//! Metrics that are sent to Datadog's API and queried there. A query is the sum, average, smallest or largest value at each
//! time of the series that have the tags asked for; `by`, functions and roll-ups are refused.

use std::collections::BTreeMap;
use std::io::Read;

use flate2::read::{GzDecoder, ZlibDecoder};
use serde_json::{Value, json};

use super::exchange::{Answer, Request};
use super::world::{Series, World};

/// More than Datadog takes of a body when it is unpacked (5 MB).
const LIMIT: u64 = 5_242_881;

/// `POST /api/v1/series`.
pub(crate) fn submit(world: &mut World, request: &Request) -> Answer {
    let point = |point: &Value| Some((seconds(point.get(0)?)?, point.get(1)?.as_f64()?));
    match accepted(request, point) {
        Ok(series) => {
            world.datadog.series.extend(series);
            Answer::with(202, json!({"status": "ok"}))
        }
        Err(fault) => Answer::errors(400, &fault),
    }
}

/// `POST /api/v2/series`.
pub(crate) fn submit_v2(world: &mut World, request: &Request) -> Answer {
    let point = |point: &Value| Some((point["timestamp"].as_i64()?, point["value"].as_f64()?));
    match accepted(request, point) {
        Ok(series) => {
            world.datadog.series.extend(series);
            Answer::with(202, json!({"errors": []}))
        }
        Err(fault) => Answer::errors(400, &fault),
    }
}

/// `GET /api/v1/metrics`: the names of what was sent since `from`.
pub(crate) fn active(world: &World, request: &Request) -> Answer {
    let Some(from) = request.parameter("from").and_then(|from| from.parse::<i64>().ok()) else {
        return Answer::errors(400, "The parameter 'from' is required");
    };
    let is_active = |series: &&Series| series.points.iter().any(|(at, _)| *at >= from);
    let mut names: Vec<_> =
        world.datadog.series.iter().filter(is_active).map(|series| &series.metric).collect();
    names.sort();
    names.dedup();
    Answer::ok(json!({"from": from.to_string(), "metrics": names}))
}

/// `GET /api/v1/query`.
pub(crate) fn query(world: &World, request: &Request) -> Answer {
    let time = |name| request.parameter(name).and_then(|text| text.parse::<i64>().ok());
    let (Some(from), Some(to), Some(text)) = (time("from"), time("to"), request.parameter("query")) else {
        return Answer::errors(400, "The parameters 'from', 'to' and 'query' are required");
    };
    let Some((aggregator, metric, scope)) = parsed(&text) else {
        let problem = format!("Error parsing query: {text} is not `AGGREGATOR:METRIC{{TAGS}}`");
        return Answer::errors(400, &problem);
    };
    let asked: Vec<_> = scope.split(',').map(str::trim).filter(|tag| *tag != "*").collect();
    let has = |series: &&Series| {
        series.metric == metric && asked.iter().all(|tag| series.tags.iter().any(|known| known == tag))
    };
    let mut at: BTreeMap<i64, Vec<f64>> = BTreeMap::new();
    for (time, value) in world.datadog.series.iter().filter(has).flat_map(|series| &series.points) {
        if (from..=to).contains(time) {
            at.entry(*time).or_default().push(*value);
        }
    }
    let points: Vec<_> =
        at.iter().map(|(time, values)| json!([time * 1000, aggregated(aggregator, values)])).collect();
    let series = json!({
        "aggr": aggregator,
        "attributes": {},
        "display_name": metric,
        "end": at.keys().last().map(|time| time * 1000),
        "expression": text,
        "interval": 1,
        "length": points.len(),
        "metric": metric,
        "pointlist": points,
        "query_index": 0,
        "scope": scope,
        "start": at.keys().next().map(|time| time * 1000),
        "tag_set": [],
        "unit": null,
    });
    Answer::ok(json!({
        "from_date": from * 1000,
        "group_by": [],
        "message": "",
        "query": text,
        "res_type": "time_series",
        "series": if points.is_empty() { json!([]) } else { json!([series]) },
        "status": "ok",
        "to_date": to * 1000,
    }))
}

/// The series of a body, whose points are read by `point`.
fn accepted(request: &Request, point: impl Fn(&Value) -> Option<(i64, f64)>) -> Result<Vec<Series>, String> {
    let body = unpacked(request).ok_or("Unable to decompress the payload")?;
    let body: Value = serde_json::from_slice(&body).map_err(|_| "Invalid JSON")?;
    let list = body["series"].as_array().ok_or("series is required and must be a list")?;
    list.iter().enumerate().map(|(index, series)| accept(series, index, &point)).collect()
}

fn accept(
    series: &Value,
    index: usize,
    point: impl Fn(&Value) -> Option<(i64, f64)>,
) -> Result<Series, String> {
    let metric = series["metric"].as_str().filter(|name| !name.is_empty());
    let metric = metric.ok_or_else(|| format!("series[{index}].metric is required"))?.to_owned();
    let points = series["points"].as_array().and_then(|points| points.iter().map(point).collect());
    let points =
        points.ok_or_else(|| format!("series[{index}].points must be a list of times and values"))?;
    let tags = series["tags"].as_array().into_iter().flatten();
    let mut tags: Vec<String> = tags.filter_map(Value::as_str).map(str::to_owned).collect();
    let hosts = series["resources"].as_array().into_iter().flatten();
    let mut hosts = hosts.filter(|resource| resource["type"] == "host").map(|resource| &resource["name"]);
    if let Some(host) = series["host"].as_str().or_else(|| hosts.next()?.as_str()) {
        tags.push(format!("host:{host}"));
    }
    Ok(Series { metric, tags, points })
}

/// The body as it was before the client compressed it.
fn unpacked(request: &Request) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let read = match request.header("content-encoding") {
        Some("deflate") => ZlibDecoder::new(&request.body[..]).take(LIMIT).read_to_end(&mut bytes),
        Some("gzip") => GzDecoder::new(&request.body[..]).take(LIMIT).read_to_end(&mut bytes),
        None | Some("identity") => return Some(request.body.to_vec()),
        Some(_) => return None,
    };
    read.is_ok().then_some(bytes)
}

/// Seconds since 1970; the first intake takes fractions.
#[expect(clippy::cast_possible_truncation, reason = "whole seconds are what is kept")]
fn seconds(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| value.as_f64().map(|seconds| seconds as i64))
}

/// Aggregator, metric and scope of `avg:orders.placed{env:prod}`.
fn parsed(query: &str) -> Option<(&str, &str, &str)> {
    let (aggregator, rest) = query.trim().split_once(':')?;
    let (metric, scope) = rest.strip_suffix('}')?.split_once('{')?;
    let is_known = ["avg", "sum", "min", "max"].contains(&aggregator);
    (is_known && !metric.is_empty() && !scope.contains(['{', '}'])).then_some((aggregator, metric, scope))
}

fn aggregated(aggregator: &str, values: &[f64]) -> f64 {
    let sum: f64 = values.iter().sum();
    match aggregator {
        "sum" => sum,
        "min" => values.iter().copied().fold(f64::INFINITY, f64::min),
        "max" => values.iter().copied().fold(f64::NEG_INFINITY, f64::max),
        #[expect(clippy::cast_precision_loss, reason = "nobody sends that many points")]
        _ => sum / values.len() as f64,
    }
}
