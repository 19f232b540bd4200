//! `rotate-key`: another key on apps, drains and telemetry drains that used the old one.

use serde_json::{Value, json};

use crate::support::kinds;
use crate::support::sandbox::{Sandbox, Setup};

const OLD: &str = "fedcba9876543210fedcba9876541234";
const NEW: &str = "0123456789abcdef0123456789ab3f9a";

fn output(sandbox: &Sandbox, key: &str, arguments: &[&str]) -> Value {
    let run = sandbox.command(arguments).env("DD_API_KEY", key).assert().success();
    let text = String::from_utf8(run.get_output().stdout.clone()).unwrap();
    assert!(!text.contains(OLD) && !text.contains(NEW), "{text}");
    serde_json::from_str(&text).unwrap()
}

/// Two apps and a Fir app that use the old key.
fn in_use(sandbox: &Sandbox) {
    for app in ["shop", "mobile-api"] {
        output(sandbox, OLD, &["init", "-a", app, "--no-rebuild", "--logs", "--yes", "--json"]);
    }
    output(sandbox, OLD, &["init", "-a", "fjord", "--yes", "--json"]);
}

/// Who uses a key: apps in their config vars or drains, and telemetry drains.
fn holders(sandbox: &Sandbox, key: &str) -> Vec<String> {
    let state = sandbox.state();
    let apps = state["apps"].as_array().unwrap().iter();
    let apps = apps.filter(|app| format!("{}{}", app["config"], app["drains"]).contains(key));
    let mut holders: Vec<_> = apps.map(|app| app["name"].as_str().unwrap().to_owned()).collect();
    if state["telemetry_drains"].to_string().contains(key) {
        holders.push("telemetry".to_owned());
    }
    holders
}

const ROTATE: [&str; 11] =
    ["rotate-key", "-a", "shop", "-a", "mobile-api", "-a", "fjord", "-a", "legacy", "--yes", "--json"];

#[test]
fn everything_that_used_the_old_key_gets_the_new_one_and_a_second_run_changes_nothing() {
    let sandbox = Sandbox::start();
    in_use(&sandbox);
    let legacy = sandbox.app("legacy");
    let rotated = output(&sandbox, NEW, &[&ROTATE[..], &["--from", "1234"]].concat());
    for app in 0..2 {
        let mut changed = kinds(&rotated[app]);
        changed.sort_unstable();
        assert_eq!(changed, ["config.set", "drain.add", "drain.remove"], "{rotated}");
        assert_eq!(rotated[app]["restarts"], 1);
    }
    assert_eq!(kinds(&rotated[2]), ["config.set", "telemetry.set"]);
    assert_eq!(rotated[3]["changes"], json!([]));
    assert_eq!(sandbox.app("legacy"), legacy);
    assert_eq!(holders(&sandbox, OLD), Vec::<String>::new());
    let writes = sandbox.writes();
    let again = output(&sandbox, NEW, &[&ROTATE[..], &["--from", "1234"]].concat());
    assert!(again.as_array().unwrap().iter().all(|plan| plan["changes"] == json!([])), "{again}");
    assert_eq!(sandbox.writes(), writes);
}

#[test]
fn the_new_drain_comes_before_the_old_one_goes_and_config_comes_last() {
    let sandbox = Sandbox::start();
    in_use(&sandbox);
    let before = sandbox.writes().len();
    output(&sandbox, NEW, &["rotate-key", "-a", "shop", "--yes", "--json"]);
    let methods: Vec<_> =
        sandbox.writes()[before..].iter().map(|write| write.split(' ').next().unwrap().to_owned()).collect();
    assert_eq!(methods, ["POST", "DELETE", "PATCH"]);
}

#[test]
fn a_key_that_a_site_refuses_changes_no_app() {
    let sandbox = Sandbox::start();
    in_use(&sandbox);
    let writes = sandbox.writes();
    let mut command = sandbox.command(&["rotate-key", "-a", "shop", "-a", "mobile-api", "--yes"]);
    command.env("DD_API_KEY", "bad0".repeat(8)).assert().code(4);
    assert_eq!(sandbox.writes(), writes);
}

#[test]
fn a_run_that_broke_off_is_taken_up() {
    let faults =
        json!([{"method": "delete", "path": "/apps/shop/log-drains/*", "fault": "status", "status": 403}]);
    let mut sandbox = Setup::default().faults(faults).start();
    in_use(&sandbox);
    let mut command = sandbox.command(&["rotate-key", "-a", "shop", "--yes"]);
    command.env("DD_API_KEY", NEW).assert().code(5);
    assert_eq!(sandbox.app("shop")["drains"].as_array().unwrap().len(), 2);
    sandbox.restart();
    let rest = output(&sandbox, NEW, &["rotate-key", "-a", "shop", "--yes", "--json"]);
    assert_eq!(kinds(&rest).iter().filter(|kind| **kind == "drain.add").count(), 0);
    assert_eq!(holders(&sandbox, OLD), ["mobile-api", "fjord", "telemetry"]);
}

#[test]
fn without_a_new_key_or_with_more_than_four_characters_of_the_old_it_is_a_usage_error() {
    let sandbox = Sandbox::start();
    sandbox.command(&["rotate-key", "-a", "shop", "--yes"]).assert().code(2);
    let run = sandbox.command(&["rotate-key", "-a", "shop", "--from", OLD]).assert().code(2);
    let message = String::from_utf8_lossy(&run.get_output().stderr).into_owned();
    assert!(!message.contains(OLD), "{message}");
    let run = sandbox.command(&["rotate-key", "-a", "shop", "--from", "12345"]).assert().code(2);
    assert!(String::from_utf8_lossy(&run.get_output().stderr).contains("and no more of it"));
}

#[test]
fn a_key_that_the_app_does_not_have_is_an_error_that_names_those_it_has() {
    let sandbox = Sandbox::start();
    in_use(&sandbox);
    let rotate = |arguments: &[&str]| {
        let mut command = sandbox.command(arguments);
        let run = command.env("DD_API_KEY", NEW).assert().code(1);
        String::from_utf8_lossy(&run.get_output().stderr).into_owned()
    };
    let mistyped = rotate(&["rotate-key", "-a", "shop", "--from", "beef", "--yes"]);
    assert!(mistyped.contains("no key of `shop` ends in `beef`"), "{mistyped}");
    assert!(mistyped.contains(&format!("••••{}", &OLD[28..])), "{mistyped}");
    let keyless = rotate(&["rotate-key", "-a", "imagery", "--yes"]);
    assert!(keyless.contains("`imagery` has no Datadog API key"), "{keyless}");
    let several = ["rotate-key", "-a", "shop", "-a", "imagery", "--dry-run", "--json"];
    let plans = output(&sandbox, NEW, &several);
    assert_eq!(plans[1]["notes"][0]["code"], "DDH079", "{plans:#}");
    assert_eq!(plans[1]["changes"], json!([]), "{plans:#}");
}
