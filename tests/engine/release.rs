//! A build that succeeds makes a release, whose release phase may fail: it is waited for, and believed.

use std::fs;
use std::path::PathBuf;
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use super::{results, set_up};
use crate::support::checkout::{create, git};
use crate::support::program::CANARY;
use crate::support::sandbox::Sandbox;

/// A checkout of `app` whose HEAD has this release phase.
pub(super) fn checkout(sandbox: &Sandbox, app: &str, release: &str) -> PathBuf {
    let folder = sandbox.folder().join(app);
    create(&folder, app);
    let procfile = format!("web: bundle exec puma\nrelease: {release}\n");
    fs::write(folder.join("Procfile"), procfile).unwrap();
    git(&folder, &["commit", "-q", "-am", "Migrate on release"]);
    folder
}

/// Runs a command in a checkout, with `--json`.
pub(super) fn run_in(sandbox: &Sandbox, folder: &PathBuf, arguments: &[&str]) -> (Value, i32) {
    let mut command = sandbox.command(&[arguments, &["--json"]].concat());
    let output = command.env("DD_API_KEY", CANARY).current_dir(folder).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let document = serde_json::from_str(&text)
        .unwrap_or_else(|error| panic!("{error}: {text}\n{}", String::from_utf8_lossy(&output.stderr)));
    (document, output.status.code().unwrap())
}

const FAILS: &str = "echo migrating the orders && exit 3";

#[test]
fn a_release_phase_that_fails_fails_the_rebuild_with_its_last_lines() {
    let sandbox = Sandbox::start();
    let folder = checkout(&sandbox, "shop", FAILS);
    let before = sandbox.command(&["status", "-a", "shop", "--json"]).output().unwrap();
    let before: Value = serde_json::from_slice(&before.stdout).unwrap();
    let (receipt, code) = run_in(&sandbox, &folder, &["rebuild", "--ref", "HEAD", "--yes"]);
    assert_eq!((code, receipt["error"]["code"].as_str()), (1, Some("release_failed")), "{receipt:#}");
    assert_eq!(results(&receipt), [("rebuild", "failed")]);
    let message = receipt["error"]["message"].as_str().unwrap();
    assert!(message.contains("migrating the orders") && message.contains("previous release"), "{message}");

    let (status, _) = run_in(&sandbox, &folder, &["status"]);
    assert_eq!(status["slug"]["commit"], before["slug"]["commit"], "the previous slug keeps running");
    assert!(status["failed_release"].as_str().is_some_and(|release| release.starts_with('v')), "{status:#}");
    let (doctor, code) = run_in(&sandbox, &folder, &["doctor"]);
    let codes: Vec<_> =
        doctor["findings"].as_array().unwrap().iter().map(|item| item["code"].as_str().unwrap()).collect();
    assert!(code == 3 && codes.contains(&"DDH068"), "{codes:?}");
}

#[test]
fn an_upgrade_whose_release_phase_fails_is_rolled_back_and_not_promoted() {
    let sandbox = Sandbox::start();
    set_up(&sandbox, "shop-staging");
    let folder = checkout(&sandbox, "shop-staging", FAILS);
    let before = sandbox.app("shop-staging")["config"].clone();
    let upgrade = ["upgrade", "--agent-version", "7.80.0", "--ref", "HEAD", "--promote", "--yes"];
    let (receipt, code) = run_in(&sandbox, &folder, &upgrade);
    assert_eq!((code, receipt["error"]["code"].as_str()), (1, Some("release_failed")), "{receipt:#}");
    let expected = [("config.set", "rolled_back"), ("rebuild", "failed"), ("promote", "skipped")];
    assert_eq!(results(&receipt), expected);
    assert_eq!(sandbox.app("shop-staging")["config"], before);
    assert!(sandbox.writes().iter().all(|write| !write.contains("promotion")), "{:?}", sandbox.writes());
}

#[test]
fn a_release_phase_that_takes_its_time_is_waited_for() {
    let sandbox = Sandbox::start();
    let folder = checkout(&sandbox, "shop", "echo begins; sleep 1.5; echo ends");
    let (receipt, code) = run_in(&sandbox, &folder, &["rebuild", "--ref", "HEAD", "--yes"]);
    assert_eq!((code, results(&receipt)), (0, vec![("rebuild", "done")]), "{receipt:#}");
    let release = receipt["changes"][0]["build"]["release"].as_str().unwrap().to_owned();
    let releases = sandbox.app("shop")["releases"].clone();
    let newest = releases.as_array().unwrap().last().unwrap();
    assert_eq!(format!("v{}", newest["version"]), release);
    assert_eq!(newest["status"], json!("succeeded"), "{newest:#}");
}

#[test]
fn a_promotion_waits_for_the_release_phase_downstream() {
    let sandbox = Sandbox::start();
    set_up(&sandbox, "shop-staging");
    // The release phase succeeds where it is built, and fails where the app is another one.
    let folder = checkout(&sandbox, "shop-staging", "test \"$HEROKU_APP_NAME\" = shop-staging || exit 4");
    let upgrade = ["upgrade", "--agent-version", "7.80.0", "--ref", "HEAD", "--promote", "--yes"];
    let (receipt, code) = run_in(&sandbox, &folder, &upgrade);
    assert_eq!((code, receipt["error"]["code"].as_str()), (1, Some("release_failed")), "{receipt:#}");
    let expected = [("config.set", "done"), ("rebuild", "done"), ("promote", "failed")];
    assert_eq!(results(&receipt), expected, "what works upstream stays");
}

#[test]
fn a_release_phase_under_way_is_not_built_again_and_can_be_followed() {
    let sandbox = Sandbox::start();
    let gate = sandbox.folder().join("migrated");
    let phase = format!("until [ -e {} ]; do sleep 0.05; done; echo migrated", gate.display());
    let folder = checkout(&sandbox, "shop", &phase);
    let init = ["init", "--ref", "HEAD", "--yes"];
    let builds = |sandbox: &Sandbox| sandbox.app("shop")["builds"].as_array().unwrap().len();
    let before = builds(&sandbox);
    thread::scope(|scope| {
        let first = scope.spawn(|| run_in(&sandbox, &folder, &init));
        let is_pending = || {
            let releases = sandbox.app("shop")["releases"].clone();
            releases.as_array().unwrap().last().unwrap()["status"] == "pending"
        };
        while !is_pending() {
            assert!(!first.is_finished(), "the first run does not wait for its release phase");
            thread::sleep(Duration::from_millis(20));
        }
        let seconds = [["init", "--ref", "HEAD", "-n"], ["rebuild", "--ref", "HEAD", "-n"]]
            .map(|second| run_in(&sandbox, &folder, &second).0);
        let (status, _) = run_in(&sandbox, &folder, &["status"]);
        let watch = scope.spawn(|| run_in(&sandbox, &folder, &["status", "--watch"]));
        // Before anything is asserted: the first run would wait for ever.
        fs::write(&gate, "").unwrap();
        for second in seconds {
            assert_eq!(results(&second), [("rebuild", "-")], "{second:#}");
            assert!(second["changes"][0]["under_way"].is_string(), "{second:#}");
        }
        assert!(status["releasing"].as_str().is_some_and(|release| release.starts_with('v')), "{status:#}");
        let (watched, code) = watch.join().unwrap();
        assert_eq!((code, &watched["releasing"]), (0, &Value::Null), "{watched:#}");
        assert_eq!(first.join().unwrap().1, 0);
    });
    assert_eq!(builds(&sandbox), before + 1);
}
