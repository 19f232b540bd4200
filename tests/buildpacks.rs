//! `buildpacks`: order and pins.

use serde_json::{Value, json};

use crate::support::sandbox::Sandbox;

const DATADOG: &str = "https://github.com/DataDog/heroku-buildpack-datadog.git";

fn document(sandbox: &Sandbox, arguments: &[&str]) -> Value {
    let run = sandbox.command(arguments).assert().success();
    serde_json::from_slice(&run.get_output().stdout).unwrap()
}

#[test]
fn the_wrong_order_is_shown_and_fixed_once() {
    let sandbox = Sandbox::start();
    let shown = document(&sandbox, &["buildpacks", "show", "-a", "legacy", "--json"]);
    assert_eq!(shown["problems"].as_array().unwrap().len(), 3, "{shown}");
    assert_eq!(shown["buildpacks"][0]["pin"], "1.31");

    let fix = ["buildpacks", "fix", "-a", "legacy", "--no-rebuild", "--yes", "--json"];
    document(&sandbox, &fix);
    let pinned = format!("{DATADOG}#1.31");
    assert_eq!(sandbox.app("legacy")["buildpacks"], json!(["heroku-community/apt", pinned, "heroku/python"]));
    assert_eq!(document(&sandbox, &fix)["changes"], json!([]));
    let shown = document(&sandbox, &["buildpacks", "show", "-a", "legacy", "--json"]);
    assert_eq!(shown["problems"], json!([]));
}

#[test]
fn a_pin_is_set_and_taken_away() {
    let sandbox = Sandbox::start();
    let fails = sandbox.command(&["buildpacks", "pin", "2.44", "-a", "shop", "--yes"]).assert().code(1);
    assert!(String::from_utf8_lossy(&fails.get_output().stderr).contains("dd-heroku init -a shop"));

    let of = |arguments: &[&str]| {
        document(&sandbox, &[arguments, &["-a", "legacy", "--no-rebuild", "--yes", "--json"]].concat());
        sandbox.app("legacy")["buildpacks"][1].clone()
    };
    assert_eq!(of(&["buildpacks", "pin", "2.44"]), format!("{DATADOG}#2.44"));
    assert_eq!(of(&["buildpacks", "unpin"]), DATADOG);
    let plan = document(&sandbox, &["buildpacks", "pin", "master", "-a", "legacy", "--no-rebuild", "--json"]);
    assert_eq!(plan["notes"][0]["code"], "DDH014");
}

#[test]
fn an_empty_release_is_not_pinned() {
    let sandbox = Sandbox::start();
    for release in ["", "#", " "] {
        for arguments in
            [["buildpacks", "pin", release].as_slice(), &["upgrade", "--buildpack-version", release]]
        {
            let run = sandbox.command(&[arguments, &["-a", "legacy", "--yes"]].concat()).assert().code(2);
            assert!(String::from_utf8_lossy(&run.get_output().stderr).contains("is empty"), "{arguments:?}");
        }
    }
}
