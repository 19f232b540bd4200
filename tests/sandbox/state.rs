//! What stays when the sandbox ends, and what never gets into its journal.

use serde_json::json;

use super::client::{get, write};
use crate::support::sandbox::Sandbox;
use dd_heroku::sandbox::DEMO_KEY;

#[test]
fn what_was_written_is_there_after_a_restart() {
    let mut sandbox = Sandbox::start();
    write(&sandbox, "PATCH", "/apps/shop/config-vars", json!({"DD_SITE": "datadoghq.eu"}));
    write(&sandbox, "PATCH", "/apps/shop/features/runtime-dyno-metadata", json!({"enabled": true}));
    let before = sandbox.app("shop");
    sandbox.restart();
    assert_eq!(sandbox.app("shop"), before);
    assert_eq!(get(&sandbox, "/apps/shop/config-vars")["DD_SITE"], "datadoghq.eu");
    assert_eq!(get(&sandbox, "/apps/shop/features/runtime-dyno-metadata")["enabled"], true);
}

#[test]
fn no_secret_is_ever_in_the_journal() {
    let sandbox = Sandbox::start();
    let drain = format!("https://http-intake.logs.datadoghq.com/api/v2/logs?dd-api-key={DEMO_KEY}&host=shop");
    write(&sandbox, "PATCH", "/apps/shop/config-vars", json!({"DD_API_KEY": DEMO_KEY, "DD_SITE": null}));
    write(&sandbox, "POST", "/apps/shop/log-drains", json!({"url": drain}));
    let text = sandbox.journal_text();
    assert!(!text.contains(DEMO_KEY) && !text.contains(dd_heroku::sandbox::TOKEN), "{text}");
    let journal = sandbox.journal();
    assert_eq!(journal[0]["body"], json!({"DD_API_KEY": "••••", "DD_SITE": null}));
    assert_eq!(journal[1]["path"], "/apps/shop/log-drains");
    assert_eq!(sandbox.writes(), ["PATCH /apps/shop/config-vars", "POST /apps/shop/log-drains"]);
}

#[test]
fn a_second_process_is_told_that_the_state_is_in_use() {
    let sandbox = Sandbox::start();
    let output = sandbox
        .command(&["sandbox", "serve", "--port", "0"])
        .env("DD_HEROKU_SANDBOX_STATE", sandbox.state_file())
        .output()
        .unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("another process is using the sandbox state"), "{said}");
    assert!(said.contains("DD_HEROKU_SANDBOX_STATE"), "{said}");
}

#[test]
fn a_damaged_state_names_the_command_that_fixes_it() {
    let sandbox = Sandbox::start();
    let file = sandbox.home().join("state.json");
    let run = |arguments: &[&str]| {
        let output = sandbox.command(arguments).env("DD_HEROKU_SANDBOX_STATE", &file).output().unwrap();
        (
            output.status.code(),
            String::from_utf8(output.stdout).unwrap(),
            String::from_utf8(output.stderr).unwrap(),
        )
    };
    for damage in ["{", "{\"format\": 1}", "{\"format\":2,\"sealed\":\"AAAA\"}", ""] {
        std::fs::write(&file, damage).unwrap();
        let (code, _, said) = run(&["sandbox", "show"]);
        assert_eq!(code, Some(1));
        assert!(said.contains("state.json") && said.contains("dd-heroku sandbox reset"), "{said}");
    }
    assert_eq!(run(&["sandbox", "reset"]).0, Some(0));
    let (code, shown, _) = run(&["sandbox", "show"]);
    assert_eq!(code, Some(0));
    assert!(shown.contains("shop          heroku-24  v41      057ede8  121 MB"), "{shown}");
}

#[test]
fn show_prints_one_json_document_without_secrets() {
    let sandbox = Sandbox::start();
    let output = sandbox
        .command(&["sandbox", "show", "--json"])
        .env("DD_HEROKU_SANDBOX_STATE", sandbox.state_file())
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let shown: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(shown["apps"][0]["name"], "shop");
    for app in sandbox.state()["apps"].as_array().unwrap() {
        for (name, value) in app["config"].as_object().unwrap() {
            let value = value.as_str().unwrap();
            assert!(value.len() < 16 || !text.contains(value), "{name} is shown");
        }
    }
}

#[test]
fn no_secret_lies_in_clear_in_the_state() {
    let sandbox = Sandbox::start();
    let drain = format!("https://http-intake.logs.datadoghq.com/api/v2/logs?dd-api-key={DEMO_KEY}&host=shop");
    write(&sandbox, "PATCH", "/apps/shop/config-vars", json!({"DD_API_KEY": DEMO_KEY}));
    write(&sandbox, "POST", "/apps/shop/log-drains", json!({"url": drain}));
    assert_eq!(sandbox.app("shop")["config"]["DD_API_KEY"], DEMO_KEY);
    let text = std::fs::read_to_string(sandbox.state_file()).unwrap();
    assert!(!text.contains(DEMO_KEY) && !text.contains("postgres://"), "{text}");
    let key = sandbox.state_file().with_extension("key");
    let mode = std::os::unix::fs::PermissionsExt::mode(&key.metadata().unwrap().permissions());
    assert_eq!(mode & 0o777, 0o600);
    std::fs::remove_file(key).unwrap();
    assert!(dd_heroku::sandbox::state(&sandbox.state_file()).is_err());
}
