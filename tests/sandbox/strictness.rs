//! What the sandbox refuses, as Heroku does.

use serde_json::json;

use super::client::{VERSION, bare, error, get, heroku, refused};
use crate::support::sandbox::{Sandbox, Setup, TOKEN};
use dd_heroku::sandbox::READ_ONLY_TOKEN;

#[test]
fn a_request_without_a_good_token_is_unauthorized() {
    let sandbox = Sandbox::start();
    let url = format!("{}/apps", sandbox.url());
    for request in [
        bare("GET", &url),
        bare("GET", &url).bearer_auth("bad-token"),
        bare("GET", &url).header("Authorization", "Bearer "),
        bare("GET", &url).header("Authorization", "Digest abc"),
    ] {
        let response = request.header("Accept", VERSION).send().unwrap();
        assert_eq!(error(response), (401, "unauthorized".into()));
    }
    let basic = bare("GET", &url).header("Accept", VERSION).basic_auth("", Some(TOKEN)).send().unwrap();
    assert_eq!(basic.status(), 200);
}

#[test]
fn a_request_that_names_no_version_of_the_api_finds_nothing() {
    let sandbox = Sandbox::start();
    let url = format!("{}/apps/shop", sandbox.url());
    for (accept, status) in [
        ("*/*", 404),
        ("application/vnd.heroku+json", 404),
        (VERSION, 200),
        ("application/vnd.heroku+json; version=3.sdk", 200),
    ] {
        let response = bare("GET", &url).bearer_auth(TOKEN).header("Accept", accept).send().unwrap();
        assert_eq!(response.status(), status, "{accept}");
    }
}

#[test]
fn unknown_routes_methods_and_objects_are_not_found() {
    let sandbox = Sandbox::start();
    for (method, path) in [
        ("GET", "/nonsense"),
        ("DELETE", "/apps/shop/config-vars"),
        ("GET", "/apps/nobody"),
        ("GET", "/apps/shop/releases/v999"),
        ("GET", "/apps/shop/features/nonsense"),
        ("GET", "/pipelines/nobody"),
    ] {
        let response = heroku(&sandbox, method, path).send().unwrap();
        assert!(response.headers().contains_key("request-id"));
        assert!(response.headers().contains_key("ratelimit-remaining"));
        assert_eq!(error(response), (404, "not_found".into()), "{method} {path}");
    }
}

#[test]
fn a_token_that_may_only_read_changes_nothing() {
    let sandbox = Sandbox::start();
    let url = format!("{}/apps/shop/config-vars", sandbox.url());
    let request = |method| bare(method, &url).bearer_auth(READ_ONLY_TOKEN).header("Accept", VERSION);
    assert_eq!(request("GET").send().unwrap().status(), 200);
    let response = request("PATCH").json(&json!({"A": "1"})).send().unwrap();
    assert_eq!(error(response), (403, "forbidden".into()));
    assert!(get(&sandbox, "/apps/shop/config-vars").get("A").is_none());
}

#[test]
fn bodies_are_checked() {
    let sandbox = Sandbox::start();
    let invalid = (422, "invalid_params".to_owned());
    for (method, path, body) in [
        ("PATCH", "/apps/shop/config-vars", json!({"A": 1})),
        ("PATCH", "/apps/shop/config-vars", json!({"A B": "1"})),
        ("PATCH", "/apps/shop/config-vars", json!({"BIG": "x".repeat(70_000)})),
        ("PATCH", "/apps/shop/features/runtime-dyno-metadata", json!({"enabled": "yes"})),
        ("PUT", "/apps/shop/buildpack-installations", json!({"updates": [{"buildpack": "heroku/cobol"}]})),
        ("PUT", "/apps/shop/buildpack-installations", json!({})),
        ("PUT", "/apps/fjord/buildpack-installations", json!({"updates": []})),
        ("POST", "/apps/shop/log-drains", json!({"url": "nonsense"})),
        ("POST", "/apps/fjord/log-drains", json!({"url": "https://logs.example.com/"})),
        ("POST", "/apps/shop/builds", json!({"source_blob": {"url": "nonsense"}})),
        ("POST", "/apps/shop/releases", json!({})),
    ] {
        assert_eq!(refused(&sandbox, method, path, body), invalid, "{method} {path}");
    }
    let torn = heroku(&sandbox, "PATCH", "/apps/shop/config-vars").body("{\"A\":").send().unwrap();
    assert_eq!(error(torn), (400, "bad_request".into()));
    assert_eq!(get(&sandbox, "/apps/shop/releases").as_array().unwrap().len(), 4);
}

#[test]
fn lists_page_by_the_range_header() {
    let sandbox = Sandbox::start();
    let mut range = Some("version ..; order=desc,max=3".to_owned());
    let mut versions = Vec::new();
    while let Some(asked) = range {
        let response = heroku(&sandbox, "GET", "/apps/shop/releases").header("Range", asked).send().unwrap();
        let next = response.headers().get("next-range").map(|next| next.to_str().unwrap().to_owned());
        assert_eq!(response.status(), if next.is_some() { 206 } else { 200 });
        let page: Vec<serde_json::Value> = response.json().unwrap();
        versions.extend(page.iter().map(|release| release["version"].as_i64().unwrap()));
        range = next;
    }
    assert_eq!(versions, [41, 40, 39, 38]);
    let odd = heroku(&sandbox, "GET", "/apps/shop/releases").header("Range", "color ..").send().unwrap();
    assert_eq!(odd.status(), 416);
}

#[test]
fn a_list_of_more_than_200_comes_in_pages_though_none_were_asked_for() {
    let sandbox = Setup::default().extra_apps(210).start();
    let first = heroku(&sandbox, "GET", "/apps").send().unwrap();
    assert_eq!(first.status(), 206);
    let next = first.headers()["next-range"].clone();
    let first: Vec<serde_json::Value> = first.json().unwrap();
    let second = heroku(&sandbox, "GET", "/apps").header("Range", next).send().unwrap();
    assert_eq!(second.status(), 200);
    let second: Vec<serde_json::Value> = second.json().unwrap();
    assert_eq!((first.len(), second.len()), (200, 17));
    assert!(first.iter().all(|app| !second.contains(app)));
    assert_eq!(get(&sandbox, "/apps/shop-210/addons")[0]["app"]["name"], "shop-210");
}
