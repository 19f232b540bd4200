//! The Datadog client against a server that answers as the test sets up.

use std::time::Duration;

use dd_heroku::datadog::key::ApiKey;
use dd_heroku::datadog::site::Site;
use dd_heroku::datadog_api::{BadUrl, Client, Error, Verdict};
use dd_heroku::env::Environment;
use dd_heroku::failure::{Code, Failure};
use dd_heroku::transport::Fault;
use serde_json::json;

use crate::support::scripted::{Reply, Request, Scripted};

const KEY: &str = "0123456789abcdef0123456789ab3f9a";

fn key() -> ApiKey {
    ApiKey::parse(KEY).unwrap()
}

fn site(domain: &str) -> Site {
    Site::parse(domain).unwrap()
}

fn client(server: &Scripted) -> Client {
    Client::new(Some(server.url())).with_pace(Duration::from_millis(1), Duration::from_millis(500))
}

/// Takes keys on datadoghq.eu only.
fn europe(request: &Request, _: usize) -> Reply {
    assert_eq!(request.line(), "GET /api/v1/validate");
    assert_eq!(request.header("dd-api-key"), Some(KEY));
    match request.header("dd-heroku-site") {
        Some("datadoghq.eu") => Reply::ok(json!({"valid": true})),
        _ => Reply::Json(403, json!({"errors": ["Forbidden"]})),
    }
}

#[test]
fn a_key_is_good_for_its_own_site() {
    let server = Scripted::start(europe);
    let client = client(&server);
    assert_eq!(client.validate(&key(), site("datadoghq.eu")), Ok(Verdict::Valid));
    assert_eq!(client.validate(&key(), site("datadoghq.com")), Ok(Verdict::Refused));
}

#[test]
fn the_site_that_takes_a_key_is_found_among_the_others() {
    let server = Scripted::start(europe);
    assert_eq!(client(&server).find_site(&key(), site("datadoghq.com")), Some(site("datadoghq.eu")));
    assert_eq!(server.asked().len(), 8);
    assert_eq!(client(&server).find_site(&key(), site("datadoghq.eu")), None);
}

#[test]
fn a_failure_that_passes_is_asked_about_again() {
    let server = Scripted::start(|request, nth| match nth {
        1 => Reply::Reset,
        2 => Reply::Raw(429, vec![("x-ratelimit-reset", "0".into())], Vec::new()),
        _ => europe(request, nth),
    });
    assert_eq!(client(&server).validate(&key(), site("datadoghq.eu")), Ok(Verdict::Valid));
}

#[test]
fn a_silent_datadog_is_no_verdict() {
    let server = Scripted::start(|_, _| Reply::Hang);
    let error = client(&server).validate(&key(), site("datadoghq.eu")).unwrap_err();
    assert_eq!(error, Error::Network { host: "127.0.0.1".into(), fault: Fault::Timeout });
    assert_eq!(Failure::from(error).code, Code::Unreachable);
}

#[test]
fn a_proxy_that_forbids_is_not_taken_for_datadog() {
    let server = Scripted::start(|_, _| Reply::Raw(403, vec![], b"<html>Blocked</html>".to_vec()));
    let error = client(&server).validate(&key(), site("datadoghq.eu")).unwrap_err();
    assert_eq!(error, Error::Garbled { host: "127.0.0.1".into(), status: 403 });
}

#[test]
fn the_key_does_not_follow_a_redirect_to_another_origin() {
    let elsewhere = Scripted::start(|_, _| Reply::ok(json!({"valid": true})));
    let target = elsewhere.url().to_string();
    let server = Scripted::start(move |_, _| Reply::Raw(307, vec![("location", target.clone())], Vec::new()));
    assert!(client(&server).validate(&key(), site("datadoghq.eu")).is_err());
    assert!(elsewhere.asked().is_empty());
}

#[test]
fn an_address_in_the_clear_is_refused() {
    let env = Environment::default().with("DD_HEROKU_DATADOG_URL", "http://datadog.example");
    assert!(matches!(Client::from_env(&env).unwrap_err(), BadUrl::NotAllowed(_)));
}
