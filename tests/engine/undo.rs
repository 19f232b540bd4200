//! What is rolled back when a build fails, and what the receipt says when that fails too.

use serde_json::{Value, json};

use super::{command, document, results, set_up};
use crate::support::sandbox::Sandbox;

const UPGRADE: [&str; 8] =
    ["upgrade", "--agent-version", "7.80.0", "--buildpack-version", "2.44", "-a", "shop", "--yes"];

#[test]
fn an_undo_that_fails_half_way_tries_everything_and_says_of_each_change_what_became_of_it() {
    let sandbox = Sandbox::with_faults(json!([
        {"method": "POST", "path": "/apps/shop/builds", "nth": 2, "fault": "fail_build"},
        // init, then the upgrade, then the roll-back.
        {"method": "PATCH", "path": "/apps/shop/config-vars", "nth": 3, "fault": "status", "status": 403},
    ]));
    set_up(&sandbox, "shop");
    let before = sandbox.app("shop")["buildpacks"].clone();
    let (receipt, code) = document(&sandbox, &UPGRADE);
    assert_eq!((code, receipt["error"]["code"].as_str()), (1, Some("build_failed")), "{receipt:#}");
    let results = results(&receipt);
    assert!(results.contains(&("config.set", "done")), "{results:?}");
    assert!(results.contains(&("buildpacks.set", "rolled_back")), "{results:?}");
    assert!(results.contains(&("rebuild", "failed")), "{results:?}");
    let hints = receipt["error"]["hints"].to_string();
    assert!(hints.contains("not rolled back: config DD_AGENT_VERSION"), "{hints}");
    assert_eq!(sandbox.app("shop")["buildpacks"], before);
    assert_eq!(sandbox.app("shop")["config"]["DD_AGENT_VERSION"], "7.80.0-1");
}

#[test]
fn a_build_that_outlasts_the_wait_is_left_alone_with_what_was_set_for_it() {
    // Its output cannot be followed, and its state is asked for once.
    let sandbox = Sandbox::with_faults(json!([
        {"method": "GET", "path": "/streams/*", "every": true, "fault": "status", "status": 404},
    ]));
    let (receipt, code) = {
        set_up(&sandbox, "shop");
        let mut upgrade = command(&sandbox, &[&UPGRADE[..], &["--json"]].concat());
        let output = upgrade.env("DD_HEROKU_BUILD_MINUTES", "0").output().unwrap();
        (serde_json::from_slice::<Value>(&output.stdout).unwrap(), output.status.code().unwrap())
    };
    assert_eq!((code, receipt["error"]["code"].as_str()), (1, Some("unverified")), "{receipt:#}");
    let results = results(&receipt);
    assert!(
        results.contains(&("config.set", "done")) && results.contains(&("rebuild", "unknown")),
        "{results:?}"
    );
    assert!(results.iter().all(|(_, result)| *result != "rolled_back"), "{results:?}");
    assert_eq!(sandbox.app("shop")["config"]["DD_AGENT_VERSION"], "7.80.0-1");
}
