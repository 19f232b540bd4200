//! `rebuild`: the slug of the running commit, compiled again.

use serde_json::{Value, json};

use crate::support::sandbox::Sandbox;

fn plan(sandbox: &Sandbox, arguments: &[&str]) -> Value {
    let run = sandbox.command(arguments).assert().success();
    serde_json::from_slice(&run.get_output().stdout).unwrap()
}

#[test]
fn the_running_commit_is_built_again_without_a_checkout() {
    let sandbox = Sandbox::start();
    let before = sandbox.app("shop");
    let done = plan(&sandbox, &["rebuild", "-a", "shop", "--yes", "--json"]);
    assert_eq!(done["changes"][0]["result"], "done", "{done}");
    assert_eq!(done["changes"][0]["build"]["release"], "v42");
    let after = sandbox.app("shop");
    assert_eq!(after["slugs"].as_array().unwrap().len(), before["slugs"].as_array().unwrap().len() + 1);
    assert_eq!(after["slugs"].as_array().unwrap().last().unwrap()["commit"], done["changes"][0]["commit"]);
}

#[test]
fn a_rebuild_that_is_asked_for_again_builds_once() {
    let sandbox = Sandbox::start();
    let builds = |sandbox: &Sandbox| sandbox.writes().iter().filter(|line| line.ends_with("/builds")).count();
    let rebuild = ["rebuild", "-a", "shop", "--yes", "--json"];
    plan(&sandbox, &rebuild);
    let again = plan(&sandbox, &rebuild);
    assert_eq!((&again["changes"], builds(&sandbox)), (&json!([]), 1));
    let note = again["notes"][0]["message"].as_str().unwrap();
    assert!(note.contains("v42") && note.contains("dd-heroku rebuild --force -a shop"), "{note}");
    plan(&sandbox, &["rebuild", "-a", "shop", "--yes", "--json", "--force"]);
    assert_eq!(builds(&sandbox), 2);
    plan(
        &sandbox,
        &["config", "set", "-a", "shop", "DD_APM_ENABLED=false", "--no-rebuild", "--yes", "--json"],
    );
    plan(&sandbox, &rebuild);
    assert_eq!(builds(&sandbox), 3, "a setting that is compiled in has changed");
}

#[test]
fn the_cache_is_dropped_only_when_asked() {
    let sandbox = Sandbox::start();
    let drops =
        |sandbox: &Sandbox| sandbox.writes().iter().filter(|line| line.ends_with("/build-cache")).count();
    plan(&sandbox, &["rebuild", "-a", "shop", "--yes", "--json"]);
    assert_eq!(drops(&sandbox), 0);
    let done = plan(&sandbox, &["rebuild", "-a", "shop", "--yes", "--json", "--clear-cache"]);
    assert_eq!((drops(&sandbox), &done["changes"][0]["clear_cache"]), (1, &json!(true)));
}

#[test]
fn a_dry_run_builds_nothing() {
    let sandbox = Sandbox::start();
    let plan = plan(&sandbox, &["rebuild", "-a", "shop", "--json"]);
    assert_eq!((&plan["applied"], &plan["rebuilds"]), (&json!(false), &json!(1)));
    assert_eq!(sandbox.writes(), Vec::<String>::new());
}

#[test]
fn an_app_that_buildpacks_do_not_build_is_told_so() {
    let sandbox = Sandbox::start();
    let run = sandbox.command(&["rebuild", "-a", "imagery", "--yes"]).assert().code(1);
    let message = String::from_utf8_lossy(&run.get_output().stderr).into_owned();
    assert!(
        message.contains("not built by classic buildpacks") && message.contains("docker init"),
        "{message}"
    );
}

#[test]
fn a_limit_that_is_not_a_number_of_minutes_is_refused() {
    let sandbox = Sandbox::start();
    let mut command = sandbox.command(&["rebuild", "-a", "shop", "--yes"]);
    let run = command.env("DD_HEROKU_BUILD_MINUTES", "abc").assert().code(2);
    let message = String::from_utf8_lossy(&run.get_output().stderr).into_owned();
    assert!(message.contains("DD_HEROKU_BUILD_MINUTES is `abc`"), "{message}");
    assert_eq!(sandbox.writes(), [""; 0]);
}
