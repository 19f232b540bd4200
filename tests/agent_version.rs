//! The Agent version that is typed, sent as the app's buildpack takes it; a stored one that it does not take.

use serde_json::{Value, json};

use crate::sandbox::client::write;
use crate::support::sandbox::Sandbox;

const OURS: &str = "https://example.com/dd-heroku-buildpack.tgz";

fn run(sandbox: &Sandbox, arguments: &[&str], code: i32) -> Value {
    sandbox.command(arguments).env("DD_API_KEY", "c".repeat(32)).json(code)
}

/// The version that a plan would set.
fn planned(plan: &Value) -> Option<&str> {
    let mut changes = plan["changes"].as_array()?.iter();
    changes.find(|change| change["key"] == "DD_AGENT_VERSION")?["after"].as_str()
}

#[test]
fn every_form_is_sent_whole_to_datadogs_buildpack() {
    let sandbox = Sandbox::start();
    for (typed, sent) in [
        ("7.80.0", "7.80.0-1"),
        ("7.80", "7.80.2-1"),
        ("7", "7.81.2-1"),
        ("latest", "7.81.2-1"),
        ("LATEST", "7.81.2-1"),
        ("v7.60.1", "7.60.1-1"),
        ("1:7.60.1-1", "7.60.1-1"),
        ("6.53.1-1_amd64", "6.53.1-1"),
        ("6", "6.53.1-1"),
    ] {
        let variable = format!("DD_AGENT_VERSION={typed}");
        for command in [
            &["config", "set", &variable, "-a", "shop"][..],
            &["init", "-a", "shop", "--agent-version", typed],
            &["init", "-a", "legacy", "--agent-version", typed],
        ] {
            let plan = run(&sandbox, &[command, &["--dry-run", "--json"]].concat(), 0);
            assert_eq!(planned(&plan), Some(sent), "{command:?}");
        }
    }
    run(&sandbox, &["init", "-a", "shop", "--yes", "--json"], 0);
    for typed in ["7.80", "7.80.2", "v7.80.2-1_amd64"] {
        let plan = run(&sandbox, &["upgrade", "--agent-version", typed, "-a", "shop", "-n", "--json"], 0);
        assert_eq!(planned(&plan), Some("7.80.2-1"), "{typed}");
    }
}

#[test]
fn our_buildpack_gets_the_form_that_was_typed() {
    let sandbox = Sandbox::start();
    run(&sandbox, &["init", "-a", "shop", "--buildpack-url", OURS, "--no-rebuild", "--yes", "--json"], 0);
    for (typed, sent) in [("7.80", "7.80"), ("latest", "latest"), ("v7.80.0", "7.80.0")] {
        let variable = format!("DD_AGENT_VERSION={typed}");
        let plan = run(&sandbox, &["config", "set", &variable, "-a", "shop", "-n", "--json"], 0);
        assert_eq!(planned(&plan), Some(sent));
    }
}

#[test]
fn without_the_package_repository_a_version_is_completed_where_that_can_be_told() {
    let sandbox = Sandbox::start();
    let set = |version: &str, code: i32| {
        let variable = format!("DD_AGENT_VERSION={version}");
        run(&sandbox, &["config", "set", &variable, "-a", "shop", "--no-verify", "-n", "--json"], code)
    };
    assert_eq!(planned(&set("7.80.0", 0)), Some("7.80.0-1"));
    assert_eq!(planned(&set("7.81", 0)), Some("7.81.2-1"));
    assert!(set("7.80", 2)["error"]["message"].as_str().unwrap().contains("whole versions only"));
}

#[test]
fn a_stored_version_that_the_buildpack_cannot_build_is_found_and_fixed() {
    let sandbox = Sandbox::start();
    run(&sandbox, &["init", "-a", "shop", "--yes", "--json"], 0);
    for (stored, fixed) in [
        ("7.80.0", Some("7.80.0-1")),
        ("latest", Some("7.81.2-1")),
        ("7", Some("7.81.2-1")),
        ("7.80", Some("7.80.2-1")),
        ("v7.60.1-1", Some("7.60.1-1")),
        ("'7.60.1-1'", Some("7.60.1-1")),
        (" 7.60.1-1", Some("7.60.1-1")),
        ("7.60.1-1", None),
    ] {
        write(&sandbox, "PATCH", "/apps/shop/config-vars", json!({"DD_AGENT_VERSION": stored}));
        let report = run(&sandbox, &["doctor", "-a", "shop", "--json"], 3);
        let finding =
            report["findings"].as_array().unwrap().iter().find(|finding| finding["code"] == "DDH072");
        assert_eq!(finding.is_some(), fixed.is_some(), "{stored}: {report}");
        if let Some(finding) = finding {
            assert_eq!(planned(&json!({ "changes": finding["fix"] })), fixed, "{stored}");
            let plan = run(&sandbox, &["doctor", "--fix", "-a", "shop", "-n", "--json"], 0);
            assert_eq!(planned(&plan), fixed, "{stored}");
        }
    }
    write(&sandbox, "PATCH", "/apps/shop/config-vars", json!({"DD_AGENT_VERSION": ""}));
    let report = run(&sandbox, &["doctor", "-a", "shop", "--json"], 3);
    let findings = report["findings"].as_array().unwrap();
    let empty = findings.iter().find(|finding| finding["code"] == "DDH072").expect("an empty one is found");
    assert_eq!(empty["fix"][0], json!({"kind": "config.unset", "key": "DD_AGENT_VERSION", "before": ""}));
}
