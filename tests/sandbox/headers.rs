//! The headers of the sandbox's Heroku, conditional requests and scopes.

use reqwest::blocking::Response;
use serde_json::{Value, json};

use super::client::{VERSION, bare, error, get, heroku, write};
use crate::support::sandbox::Sandbox;
use dd_heroku::sandbox::READ_ONLY_TOKEN;

fn header<'a>(response: &'a Response, name: &str) -> &'a str {
    response.headers().get(name).map_or("", |value| value.to_str().unwrap())
}

fn sent(sandbox: &Sandbox, path: &str) -> Response {
    heroku(sandbox, "GET", path).send().unwrap()
}

#[test]
fn answers_of_the_platform_api_carry_its_headers() {
    let sandbox = Sandbox::start();
    let app = sent(&sandbox, "/apps/shop");
    for (name, value) in [
        ("cache-control", "private, no-cache"),
        ("vary", "Authorization,Accept-Encoding"),
        ("x-content-type-options", "nosniff"),
        ("oauth-scope", "global"),
        ("oauth-scope-accepted", "global read read-protected write write-protected"),
        ("ratelimit-remaining", "4499"),
    ] {
        assert_eq!(header(&app, name), value, "{name}");
    }
    assert_eq!(header(&app, "etag").len(), 34);
    assert_eq!(header(&app, "request-id").len(), 36);
    let modified = header(&app, "last-modified").to_owned();
    let object: Value = app.json().unwrap();
    let updated: jiff::Timestamp = object["updated_at"].as_str().unwrap().parse().unwrap();
    assert_eq!(modified, updated.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string());
    let config = sent(&sandbox, "/apps/shop/config-vars");
    assert_eq!(header(&config, "oauth-scope-accepted"), "global read-protected write-protected");
    let missing = sent(&sandbox, "/apps/nobody");
    assert_eq!((missing.status().as_u16(), header(&missing, "etag").len()), (404, 34));
}

#[test]
fn other_services_send_no_header_of_the_platform_api() {
    let sandbox = Sandbox::start();
    let response = bare("GET", &format!("{}/datadog/api/v1/validate", sandbox.url())).send().unwrap();
    for name in ["etag", "ratelimit-remaining", "oauth-scope"] {
        assert_eq!(header(&response, name), "", "{name}");
    }
}

#[test]
fn a_list_of_one_page_names_its_range() {
    let sandbox = Sandbox::start();
    let releases = sent(&sandbox, "/apps/shop/releases");
    assert_eq!((releases.status().as_u16(), header(&releases, "next-range")), (200, ""));
    assert!(header(&releases, "accept-ranges").split(", ").any(|name| name == "version"));
    let range = header(&releases, "content-range").to_owned();
    let releases: Vec<Value> = releases.json().unwrap();
    let attribute = range.split(' ').next().unwrap();
    let value = |release: &Value| match &release[attribute] {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let mut values: Vec<String> = releases.iter().map(value).collect();
    values.sort();
    assert_eq!(range, format!("{attribute} {}..{}; max=200", values[0], values.last().unwrap()));
    let none = sent(&sandbox, "/apps/shop/webhooks");
    assert_eq!((header(&none, "accept-ranges"), header(&none, "content-range")), ("id", ""));
}

#[test]
fn what_a_client_has_already_is_not_sent_again() {
    let sandbox = Sandbox::start();
    let path = "/apps/shop/config-vars";
    let tag = header(&sent(&sandbox, path), "etag").to_owned();
    let unless = |tag: &str| heroku(&sandbox, "GET", path).header("If-None-Match", tag).send().unwrap();
    for known in [tag.clone(), format!("W/{tag}"), format!("\"other\", {tag}"), "*".to_owned()] {
        let same = unless(&known);
        assert_eq!((same.status().as_u16(), header(&same, "etag")), (304, &*tag), "{known}");
        assert_eq!(same.bytes().unwrap().len(), 0);
    }
    assert_eq!(unless("\"other\"").status(), 200);
    write(&sandbox, "PATCH", path, json!({"A": "1"}));
    let changed = unless(&tag);
    assert_eq!(changed.status(), 200);
    assert_ne!(header(&changed, "etag"), tag);
    write(&sandbox, "PATCH", path, json!({"A": null}));
    assert_eq!(unless(&tag).status(), 304);
    // A write is done even if the client knows the answer.
    let written = heroku(&sandbox, "PATCH", path).header("If-None-Match", "*").json(&json!({"B": "2"}));
    assert_eq!(written.send().unwrap().status(), 200);
    assert_eq!(get(&sandbox, path)["B"], "2");
}

#[test]
fn a_conditional_request_counts_as_any_other() {
    let sandbox = Sandbox::start();
    let first = sent(&sandbox, "/apps/shop");
    let same = heroku(&sandbox, "GET", "/apps/shop").header("If-None-Match", header(&first, "etag"));
    let same = same.send().unwrap();
    assert_eq!((same.status().as_u16(), header(&same, "ratelimit-remaining")), (304, "4498"));
}

#[test]
fn the_tag_of_what_did_not_change_stays() {
    let sandbox = Sandbox::start();
    for path in [
        "/account",
        "/apps",
        "/apps/shop",
        "/apps/shop/dynos",
        "/apps/shop/formation",
        "/addons",
        "/apps/shop/releases",
        "/apps/shop/domains",
        "/oauth/authorizations",
        "/pipelines",
        "/spaces",
        "/teams",
    ] {
        let tag = || header(&sent(&sandbox, path), "etag").to_owned();
        assert_eq!(tag(), tag(), "{path}");
    }
}

#[test]
fn head_is_get_without_a_body() {
    let sandbox = Sandbox::start();
    let whole = sent(&sandbox, "/apps/shop");
    let head = heroku(&sandbox, "HEAD", "/apps/shop").send().unwrap();
    assert_eq!((head.status().as_u16(), header(&head, "etag")), (200, header(&whole, "etag")));
    assert_eq!(head.bytes().unwrap().len(), 0);
    assert_eq!(heroku(&sandbox, "HEAD", "/apps/nobody").send().unwrap().status(), 404);
}

#[test]
fn an_answer_is_compressed_for_those_who_take_that() {
    let sandbox = Sandbox::start();
    let plain = sent(&sandbox, "/apps").bytes().unwrap();
    let asked =
        |coding: &str| heroku(&sandbox, "GET", "/apps").header("Accept-Encoding", coding).send().unwrap();
    let answer = asked("br;q=1.0, gzip;q=0.8");
    assert_eq!(header(&answer, "content-encoding"), "gzip");
    let (body, mut text) = (answer.bytes().unwrap(), Vec::new());
    std::io::Read::read_to_end(&mut flate2::read::GzDecoder::new(&*body), &mut text).unwrap();
    assert_eq!(text, plain);
    assert_eq!(header(&asked("gzip;q=0"), "content-encoding"), "");
    assert_eq!(asked("identity").bytes().unwrap(), plain);
}

#[test]
fn a_token_does_what_its_scope_covers() {
    let sandbox = Sandbox::start();
    let authorization = write(&sandbox, "POST", "/oauth/authorizations", json!({"scope": ["read"]}));
    let token = authorization["access_token"]["token"].as_str().unwrap();
    let status = |token: &str, method: &str, path: &str| {
        let request = bare(method, &format!("{}{path}", sandbox.url())).bearer_auth(token);
        request.header("Accept", VERSION).json(&json!({"maintenance": true})).send().unwrap()
    };
    let read = status(token, "GET", "/apps/shop");
    assert_eq!((read.status().as_u16(), header(&read, "oauth-scope")), (200, "read"));
    assert_eq!(error(status(token, "GET", "/apps/shop/config-vars")), (403, "forbidden".into()));
    assert_eq!(error(status(token, "PATCH", "/apps/shop")), (403, "forbidden".into()));
    assert_eq!(get(&sandbox, "/apps/shop")["maintenance"], false);
    assert_eq!(status(READ_ONLY_TOKEN, "GET", "/apps/shop/config-vars").status(), 200);
    let identity = write(&sandbox, "POST", "/oauth/authorizations", json!({"scope": ["identity"]}));
    let identity = identity["access_token"]["token"].as_str().unwrap();
    assert_eq!(status(identity, "GET", "/account").status(), 200);
    assert_eq!(error(status(identity, "GET", "/apps")), (403, "forbidden".into()));
}
