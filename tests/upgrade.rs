//! `upgrade` and `versions`.

use serde_json::{Value, json};

use crate::support::sandbox::Sandbox;

const KEY: &str = "c0ffee00c0ffee00c0ffee00c0ff3f9a";

fn run(sandbox: &Sandbox, arguments: &[&str], code: i32) -> Value {
    let run = sandbox.command(arguments).assert().code(code);
    serde_json::from_slice(&run.get_output().stdout).unwrap()
}

fn set_up(sandbox: &Sandbox, app: &str) {
    sandbox.command(&["init", "-a", app, "--yes", "-q"]).env("DD_API_KEY", KEY).assert().success();
}

fn slug_agent(sandbox: &Sandbox, app: &str) -> Value {
    sandbox.app(app)["slugs"].as_array().unwrap().last().unwrap()["agent"].clone()
}

#[test]
fn the_new_version_is_in_the_slug() {
    let sandbox = Sandbox::start();
    set_up(&sandbox, "shop");
    let upgrade = ["upgrade", "--agent-version", "7.80.0", "-a", "shop", "--yes", "--json"];
    let done = run(&sandbox, &upgrade, 0);
    assert_eq!((&done["applied"], &done["rebuilds"]), (&json!(true), &json!(1)));
    assert_eq!(slug_agent(&sandbox, "shop"), "7.80.0-1");
    assert_eq!(sandbox.app("shop")["config"]["DD_AGENT_VERSION"], "7.80.0-1");
    assert_eq!(run(&sandbox, &upgrade, 0)["changes"], json!([]));

    let newest = run(&sandbox, &["upgrade", "--agent-version", "latest", "-a", "shop", "--yes", "--json"], 0);
    assert_eq!(newest["notes"], json!([]));
    assert_eq!(slug_agent(&sandbox, "shop"), sandbox.app("shop")["config"]["DD_AGENT_VERSION"]);
    let older = run(&sandbox, &["upgrade", "--agent-version", "7.80.0", "-a", "shop", "--json"], 0);
    assert_eq!(older["notes"][0]["code"], "DDH046");
}

#[test]
fn a_build_that_fails_puts_the_variables_back() {
    let sandbox = Sandbox::start();
    set_up(&sandbox, "shop");
    sandbox
        .command(&["config", "set", "-a", "shop", "DD_HEROKU_SANDBOX_FAIL_BUILD=1", "--yes", "-q"])
        .assert()
        .success();
    let before = sandbox.app("shop")["config"].clone();
    let upgrade = [
        "upgrade",
        "--agent-version",
        "7.80.0",
        "--buildpack-version",
        "2.44",
        "-a",
        "shop",
        "--yes",
        "--json",
    ];
    let failed = run(&sandbox, &upgrade, 1);
    assert_eq!(failed["error"]["code"], "build_failed", "{failed:#}");
    let results: Vec<_> =
        failed["changes"].as_array().unwrap().iter().map(|item| item["result"].clone()).collect();
    assert_eq!(results, ["rolled_back", "rolled_back", "failed"], "{failed:#}");
    let after = sandbox.app("shop");
    assert_eq!(after["config"], before);
    assert!(!after["buildpacks"].to_string().contains("2.44"));

    let keep = run(&sandbox, &[&upgrade[..], &["--keep"]].concat(), 1);
    assert_eq!(keep["error"]["code"], "build_failed");
    assert_eq!(sandbox.app("shop")["config"]["DD_AGENT_VERSION"], "7.80.0-1");
}

#[test]
fn a_version_that_does_not_exist_is_refused_before_anything_is_asked_of_heroku() {
    let sandbox = Sandbox::start();
    let run = sandbox.command(&["upgrade", "--agent-version", "7.79.99", "-a", "shop"]).assert().code(2);
    let message = String::from_utf8_lossy(&run.get_output().stderr).into_owned();
    assert!(message.contains("there is no Agent 7.79.99") && message.contains("7.80.0-1"), "{message}");
    assert!(sandbox.journal().iter().all(|line| !line["path"].as_str().unwrap().starts_with("/apps")));
}

#[test]
fn an_upgrade_can_be_promoted() {
    let sandbox = Sandbox::start();
    set_up(&sandbox, "shop-staging");
    let upgrade = ["upgrade", "--agent-version", "7.80.0", "--promote", "-a", "shop-staging", "--yes", "-q"];
    sandbox.command(&upgrade).assert().success();
    let newest = |app: &str| sandbox.app(app)["releases"].as_array().unwrap().last().unwrap()["slug"].clone();
    assert_eq!(slug_agent(&sandbox, "shop"), "7.80.0-1");
    assert!(newest("shop").is_string());
}

#[test]
fn versions_are_listed_with_what_the_apps_have() {
    let sandbox = Sandbox::start();
    set_up(&sandbox, "shop");
    sandbox
        .command(&["upgrade", "--agent-version", "7.80.0", "-a", "shop", "--yes", "-q"])
        .assert()
        .success();
    let listed = run(&sandbox, &["versions", "-a", "shop", "-a", "legacy", "--json"], 0);
    assert!(listed["agent"].as_array().unwrap().contains(&json!("7.80.0-1")), "{listed}");
    assert_eq!(
        listed["apps"][0],
        json!({"app": "shop", "wanted": "7.80.0-1", "built": "7.80.0-1", "buildpack": "newest"})
    );
    let run = sandbox.command(&["versions"]).assert().success();
    let screen = String::from_utf8(run.get_output().stdout.clone()).unwrap();
    assert!(screen.starts_with("Agent 7    ") && screen.contains("buildpack  2.44"), "{screen}");
}
