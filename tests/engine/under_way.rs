//! What is under way already (a build, its release phase, a promotion) is waited for, and not started a second time.

use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use super::release::{checkout, run_in};
use super::{document, results, set_up};
use crate::support::program::CANARY;
use crate::support::run;
use crate::support::sandbox::{Sandbox, path};

/// How many requests of a kind were made.
fn count(writes: &[String], write: &str) -> usize {
    writes.iter().filter(|known| *known == write).count()
}

#[test]
fn a_promotion_waits_for_the_build_and_release_phase_under_way() {
    let sandbox = Sandbox::start();
    set_up(&sandbox, "shop-staging");
    let gate = sandbox.folder().join("migrated");
    let phase = format!("until [ -e {} ]; do sleep 0.05; done", gate.display());
    let folder = checkout(&sandbox, "shop-staging", &phase);
    let upgrade = ["upgrade", "--agent-version", "7.80.0", "--ref", "HEAD", "--promote"];
    thread::scope(|scope| {
        let first = scope.spawn(|| run_in(&sandbox, &folder, &[&upgrade[..], &["--yes"]].concat()));
        let is_pending = || {
            sandbox.app("shop-staging")["releases"].as_array().unwrap().last().unwrap()["status"] == "pending"
        };
        while !is_pending() && !first.is_finished() {
            thread::sleep(Duration::from_millis(20));
        }
        let dry = run_in(&sandbox, &folder, &[&upgrade[..], &["-n"]].concat()).0;
        // Before anything is asserted: the run would wait for ever.
        fs::write(&gate, "").unwrap();
        let (receipt, code) = first.join().unwrap();
        assert_eq!(results(&dry), [("rebuild", "-"), ("promote", "-")], "not the old slug: {dry:#}");
        assert!(dry["changes"][0]["under_way"].is_string(), "{dry:#}");
        assert_eq!((code, results(&receipt).last()), (0, Some(&("promote", "done"))), "{receipt:#}");
    });
    assert_eq!(count(&sandbox.writes(), "POST /apps/shop-staging/builds"), 2, "of init, and of the upgrade");
}

#[test]
fn a_promotion_whose_release_phase_runs_is_not_made_again() {
    let sandbox = Sandbox::start();
    set_up(&sandbox, "shop-staging");
    let gate = sandbox.folder().join("migrated");
    let phase = format!(
        "test \"$HEROKU_APP_NAME\" = shop-staging || until [ -e {} ]; do sleep 0.05; done",
        gate.display()
    );
    let folder = checkout(&sandbox, "shop-staging", &phase);
    let upgrade = ["upgrade", "--agent-version", "7.80.0", "--ref", "HEAD", "--promote", "--yes"];
    thread::scope(|scope| {
        let first = scope.spawn(|| run_in(&sandbox, &folder, &upgrade));
        let is_pending =
            || sandbox.app("shop")["releases"].as_array().unwrap().last().unwrap()["status"] == "pending";
        while !is_pending() && !first.is_finished() {
            thread::sleep(Duration::from_millis(20));
        }
        let dry = run_in(
            &sandbox,
            &folder,
            &["upgrade", "--agent-version", "7.80.0", "--ref", "HEAD", "--promote", "-n"],
        );
        let second = scope.spawn(|| run_in(&sandbox, &folder, &upgrade));
        // Before anything is asserted: the runs would wait for ever.
        fs::write(&gate, "").unwrap();
        let (first, second) = (first.join().unwrap(), second.join().unwrap());
        assert_eq!(results(&dry.0), [("promote", "-")], "{dry:#?}");
        assert_eq!((first.1, second.1), (0, 0), "{first:#?}\n{second:#?}");
    });
    assert_eq!(count(&sandbox.writes(), "POST /pipeline-promotions"), 1);
}

/// A folder for `PATH` with a `git` that packs nothing before `gate` exists, and says in `waits` that it waits.
fn git_behind(folder: &Path, gate: &Path, waits: &Path) -> OsString {
    let git = which("git");
    let script = format!(
        "#!/bin/sh\ncase \" $* \" in *' archive '*)\n  : > '{}'\n  until [ -e '{}' ]; do sleep 0.05; done\nesac\nexec '{}' \"$@\"\n",
        waits.display(),
        gate.display(),
        git.display()
    );
    let bin = folder.join("bin");
    fs::create_dir(&bin).unwrap();
    fs::write(bin.join("git"), script).unwrap();
    fs::set_permissions(bin.join("git"), fs::Permissions::from_mode(0o755)).unwrap();
    let mut paths = vec![bin];
    paths.extend(std::env::split_paths(&path()));
    std::env::join_paths(paths).unwrap()
}

fn which(program: &str) -> PathBuf {
    std::env::split_paths(&path()).map(|folder| folder.join(program)).find(|file| file.exists()).unwrap()
}

/// Two runs that planned the same: the one that comes second finds `between` done, and has `arguments`. Its receipt.
fn second_of_two(sandbox: &Sandbox, arguments: &[&str], between: impl FnOnce(&PathBuf)) -> Value {
    let folder = checkout(sandbox, "shop", "true");
    // As two people have it: a file in the same folder would be noticed.
    let other = sandbox.folder().join("other");
    run(Command::new("cp").arg("-a").arg(&folder).arg(&other));
    let (gate, waits) = (sandbox.folder().join("gate"), sandbox.folder().join("waits"));
    let mut command = sandbox.command(&[arguments, &["--ref", "HEAD", "--yes", "--json"]].concat());
    command.env("DD_API_KEY", CANARY).env("PATH", git_behind(sandbox.folder(), &gate, &waits));
    command.current_dir(&folder);
    thread::scope(|scope| {
        let second = scope.spawn(move || command.output().unwrap());
        while !waits.exists() && !second.is_finished() {
            thread::sleep(Duration::from_millis(20));
        }
        between(&other);
        // Before anything is asserted: the run would wait for ever.
        fs::write(&gate, "").unwrap();
        let output = second.join().unwrap();
        let receipt: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert!(output.status.success(), "{receipt:#}");
        receipt
    })
}

#[test]
fn two_runs_that_planned_the_same_build_build_once() {
    let sandbox = Sandbox::start();
    let receipt = second_of_two(&sandbox, &["init"], |folder| {
        let first = run_in(&sandbox, folder, &["init", "--ref", "HEAD", "--yes"]);
        assert_eq!(first.1, 0, "{first:#?}");
    });
    assert_eq!(results(&receipt).last(), Some(&("rebuild", "done")), "{receipt:#}");
    assert_eq!(count(&sandbox.writes(), "POST /apps/shop/builds"), 1);
}

#[test]
fn the_build_of_another_run_with_other_settings_is_not_taken_for_the_same() {
    let sandbox = Sandbox::start();
    let receipt = second_of_two(&sandbox, &["init", "--agent-version", "7.79.1"], |folder| {
        let first =
            run_in(&sandbox, folder, &["init", "--agent-version", "7.80.0", "--ref", "HEAD", "--yes"]);
        assert_eq!(first.1, 0, "{first:#?}");
    });
    assert_eq!(results(&receipt).last(), Some(&("rebuild", "done")), "{receipt:#}");
    assert_eq!(count(&sandbox.writes(), "POST /apps/shop/builds"), 2);
}

#[test]
fn what_was_rolled_back_needs_no_rebuild() {
    let sandbox = Sandbox::with_faults(
        json!([{"method": "POST", "path": "/apps/shop/builds", "nth": 2, "fault": "fail_build"}]),
    );
    set_up(&sandbox, "shop");
    let (receipt, code) =
        document(&sandbox, &["upgrade", "-a", "shop", "--agent-version", "7.80.0", "--yes"]);
    assert_eq!((code, results(&receipt)), (1, vec![("config.set", "rolled_back"), ("rebuild", "failed")]));
    let (status, _) = document(&sandbox, &["status", "-a", "shop"]);
    assert_eq!(status["rebuild_due"], json!([]), "{status:#}");
    let (plan, _) = document(&sandbox, &["init", "-a", "shop", "--dry-run"]);
    assert_eq!(plan["changes"], json!([]), "{plan:#}");
}

#[test]
fn a_failed_release_shows_in_the_table_and_is_never_nothing() {
    let sandbox = Sandbox::start();
    let folder = checkout(&sandbox, "shop", "exit 3");
    for _ in 0..2 {
        let (receipt, code) = run_in(&sandbox, &folder, &["init", "--ref", "HEAD", "--yes"]);
        assert_eq!((code, receipt["error"]["code"].as_str()), (1, Some("release_failed")), "{receipt:#}");
        assert!(!receipt.to_string().contains("nothing was changed"), "{receipt:#}");
    }
    let table = sandbox.command(&["status", "-a", "shop", "-a", "mobile-api"]).output().unwrap();
    let table = String::from_utf8(table.stdout).unwrap();
    assert!(table.lines().any(|line| line.starts_with("shop") && line.contains("failed")), "{table}");
}
