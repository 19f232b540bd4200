//! The Datadog part of the sandbox.

use reqwest::blocking::RequestBuilder;
use serde_json::{Value, json};

use super::client::{bare, write};
use crate::support::sandbox::Sandbox;
use dd_heroku::sandbox::DEMO_KEY;

const APPLICATION_KEY: &str = "0123456789abcdef0123456789abcdef01234567";
const METRICS: &str = "/api/v2/logs/config/metrics";

fn datadog(sandbox: &Sandbox, method: &str, path: &str) -> RequestBuilder {
    bare(method, &format!("{}/datadog{path}", sandbox.url()))
}

pub(super) fn with_keys(sandbox: &Sandbox, method: &str, path: &str) -> RequestBuilder {
    datadog(sandbox, method, path)
        .header("DD-API-KEY", DEMO_KEY)
        .header("DD-APPLICATION-KEY", APPLICATION_KEY)
}

#[test]
fn a_key_is_good_by_its_form_and_its_site() {
    let sandbox = Sandbox::start();
    let european = "e0".repeat(16);
    for (key, site, status) in [
        (DEMO_KEY, None, 200),
        (DEMO_KEY, Some("us5.datadoghq.com"), 200),
        (european.as_str(), None, 403),
        (&european, Some("us3.datadoghq.com"), 403),
        (&european, Some("datadoghq.eu"), 200),
        ("bad0bad0bad0bad0bad0bad0bad0bad0", None, 403),
        ("short", None, 403),
    ] {
        let mut request = datadog(&sandbox, "GET", "/api/v1/validate").header("DD-API-KEY", key);
        if let Some(site) = site {
            request = request.header("DD-HEROKU-SITE", site);
        }
        let response = request.send().unwrap();
        assert_eq!(response.status(), status, "{key} {site:?}");
        let body: Value = response.json().unwrap();
        let expected = if status == 200 { json!({"valid": true}) } else { json!({"errors": ["Forbidden"]}) };
        assert_eq!(body, expected);
    }
    assert_eq!(datadog(&sandbox, "GET", "/api/v1/validate").send().unwrap().status(), 403);
}

#[test]
fn keys_are_validated_in_the_forms_that_official_clients_read() {
    let sandbox = Sandbox::start();
    let ask = |path: &str, application_key: Option<&str>| {
        let mut request = datadog(&sandbox, "GET", path).header("DD-API-KEY", DEMO_KEY);
        if let Some(key) = application_key {
            request = request.header("DD-APPLICATION-KEY", key);
        }
        let response = request.send().unwrap();
        (response.status().as_u16(), response.json::<Value>().unwrap())
    };
    let both = "/api/v2/validate_keys";
    assert_eq!(ask(both, Some(APPLICATION_KEY)), (200, json!({"status": "ok"})));
    assert_eq!(ask(both, None), (403, json!({"errors": ["Forbidden"]})));
    let (status, answer) = ask("/api/v2/validate", None);
    assert_eq!((status, &answer["data"]["type"]), (200, &json!("validate_v2")));
    assert_eq!(answer["data"]["attributes"]["valid"], true);
    assert_eq!(with_keys(&sandbox, "POST", both).send().unwrap().status(), 404);
}

#[test]
fn metrics_that_were_sent_are_queried() {
    let sandbox = Sandbox::start();
    let send = |path: &str, body: Value| {
        let request = datadog(&sandbox, "POST", path).header("DD-API-KEY", DEMO_KEY).json(&body);
        request.send().unwrap().status().as_u16()
    };
    let (first, second) = ("/api/v1/series", "/api/v2/series");
    let series =
        |points: Value, env: &str| json!({"series": [{"metric": "orders", "points": points, "tags": [env]}]});
    assert_eq!(send(first, series(json!([[100, 1], [200.5, 2]]), "env:prod")), 202);
    assert_eq!(send(second, series(json!([{"timestamp": 100, "value": 4}]), "env:test")), 202);
    for (path, body) in [
        (first, json!({})),
        (first, series(json!([[100]]), "env:prod")),
        (second, series(json!([[100, 1]]), "env:prod")),
        (second, json!({"series": [{"points": []}]})),
    ] {
        assert_eq!(send(path, body.clone()), 400, "{path} {body}");
    }
    let query = |query: &str| {
        let path = format!("/api/v1/query?from=0&to=1000&query={query}");
        with_keys(&sandbox, "GET", &path).send().unwrap()
    };
    for (text, points) in [
        ("sum:orders{*}", json!([[100_000, 5.0], [200_000, 2.0]])),
        ("avg:orders{*}", json!([[100_000, 2.5], [200_000, 2.0]])),
        ("min:orders{env:test}", json!([[100_000, 4.0]])),
    ] {
        let answer: Value = query(text).json().unwrap();
        assert_eq!(answer["series"][0]["pointlist"], points, "{text}");
    }
    assert_eq!(query("avg:nothing{*}").json::<Value>().unwrap()["series"], json!([]));
    assert_eq!(query("sum:orders").status(), 400);
}

#[test]
fn a_log_based_metric_is_made_once_changed_and_removed() {
    let sandbox = Sandbox::start();
    let metric = json!({"data": {"id": "heroku.memory", "type": "logs_metrics", "attributes": {
        "compute": {"aggregation_type": "distribution", "path": "@memory"}, "filter": {"query": "source:heroku"},
        "group_by": []}}});
    let add = || with_keys(&sandbox, "POST", METRICS).json(&metric).send().unwrap().status();
    assert_eq!((add().as_u16(), add().as_u16()), (200, 409));
    let metric = format!("{METRICS}/heroku.memory");
    let change = json!({"data": {"type": "logs_metrics", "attributes": {"filter": {"query": "*"}}}});
    let changed: Value = with_keys(&sandbox, "PATCH", &metric).json(&change).send().unwrap().json().unwrap();
    assert_eq!(changed["data"]["attributes"]["filter"]["query"], "*");
    assert_eq!(changed["data"]["attributes"]["compute"]["path"], "@memory");
    let all: Value = with_keys(&sandbox, "GET", METRICS).send().unwrap().json().unwrap();
    assert_eq!(all["data"].as_array().unwrap().len(), 1);
    assert_eq!(with_keys(&sandbox, "DELETE", &metric).send().unwrap().status(), 204);
    assert_eq!(with_keys(&sandbox, "GET", &metric).send().unwrap().status(), 404);
    assert_eq!(with_keys(&sandbox, "POST", METRICS).json(&json!({})).send().unwrap().status(), 400);
}

#[test]
fn an_application_key_needs_its_rights() {
    let sandbox = Sandbox::start();
    let ask = |method: &str, key: &str| {
        let request = datadog(&sandbox, method, METRICS).header("DD-API-KEY", DEMO_KEY);
        request.header("DD-APPLICATION-KEY", key).json(&json!({})).send().unwrap().status().as_u16()
    };
    let reader = format!("ab{}", "0".repeat(38));
    let refused = format!("bad{}", "0".repeat(37));
    assert_eq!((ask("GET", &reader), ask("POST", &reader)), (200, 403));
    assert_eq!((ask("GET", &refused), ask("GET", DEMO_KEY)), (403, 403));
}

#[test]
fn a_dashboard_is_kept() {
    let sandbox = Sandbox::start();
    let board = json!({"title": "Heroku", "layout_type": "ordered", "widgets": []});
    let made: Value =
        with_keys(&sandbox, "POST", "/api/v1/dashboard").json(&board).send().unwrap().json().unwrap();
    let path = format!("/api/v1/dashboard/{}", made["id"].as_str().unwrap());
    let kept: Value = with_keys(&sandbox, "GET", &path).send().unwrap().json().unwrap();
    assert_eq!(kept["title"], "Heroku");
    assert_eq!(
        with_keys(&sandbox, "POST", "/api/v1/dashboard").json(&json!({})).send().unwrap().status(),
        400
    );
}

#[test]
fn hosts_are_those_of_apps_whose_slug_holds_an_agent() {
    let sandbox = Sandbox::start();
    let hosts = |filter: &str| -> Vec<String> {
        let path = format!("/api/v1/hosts?filter={filter}");
        let answer: Value = with_keys(&sandbox, "GET", &path).send().unwrap().json().unwrap();
        let hosts = answer["host_list"].as_array().unwrap();
        hosts.iter().map(|host| host["name"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(hosts("appname:legacy"), ["legacy-production"]);
    assert!(hosts("appname:shop").is_empty());
    write(&sandbox, "PATCH", "/apps/legacy/config-vars", json!({"DD_HOSTNAME": null}));
    assert_eq!(hosts("appname:legacy").len(), 9);
    write(&sandbox, "PATCH", "/apps/legacy/config-vars", json!({"DD_DYNO_HOST": "true"}));
    write(&sandbox, "PATCH", "/apps/legacy/features/runtime-dyno-metadata", json!({"enabled": true}));
    assert_eq!(hosts("appname:legacy"), ["legacy.clock.1", "legacy.web.1", "legacy.web.2"]);
}
