//! `remove`: the app is as it was before `init`.

use serde_json::{Value, json};

use crate::support::sandbox::Sandbox;

const KEY: &str = "c0ffee00c0ffee00c0ffee00c0ff3f9a";

/// What `init` may change of an app.
fn state(sandbox: &Sandbox, app: &str) -> Value {
    let app = sandbox.app(app);
    let drains: Vec<_> = app["drains"].as_array().unwrap().iter().map(|drain| drain["url"].clone()).collect();
    let slug = app["slugs"].as_array().unwrap().last().map(|slug| json!([slug["commit"], slug["agent"]]));
    json!({ "config": app["config"], "features": app["features"], "buildpacks": app["buildpacks"], "drains": drains, "slug": slug })
}

#[test]
fn every_app_is_as_before_init() {
    for app in ["shop", "shop-staging", "mobile-api", "imagery", "vault", "fjord"] {
        let sandbox = Sandbox::start();
        let before = state(&sandbox, app);
        sandbox
            .command(&["init", "-a", app, "--yes", "-q", "--logs"])
            .env("DD_API_KEY", KEY)
            .assert()
            .success();
        assert_ne!(state(&sandbox, app), before, "{app}");
        let remove = ["remove", "-a", app, "--confirm", app, "--yes", "-q"];
        sandbox.command(&remove).assert().success();
        assert_eq!(state(&sandbox, app), before, "{app}");
        let writes = sandbox.writes();
        sandbox.command(&remove).assert().success();
        assert_eq!(sandbox.writes(), writes, "{app}: a second removal changes nothing");
    }
}

#[test]
fn the_app_has_to_be_named_once_more() {
    let sandbox = Sandbox::start();
    let run = sandbox.command(&["remove", "-a", "legacy", "--yes"]).assert().code(2);
    assert!(String::from_utf8_lossy(&run.get_output().stderr).contains("--confirm legacy"));
    sandbox.command(&["remove", "-a", "legacy", "--yes", "--confirm", "shop"]).assert().code(2);
    assert_eq!(sandbox.writes(), Vec::<String>::new());
}

#[test]
fn what_is_kept_stays_and_the_rest_of_an_old_set_up_goes() {
    let sandbox = Sandbox::start();
    let remove = ["remove", "-a", "legacy", "--confirm", "legacy", "--keep", "DD_TAGS", "--yes", "-q"];
    sandbox.command(&remove).assert().success();
    let after = state(&sandbox, "legacy");
    let names: Vec<_> = after["config"]
        .as_object()
        .unwrap()
        .keys()
        .filter(|name| name.contains("DD_") || name.contains("DATADOG") || name.contains("HEROKU_REDIS"))
        .collect();
    assert_eq!(names, ["DD_TAGS"], "{after:#}");
    assert_eq!(after["buildpacks"], json!(["heroku-community/apt", "heroku/python"]));
    assert_eq!(after["drains"], json!([]));
}

#[test]
fn the_block_goes_and_the_rest_of_the_script_stays() {
    let sandbox = Sandbox::start();
    let folder = tempfile::tempdir().unwrap();
    for arguments in [vec!["init", "-q"], vec!["remote", "add", "heroku", "https://git.heroku.com/shop.git"]]
    {
        assert!(
            std::process::Command::new("git")
                .args(arguments)
                .current_dir(folder.path())
                .status()
                .unwrap()
                .success()
        );
    }
    let script = folder.path().join("datadog/prerun.sh");
    std::fs::create_dir(folder.path().join("datadog")).unwrap();
    for mine in [None, Some("#!/bin/bash\nexport MINE=1\n")] {
        if let Some(mine) = mine {
            std::fs::write(&script, mine).unwrap();
        }
        let run = |arguments: &[&str]| {
            sandbox.command(arguments).current_dir(folder.path()).env("DD_API_KEY", KEY).assert().success();
        };
        run(&["init", "--yes", "-q", "--no-rebuild"]);
        assert!(std::fs::read_to_string(&script).unwrap().contains(">>> dd-heroku"));
        run(&["remove", "--confirm", "shop", "--yes", "-q", "--no-rebuild"]);
        assert_eq!(std::fs::read_to_string(&script).ok().as_deref(), mine);
    }
}

#[test]
fn what_stays_at_datadog_is_named_with_the_command_that_removes_it() {
    let sandbox = Sandbox::start();
    let app_key = "0123456789abcdef0123456789abcdef01234567";
    let json = |arguments: &[&str], with_app_key: bool| -> Value {
        let mut command = sandbox.command(arguments);
        command.env("DD_API_KEY", KEY);
        if with_app_key {
            command.env("DD_APP_KEY", app_key);
        }
        command.json(0)
    };
    let notes = |document: &Value| -> Vec<String> {
        let all = document["notes"].as_array().unwrap().iter();
        let messages = all.map(|note| note["message"].as_str().unwrap().to_owned());
        messages.filter(|message| message.contains("at Datadog")).collect()
    };
    json(&["init", "-a", "shop", "--yes", "--no-rebuild", "--json"], false);
    let plan = ["remove", "-a", "shop", "--dry-run", "--json"];
    assert_eq!(notes(&json(&plan, true)), [""; 0], "nothing is left");
    json(&["metrics", "enable", "-a", "shop", "--dashboard", "--yes", "--json"], true);
    let known = notes(&json(&plan, true));
    for part in [
        "11 log-based metrics",
        "log pipeline `",
        "dashboard `",
        "dd-heroku metrics disable -a shop --at-datadog",
    ] {
        assert!(known[0].contains(part), "{known:?}");
    }
    let unknown = notes(&json(&plan, false));
    assert!(unknown[0].contains("if any") && unknown[0].contains("--at-datadog"), "{unknown:?}");
}
