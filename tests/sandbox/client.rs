//! A plain client of the sandbox: what it sends is what the test says.

use std::sync::OnceLock;

use reqwest::blocking::{Client, RequestBuilder, Response};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::sandbox::{Sandbox, TOKEN};

/// What Heroku wants in `Accept`.
pub(crate) const VERSION: &str = "application/vnd.heroku+json; version=3";

/// A request with nothing in it.
pub(crate) fn bare(method: &str, url: &str) -> RequestBuilder {
    static CLIENT: OnceLock<Client> = OnceLock::new();
    let client = CLIENT.get_or_init(|| {
        let _ = rustls::crypto::ring::default_provider().install_default();
        Client::builder().no_proxy().no_gzip().build().unwrap()
    });
    client.request(Method::from_bytes(method.as_bytes()).unwrap(), url)
}

/// A request as the Heroku API wants it.
pub(crate) fn heroku(sandbox: &Sandbox, method: &str, path: &str) -> RequestBuilder {
    let url = format!("{}{path}", sandbox.url());
    bare(method, &url).bearer_auth(TOKEN).header("Accept", VERSION)
}

/// The JSON at a path, which must be there.
pub(crate) fn get(sandbox: &Sandbox, path: &str) -> Value {
    answered(heroku(sandbox, "GET", path), StatusCode::OK)
}

/// The JSON that a write answers, which must succeed.
pub(crate) fn write(sandbox: &Sandbox, method: &str, path: &str, body: Value) -> Value {
    let response = heroku(sandbox, method, path).json(&body).send().unwrap();
    assert!(response.status().is_success(), "{method} {path}: {}", response.text().unwrap());
    response.json().unwrap()
}

/// Status and error id of a write that is refused.
pub(crate) fn refused(sandbox: &Sandbox, method: &str, path: &str, body: Value) -> (u16, String) {
    error(heroku(sandbox, method, path).json(&body).send().unwrap())
}

/// Status and error id of an answer.
pub(crate) fn error(response: Response) -> (u16, String) {
    let status = response.status().as_u16();
    let body: Value = response.json().unwrap();
    assert!(body["message"].is_string(), "{body}");
    (status, body["id"].as_str().unwrap().to_owned())
}

/// The JSON of an answer that must have this status.
pub(crate) fn answered(request: RequestBuilder, status: StatusCode) -> Value {
    let response = request.send().unwrap();
    assert_eq!(response.status(), status);
    response.json().unwrap()
}

/// Sets an app's buildpacks, by their URLs or names.
pub(crate) fn set_buildpacks(sandbox: &Sandbox, app: &str, list: &[&str]) {
    let updates: Vec<_> = list.iter().map(|buildpack| json!({ "buildpack": buildpack })).collect();
    let path = format!("/apps/{app}/buildpack-installations");
    write(sandbox, "PUT", &path, json!({ "updates": updates }));
}
