//! Faults on purpose: each kind, through a real connection.

use std::io::Read;
use std::time::Duration;

use serde_json::json;

use super::client::{error, get, heroku, refused};
use crate::support::sandbox::{Sandbox, Setup};

const CONFIG: &str = "/apps/shop/config-vars";

/// Sends `A=1`, with an answer or without.
fn set_a(sandbox: &Sandbox) -> reqwest::Result<reqwest::blocking::Response> {
    heroku(sandbox, "PATCH", CONFIG).json(&json!({"A": "1"})).send()
}

fn a_is_set(sandbox: &Sandbox) -> bool {
    get(sandbox, CONFIG).get("A").is_some()
}

#[test]
fn a_status_is_answered_instead_and_nothing_is_done() {
    let limit = json!([{"method": "PATCH", "path": "/apps/*/config-vars", "fault": "status", "status": 429, "retry_after": 7}]);
    let sandbox = Sandbox::with_faults(limit);
    let response = set_a(&sandbox).unwrap();
    assert_eq!(response.headers()["retry-after"], "7");
    assert_eq!(error(response), (429, "rate_limit".into()));
    assert!(!a_is_set(&sandbox));
    assert_eq!(set_a(&sandbox).unwrap().status(), 200);
}

#[test]
fn a_reset_does_nothing_and_a_lost_answer_did_it() {
    for (fault, done) in [("reset", false), ("lost", true)] {
        let sandbox = Sandbox::with_faults(json!([{"method": "PATCH", "fault": fault}]));
        assert!(set_a(&sandbox).is_err(), "{fault}");
        assert_eq!(a_is_set(&sandbox), done, "{fault}");
        assert_eq!(sandbox.journal()[0]["fault"], fault);
        assert!(sandbox.journal()[0]["status"].is_null());
    }
}

#[test]
fn a_hanging_request_is_never_answered() {
    let sandbox = Sandbox::with_faults(json!([{"nth": 1, "fault": "hang"}]));
    let error = heroku(&sandbox, "GET", CONFIG).timeout(Duration::from_millis(200)).send().unwrap_err();
    assert!(error.is_timeout(), "{error}");
    assert!(!a_is_set(&sandbox));
}

#[test]
fn a_truncated_answer_breaks_off_in_the_middle() {
    let sandbox = Sandbox::with_faults(json!([{"method": "GET", "fault": "truncate"}]));
    let response = heroku(&sandbox, "GET", CONFIG).send().unwrap();
    let length = response.content_length().unwrap();
    let mut read = Vec::new();
    assert!({ response }.read_to_end(&mut read).is_err());
    assert!((read.len() as u64) < length, "{} of {length}", read.len());
}

#[test]
fn a_captive_proxy_answers_with_a_page() {
    let sandbox = Sandbox::with_faults(json!([{"every": true, "path": "/apps/shop", "fault": "html"}]));
    let response = heroku(&sandbox, "GET", "/apps/shop").send().unwrap();
    assert_eq!(response.status(), 200);
    assert!(response.text().unwrap().starts_with("<!DOCTYPE html>"));
    let page = json!([{"fault": "status", "status": 502, "body": "<h1>Bad Gateway</h1>"}]);
    let response = heroku(&Sandbox::with_faults(page), "GET", "/apps/shop").send();
    assert!(
        response.is_err() || response.unwrap().headers()["content-type"].to_str().unwrap().contains("html")
    );
}

#[test]
fn a_process_that_dies_leaves_what_it_had_done() {
    for (when, done) in [("before", false), ("after", true)] {
        let mut sandbox = Sandbox::with_faults(json!([{"method": "PATCH", "fault": "die", "when": when}]));
        assert!(set_a(&sandbox).is_err());
        assert!(sandbox.died());
        sandbox.restart();
        assert_eq!(a_is_set(&sandbox), done, "{when}");
    }
}

#[test]
fn a_request_that_waits_does_not_hold_up_the_others() {
    let sandbox = Sandbox::with_faults(json!([{"path": "/account", "every": true, "fault": "hang"}]));
    let asked = heroku(&sandbox, "GET", "/account").timeout(Duration::from_secs(600));
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| asked.send().is_err());
        while sandbox.journal().is_empty() {
            std::thread::yield_now();
        }
        assert_eq!(get(&sandbox, "/apps/shop")["name"], "shop");
        assert!(!waiting.is_finished());
        sandbox.stop();
        assert!(waiting.join().unwrap());
    });
}

#[test]
fn latency_delays_each_request() {
    let sandbox = Setup::default().latency_ms(50).start();
    get(&sandbox, "/apps/shop");
    assert!(sandbox.journal()[0]["ms"].as_u64().unwrap() >= 50);
}

#[test]
fn a_file_of_faults_that_is_not_right_is_refused_before_anything_is_served() {
    let sandbox = Sandbox::start();
    let file = sandbox.home().join("faults.json");
    std::fs::write(&file, r#"[{"fault":"explode"}]"#).unwrap();
    let output = sandbox
        .command(&["sandbox", "serve", "--port", "0", "--faults", "faults.json"])
        .env("DD_HEROKU_SANDBOX_STATE", sandbox.home().join("other.json"))
        .output()
        .unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(said.contains("faults.json") && said.contains("unknown variant `explode`"), "{said}");
    assert_eq!(refused(&sandbox, "PATCH", CONFIG, json!({"A": 1})).0, 422);
}
