//! What Heroku's hyper-schema says, held against the sandbox: the answers to its GETs, and which bodies of its writes are taken.
//!
//! `tests/fixtures/heroku/schema.json` is `https://api.heroku.com/schema` without texts.

use std::process::Command;

use serde_json::{Value, json};

use super::client::write;
use crate::support::registries;
use crate::support::sandbox::{Sandbox, TOKEN, path};

const PACKAGES: [&str; 2] = ["jsonschema==4.26.0", "rfc3339-validator==0.1.4"];

#[test]
fn answers_have_the_form_of_the_hyper_schema() {
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
    let Some(counts) = counted(&sandbox, "reads.py") else { return };
    assert!(counts["fitting"].as_u64() >= Some(300), "{counts}");
}

#[test]
fn bodies_are_taken_and_refused_as_the_hyper_schema_says() {
    let sandbox = Sandbox::start();
    let Some(counts) = counted(&sandbox, "writes.py") else { return };
    assert!(counts["fitting"].as_u64() >= Some(160), "{counts}");
    assert!(counts["refused"].as_u64() >= Some(184), "{counts}");
    assert_eq!(counts["unknown"], 57, "links that the sandbox does not serve: {counts}");
}

/// The counts that a script prints, which must find nothing that differs.
fn counted(sandbox: &Sandbox, script: &str) -> Option<Value> {
    let python = registries::pypi(&PACKAGES)?;
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests");
    let ran = Command::new(python)
        .arg(format!("{folder}/sandbox/hyper_schema/{script}"))
        .args([sandbox.url(), TOKEN, &format!("{folder}/fixtures/heroku/schema.json")])
        .env_clear()
        .env("PATH", path())
        // No compiled files in the sources.
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .output()
        .unwrap();
    let text = String::from_utf8(ran.stdout).unwrap();
    assert!(ran.status.success(), "{text}{}", String::from_utf8_lossy(&ran.stderr));
    let counts = text.lines().last().unwrap();
    #[allow(clippy::print_stdout, reason = "the counts are what a reader of the test wants")]
    {
        println!("{script}: {counts}");
    }
    Some(serde_json::from_str(counts).unwrap())
}
