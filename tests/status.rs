//! `status`: one app in full, many in a table.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::support::sandbox::Sandbox;

const KEY: &str = "c0ffee00c0ffee00c0ffee00c0ff3f9a";

fn document(sandbox: &Sandbox, arguments: &[&str]) -> Value {
    let run = sandbox.command(arguments).assert().success();
    serde_json::from_slice(&run.get_output().stdout).unwrap()
}

#[test]
fn an_app_that_was_set_up_shows_all_of_it() {
    let sandbox = Sandbox::start();
    sandbox
        .command(&["init", "-a", "shop", "--yes", "-q", "--logs"])
        .env("DD_API_KEY", KEY)
        .assert()
        .success();
    let status = document(&sandbox, &["status", "-a", "shop", "--json"]);
    assert_eq!(status["key"], json!({"set": true, "last4": "3f9a", "valid": true}));
    assert_eq!((&status["buildpack"]["position"], &status["rebuild_due"]), (&json!(2), &json!([])));
    assert_eq!(status["slug"]["commit"], "057ede8448099d1308533302ad20ffe69309c56f");
    assert_eq!(status["integrations"], json!(["redis", "postgres"]));
    assert_eq!(status["features"]["runtime-dyno-metadata"], true);
    assert_eq!(status["dynos"]["web"]["up"], 2);
    let size = json!({ "size": "Standard-1X", "memory_mb": 512 });
    assert_eq!(status["dyno_sizes"]["web"], size);
    assert_eq!(status["drains"][0]["datadog"], true);
    assert!(!status.to_string().contains(KEY));

    let run = sandbox.command(&["status", "-a", "shop"]).assert().success();
    let screen = String::from_utf8(run.get_output().stdout.clone()).unwrap();
    for expected in ["••••3f9a accepted", "DataDog/heroku-buildpack-datadog", "057ede8 (v", "2 web up"]
    {
        assert!(screen.contains(expected), "{expected}\n{screen}");
    }
}

#[test]
fn what_waits_for_a_rebuild_is_named() {
    let sandbox = Sandbox::start();
    sandbox
        .command(&["config", "set", "-a", "legacy", "DD_PROCESS_AGENT=true", "--yes", "-q"])
        .assert()
        .success();
    let status = document(&sandbox, &["status", "-a", "legacy", "--json", "--no-verify"]);
    assert_eq!(status["rebuild_due"], json!(["DD_APM_ENABLED", "DD_PROCESS_AGENT"]));
    assert_eq!(
        (&status["key"]["valid"], &status["agent"]["built"]),
        (&Value::Null, &json!("6.16.1-1_amd64"))
    );
}

#[test]
fn many_apps_cost_eight_requests_each_and_one_question_a_key() {
    let sandbox = Sandbox::start();
    let apps = ["shop", "shop-staging", "mobile-api", "legacy", "imagery", "vault", "fjord"];
    let mut arguments = vec!["status", "--json"];
    for app in apps {
        arguments.extend(["-a", app]);
    }
    let all = document(&sandbox, &arguments);
    assert_eq!(
        all.as_array().unwrap().iter().map(|item| item["app"].as_str().unwrap()).collect::<Vec<_>>(),
        apps
    );
    let mut requests: BTreeMap<String, usize> = BTreeMap::new();
    for line in sandbox.journal() {
        let path = line["path"].as_str().unwrap().to_owned();
        *requests.entry(path.split('/').take(3).collect::<Vec<_>>().join("/")).or_default() += 1;
    }
    // Where a setting that is compiled in was changed since the build, its config vars are read too; Fir apps have
    // telemetry drains.
    let most = |app: &str| if ["legacy", "fjord"].contains(&app) { 9 } else { 8 };
    assert!(apps.iter().all(|app| requests[&format!("/apps/{app}")] <= most(app)), "{requests:?}");
    assert_eq!(requests["/datadog/api"], 1);
    assert_eq!(sandbox.writes(), Vec::<String>::new());
}

#[test]
fn a_pipeline_is_a_table() {
    let sandbox = Sandbox::start();
    let run = sandbox.command(&["status", "--pipeline", "shop"]).assert().success();
    let screen = String::from_utf8(run.get_output().stdout.clone()).unwrap();
    let lines: Vec<_> = screen.lines().collect();
    assert!(lines[0].starts_with("APP") && lines.len() == 3, "{screen}");
    assert!(lines.iter().any(|line| line.starts_with("shop-staging")), "{screen}");
}

#[test]
fn a_fir_app_shows_its_telemetry_drain() {
    let sandbox = Sandbox::start();
    let init = ["init", "-a", "fjord", "--yes", "--json"];
    sandbox.command(&init).env("DD_API_KEY", KEY).assert().success();
    let status = document(&sandbox, &["status", "fjord", "--json"]);
    let drain = &status["drains"][0];
    assert_eq!(drain["datadog"], true, "{status:#}");
    assert_eq!(drain["signals"], serde_json::json!(["traces", "metrics", "logs"]), "{status:#}");
    assert!(!drain.to_string().contains(KEY), "{drain}");
    let run = sandbox.command(&["status", "fjord"]).assert().success();
    let screen = String::from_utf8(run.get_output().stdout.clone()).unwrap();
    assert!(screen.contains("drains") && screen.contains("(traces,"), "{screen}");
}
