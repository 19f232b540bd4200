//! What the sandbox's Datadog refuses of bodies, as Datadog does, and that it takes what this program sends.

use reqwest::blocking::Response;
use serde_json::{Value, json};

use super::datadog::with_keys;
use crate::support::sandbox::Sandbox;

const DASHBOARDS: &str = "/api/v1/dashboard";
const PIPELINES: &str = "/api/v1/logs/config/pipelines";
const METRICS: &str = "/api/v2/logs/config/metrics";

fn send(sandbox: &Sandbox, method: &str, path: &str, body: &Value) -> Response {
    with_keys(sandbox, method, path).json(body).send().unwrap()
}

/// The faults of an answer that must be a refusal, in either form that Datadog has.
fn faults(response: Response) -> String {
    assert_eq!(response.status(), 400);
    let body: Value = response.json().unwrap();
    let listed = body["errors"].as_array().map(|errors| json!(errors));
    listed.unwrap_or_else(|| body["error"]["details"].clone()).to_string()
}

fn dashboard(layout: &str, widget: &Value) -> Value {
    json!({"title": "Heroku", "layout_type": layout, "widgets": [widget]})
}

fn pipeline(processor: &Value) -> Value {
    json!({"name": "Heroku", "filter": {"query": "source:heroku"}, "processors": [processor]})
}

fn metric(attributes: &Value) -> Value {
    json!({"data": {"id": "heroku.memory", "type": "logs_metrics", "attributes": attributes}})
}

#[test]
fn a_body_that_datadog_would_not_take_is_refused_with_its_faults() {
    let sandbox = Sandbox::start();
    let note = json!({"type": "note", "content": "x"});
    let graph = |kind: &str, requests: Value| json!({"definition": {"type": kind, "requests": requests}});
    let nested = json!({"definition": {"type": "group", "layout_type": "ordered", "widgets": [graph("timeseries", json!([]))]}});
    let nameless = json!([{"queries": [{"data_source": "metrics", "query": "avg:a{*}"}]}]);
    let filter = json!({"query": "*"});
    for (path, body, fault) in [
        (DASHBOARDS, json!({"layout_type": "ordered", "widgets": []}), "title is required"),
        (DASHBOARDS, json!({"title": "x", "layout_type": "ordered"}), "widgets is required"),
        (
            DASHBOARDS,
            json!({"title": "x", "layout_type": "grid", "widgets": []}),
            "layout_type must be one of ordered, free",
        ),
        (DASHBOARDS, dashboard("ordered", &note), "widgets[0].definition is required"),
        (
            DASHBOARDS,
            dashboard("ordered", &graph("time_series", json!([]))),
            "widgets[0].definition.type must be one of",
        ),
        (
            DASHBOARDS,
            dashboard("ordered", &nested),
            "widgets[0].definition.widgets[0].definition.requests must be a list with at least one",
        ),
        (
            DASHBOARDS,
            dashboard("ordered", &graph("query_value", json!([{"q": "a"}, {"q": "b"}]))),
            "exactly one",
        ),
        (DASHBOARDS, dashboard("ordered", &graph("timeseries", json!([{}]))), "requests[0] needs one of"),
        (DASHBOARDS, dashboard("ordered", &graph("timeseries", nameless)), "queries[0].name is required"),
        (DASHBOARDS, dashboard("free", &json!({"definition": note})), "widgets[0].layout.x is required"),
        (
            DASHBOARDS,
            dashboard(
                "free",
                &json!({"definition": note, "layout": {"x": -1, "y": 0, "width": 4, "height": 4}}),
            ),
            "layout.x must be an integer",
        ),
        (PIPELINES, json!({"name": "x", "filter": {}}), "filter.query is required"),
        (PIPELINES, pipeline(&json!({"type": "grok"})), "processors[0].type must be one of"),
        (
            PIPELINES,
            pipeline(&json!({"type": "grok-parser", "source": "message", "grok": {}})),
            "grok.match_rules is required",
        ),
        (
            PIPELINES,
            pipeline(&json!({"type": "attribute-remapper", "target": "a"})),
            "processors[0].sources is required",
        ),
        (
            PIPELINES,
            pipeline(&json!({"type": "pipeline", "processors": [{"type": "url-parser", "sources": ["a"]}]})),
            "processors[0].processors[0].target is required",
        ),
        (
            METRICS,
            json!({"data": {"id": "a", "type": "metrics", "attributes": {}}}),
            "data.type must be one of logs_metrics",
        ),
        (METRICS, json!({"data": {"id": "1 a", "type": "logs_metrics"}}), "data.id must begin with a letter"),
        (
            METRICS,
            metric(&json!({"compute": {"aggregation_type": "sum"}, "filter": filter})),
            "aggregation_type must be one of count",
        ),
        (
            METRICS,
            metric(&json!({"compute": {"aggregation_type": "distribution"}, "filter": filter})),
            "compute.path is required",
        ),
        (
            METRICS,
            metric(&json!({"compute": {"aggregation_type": "count"}})),
            "attributes.filter is required",
        ),
        (
            METRICS,
            metric(&json!({"compute": {"aggregation_type": "count"}, "filter": filter, "group_by": [{}]})),
            "group_by[0].path is required",
        ),
    ] {
        let answered = faults(send(&sandbox, "POST", path, &body));
        assert!(answered.contains(fault), "{body}: {answered}");
    }
    for path in [DASHBOARDS, PIPELINES, METRICS] {
        let kept: Value = with_keys(&sandbox, "GET", path).send().unwrap().json().unwrap();
        let is_empty = ["dashboards", "data"].iter().any(|name| kept[name] == json!([])) || kept == json!([]);
        assert!(is_empty, "{path}: {kept}");
    }
}

#[test]
fn what_metrics_enable_sends_is_taken_and_a_bad_change_of_it_is_not() {
    let sandbox = Sandbox::start();
    sandbox
        .command(&["metrics", "enable", "-a", "legacy", "--dashboard", "--yes"])
        .env("DD_APP_KEY", "0123456789abcdef0123456789abcdef01234567")
        .assert()
        .success();
    let get = |path: &str| with_keys(&sandbox, "GET", path).send().unwrap().json::<Value>().unwrap();
    for path in [DASHBOARDS, PIPELINES] {
        let all = get(path);
        let id = all.get("dashboards").unwrap_or(&all)[0]["id"].as_str().unwrap().to_owned();
        let path = format!("{path}/{id}");
        let made = get(&path);
        assert_eq!(send(&sandbox, "PUT", &path, &made).status(), 200, "{path}");
        let kept = get(&path);
        let mut bad = made.clone();
        for list in ["widgets", "processors"] {
            if bad.get(list).is_some() {
                bad[list][0] = json!({"type": "nonsense"});
            }
        }
        faults(send(&sandbox, "PUT", &path, &bad));
        assert_eq!(get(&path), kept);
    }
    let id = get(METRICS)["data"][0]["id"].as_str().unwrap().to_owned();
    let change =
        json!({"data": {"type": "logs_metrics", "attributes": {"group_by": [{"tag_name": "dyno"}]}}});
    let refusal = faults(send(&sandbox, "PATCH", &format!("{METRICS}/{id}"), &change));
    assert!(refusal.contains("group_by[0].path is required"), "{refusal}");
}
