//! Every answer of the sandbox to a GET of Heroku's hyper-schema has the form that the schema gives it.
//!
//! `tests/fixtures/heroku/schema.json` is `https://api.heroku.com/schema` without texts and without links that write.

use std::process::Command;

use serde_json::{Value, json};

use super::client::write;
use crate::support::registries;
use crate::support::sandbox::{Sandbox, TOKEN};

const PACKAGES: [&str; 2] = ["jsonschema==4.26.0", "rfc3339-validator==0.1.4"];

#[test]
fn answers_have_the_form_of_the_hyper_schema() {
    let Some(python) = registries::pypi(&PACKAGES) else { return };
    let sandbox = Sandbox::start();
    // What begins empty gets something to read.
    for (path, body) in [
        ("/apps/shop/log-drains", json!({"url": "syslog+tls://logs.example.com:1234"})),
        ("/apps/mobile-api/collaborators", json!({"user": "ann@example.com"})),
        ("/apps/mobile-api/domains", json!({"hostname": "api.example.com", "sni_endpoint": null})),
        ("/apps/shop/dynos", json!({"command": "true"})),
    ] {
        write(&sandbox, "POST", path, body);
    }
    sandbox.command(&["init", "-a", "shop", "--yes"]).env("DD_API_KEY", "c".repeat(32)).assert().success();
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests");
    let ran = Command::new(python)
        .arg(format!("{folder}/sandbox/hyper_schema.py"))
        .args([sandbox.url(), TOKEN, &format!("{folder}/fixtures/heroku/schema.json")])
        .output()
        .unwrap();
    let text = String::from_utf8(ran.stdout).unwrap();
    assert!(ran.status.success(), "{text}{}", String::from_utf8_lossy(&ran.stderr));
    let counts: Value = serde_json::from_str(text.lines().last().unwrap()).unwrap();
    assert!(counts["fitting"].as_u64() >= Some(300), "{counts}");
}
