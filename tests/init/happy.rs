//! What `init` does where nothing goes wrong, and the JSON it says so in.

use serde_json::{Value, json};
use snapbox::{Data, assert_data_eq};

use super::{APPS, document, init, kinds, set_up};
use crate::support::sandbox::Sandbox;

/// The version to ask for: what `legacy` has pinned exists no more.
fn version(app: &str) -> &'static [&'static str] {
    if app == "legacy" { &["--agent-version", "6.53.1"] } else { &[] }
}

#[test]
fn each_app_gets_what_can_be_done_for_it() {
    let sandbox = Sandbox::start();
    for app in APPS {
        let (plan, code) = document(&mut init(&sandbox, &["-a", app, "--json"]));
        assert_eq!(code, 0, "{app}");
        let known = format!("{}/tests/init/snapshots/plans/{app}.json", env!("CARGO_MANIFEST_DIR"));
        assert_data_eq!(format!("{plan:#}\n"), Data::read_from(known.as_ref(), None).raw());

        let receipt = set_up(&sandbox, app, version(app));
        assert_eq!(receipt["applied"], true, "{app}");
        let results = receipt["changes"].as_array().unwrap().iter().map(|change| &change["result"]);
        assert!(results.clone().all(|result| result == "done"), "{app}: {receipt:#}");
        assert!(receipt.get("error").is_none(), "{app}");
    }
}

#[test]
fn a_second_init_changes_nothing() {
    let sandbox = Sandbox::start();
    for app in APPS {
        set_up(&sandbox, app, &[&["--logs"], version(app)].concat());
        let writes = sandbox.writes().len();
        let second = set_up(&sandbox, app, &["--logs"]);
        assert_eq!(second["changes"], json!([]), "{app}");
        assert_eq!((&second["restarts"], &second["rebuilds"]), (&json!(0), &json!(0)), "{app}");
        assert_eq!(sandbox.writes().len(), writes, "{app}");
    }
}

#[test]
fn a_dry_run_writes_nothing() {
    let sandbox = Sandbox::start();
    for app in APPS {
        for flags in
            [&["--dry-run"][..], &["--dry-run", "--json"], &["-n", "--logs", "--rebuild"], &["--json"]]
        {
            let _ = init(&sandbox, &["-a", app]).args(flags).output().unwrap();
        }
    }
    assert_eq!(sandbox.writes(), [""; 0]);
    assert!(sandbox.journal().len() > APPS.len() * 4 * 7, "they did read");
}

#[test]
fn pending_changes_are_told_by_the_exit_code_where_asked_for() {
    let sandbox = Sandbox::start();
    init(&sandbox, &["-a", "shop", "--dry-run"]).assert().code(0);
    init(&sandbox, &["-a", "shop", "--dry-run", "--exit-code"]).assert().code(3);
    init(&sandbox, &["-a", "shop", "--json", "--exit-code"]).assert().code(3);
    init(&sandbox, &["-a", "shop", "--yes", "--exit-code"]).assert().code(0);
    init(&sandbox, &["-a", "shop", "--dry-run", "--exit-code"]).assert().code(0);
}

#[test]
fn the_json_of_a_rebuild_names_the_build_and_its_release() {
    let sandbox = Sandbox::start();
    let receipt = set_up(&sandbox, "shop", &[]);
    let rebuild = receipt["changes"].as_array().unwrap().last().unwrap();
    let app = sandbox.app("shop");
    let build = app["builds"].as_array().unwrap().last().unwrap();
    assert_eq!(
        *rebuild,
        json!({
            "kind": "rebuild",
            "commit": "057ede8448099d1308533302ad20ffe69309c56f",
            "result": "done",
            "build": {"id": build["id"], "status": "succeeded", "release": "v45"},
        })
    );
}

#[test]
fn the_json_never_holds_the_key() {
    let sandbox = Sandbox::start();
    let receipt = set_up(&sandbox, "shop", &["--logs"]);
    let changes = receipt["changes"].as_array().unwrap();
    let key = changes.iter().find(|change| change["key"] == "DD_API_KEY").unwrap();
    assert_eq!(
        *key,
        json!({"kind": "config.set", "key": "DD_API_KEY", "before": null, "secret": true, "result": "done"})
    );
    let drain = changes.iter().find(|change| change["kind"] == "drain.add").unwrap();
    assert_eq!(
        *drain,
        json!({"kind": "drain.add", "host": "http-intake.logs.datadoghq.com", "result": "done"})
    );
}

#[test]
fn several_apps_are_one_array() {
    let sandbox = Sandbox::start();
    let apps = |document: &Value| -> Vec<String> {
        document.as_array().unwrap().iter().map(|item| item["app"].as_str().unwrap().to_owned()).collect()
    };
    let (two, _) = document(&mut init(&sandbox, &["-a", "shop", "-a", "mobile-api", "--json", "--yes"]));
    assert_eq!(apps(&two), ["shop", "mobile-api"]);
    assert!(two.as_array().unwrap().iter().all(|item| item["applied"] == true));

    let (pipeline, _) = document(&mut init(&sandbox, &["--pipeline", "shop", "--json"]));
    let mut names = apps(&pipeline);
    names.sort();
    assert_eq!(names, ["shop", "shop-staging"]);
    let staging = pipeline.as_array().unwrap().iter().find(|item| item["app"] == "shop-staging").unwrap();
    assert!(!kinds(staging).is_empty());

    let (named_twice, _) = document(&mut init(&sandbox, &["-a", "vault", "-a", "vault", "--json"]));
    assert_eq!(apps(&named_twice), ["vault"]);
}

#[test]
fn every_flag_reaches_the_plan() {
    let sandbox = Sandbox::start();
    let flags = [
        "-a",
        "shop",
        "--json",
        "--site",
        "us5",
        "--env",
        "production",
        "--service",
        "shop",
        "--tags",
        "team:web,tier:1",
        "--agent-version",
        "7.80.0",
        "--buildpack-version",
        "2.44",
        "--no-dyno-host",
        "--no-apm",
        "--process-agent",
        "--no-host-metrics",
        "--integrations",
        "redis",
        "--logs",
        "--no-rebuild",
    ];
    let (plan, _) = document(&mut init(&sandbox, &flags));
    let changes = plan["changes"].as_array().unwrap();
    let set: Vec<_> = changes
        .iter()
        .filter(|change| change["kind"] == "config.set" && change["secret"] != true)
        .map(|change| format!("{}={}", change["key"].as_str().unwrap(), change["after"].as_str().unwrap()))
        .collect();
    assert_eq!(
        set,
        [
            "DD_AGENT_VERSION=7.80.0-1",
            "DD_APM_ENABLED=false",
            "DD_DISABLE_HOST_METRICS=true",
            "DD_DYNO_HOST=false",
            "DD_ENABLE_HEROKU_REDIS=true",
            "DD_ENV=production",
            "DD_PROCESS_AGENT=true",
            "DD_SERVICE=shop",
            "DD_SITE=us5.datadoghq.com",
            "DD_TAGS=team:web,tier:1",
        ]
    );
    let buildpacks = changes.iter().find(|change| change["kind"] == "buildpacks.set").unwrap();
    assert_eq!(
        buildpacks["after"],
        json!([
            "heroku-community/apt",
            "https://github.com/DataDog/heroku-buildpack-datadog.git#2.44",
            "heroku/ruby"
        ])
    );
    assert!(changes.iter().any(|change| change["host"] == "http-intake.logs.us5.datadoghq.com"));
    assert_eq!(plan["rebuilds"], 0);
}

#[test]
fn the_key_comes_from_stdin_then_from_the_environment_then_from_the_app() {
    let sandbox = Sandbox::start();
    let with_last = |plan: &Value| plan["changes"].to_string().contains("DD_API_KEY");
    let (piped, _) = document(
        sandbox
            .command(&["init", "-a", "shop", "--json", "--yes", "--api-key-stdin"])
            .write_stdin(format!("{}\n", super::CANARY)),
    );
    assert!(with_last(&piped));
    // The app has it now: the same from the environment, or none at all, changes nothing.
    let (from_variable, _) = document(&mut init(&sandbox, &["-a", "shop", "--json"]));
    assert_eq!(from_variable["changes"], json!([]));
    let (single, _) = document(&mut sandbox.command(&["init", "-a", "shop", "--json"]));
    assert_eq!(single["changes"], json!([]));
}
