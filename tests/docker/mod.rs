//! `docker init`: files for an image, written once.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use serde_json::{Value, json};

use crate::support::run;
use crate::support::sandbox::Sandbox;

/// A checkout in the sandbox's home.
fn checkout(sandbox: &Sandbox) -> PathBuf {
    let folder = sandbox.home().join("imagery");
    run(Command::new("git").args(["init", "-q"]).arg(&folder));
    folder
}

fn init(sandbox: &Sandbox, arguments: &[&str]) -> Value {
    let all: Vec<_> =
        ["docker", "init", "-a", "imagery", "--json"].iter().chain(arguments).copied().collect();
    let run = sandbox.command(&all).current_dir(checkout(sandbox)).assert().success();
    serde_json::from_slice(&run.get_output().stdout).unwrap()
}

fn paths(document: &Value) -> Vec<&str> {
    document["changes"].as_array().unwrap().iter().map(|change| change["path"].as_str().unwrap()).collect()
}

#[test]
fn the_files_are_written_once_and_never_over_the_users() {
    let sandbox = Sandbox::start();
    let first = init(&sandbox, &["--yes"]);
    assert_eq!(paths(&first), ["Dockerfile.datadog", "datadog-config/README.md"]);
    let file = checkout(&sandbox).join("Dockerfile.datadog");
    assert!(fs::read_to_string(&file).unwrap().contains("FROM debian:bookworm-slim"));
    fs::write(&file, "# mine\n").unwrap();
    let second = init(&sandbox, &["--yes"]);
    assert_eq!(second["changes"], json!([]));
    assert_eq!(second["notes"][0]["code"], "DDH061");
    assert_eq!(fs::read_to_string(&file).unwrap(), "# mine\n");
    assert_eq!(sandbox.writes(), Vec::<String>::new());
}

#[test]
fn a_dockerfile_that_is_there_is_built_upon_and_left_alone() {
    let sandbox = Sandbox::start();
    let theirs = checkout(&sandbox).join("Dockerfile");
    fs::write(&theirs, "FROM ruby:3.4\nENTRYPOINT [\"bin/entry\"]\nCMD [\"puma\"]\n").unwrap();
    init(&sandbox, &["--yes", "--agent-version", "7.80.0"]);
    let text = fs::read_to_string(checkout(&sandbox).join("Dockerfile.datadog")).unwrap();
    assert!(text.contains("ARG DD_AGENT_VERSION=7.80.0-1"), "{text}");
    assert!(text.ends_with(
        "ENTRYPOINT [\"/opt/dd-heroku/bin/dd-heroku\", \"runtime\", \"entrypoint\", \"--\", \"bin/entry\"]\nCMD [\"puma\"]\n"
    ));
    assert!(fs::read_to_string(&theirs).unwrap().starts_with("FROM ruby:3.4\n"));
}

#[test]
fn a_dry_run_writes_no_file() {
    let sandbox = Sandbox::start();
    assert_eq!(paths(&init(&sandbox, &[])).len(), 2);
    assert!(!checkout(&sandbox).join("Dockerfile.datadog").exists());
}

#[test]
fn what_cannot_work_is_said() {
    let sandbox = Sandbox::start();
    let folder = checkout(&sandbox);
    let fails = |arguments: &[&str], code: i32, words: &str| {
        let all: Vec<_> =
            ["docker", "init", "-a", "imagery", "--yes"].iter().chain(arguments).copied().collect();
        let run = sandbox.command(&all).current_dir(&folder).assert().code(code);
        let message = String::from_utf8_lossy(&run.get_output().stderr).into_owned();
        assert!(message.contains(words), "{message}");
    };
    fails(&["--agent-version", "7"], 2, "not a whole version");
    fails(&["--agent-version", "latest; rm -rf /"], 2, "--agent-version");
    fs::write(folder.join("Dockerfile"), "FROM node:24-alpine\n").unwrap();
    fails(&[], 1, "has no glibc");
    let run = sandbox.command(&["docker", "init", "-a", "imagery", "--yes"]).assert().code(1);
    assert!(String::from_utf8_lossy(&run.get_output().stderr).contains("not a checkout"));
}

#[test]
fn nothing_is_written_into_a_checkout_of_another_app() {
    let sandbox = Sandbox::start();
    let folder = checkout(&sandbox);
    let git = |arguments: &[&str]| run(Command::new("git").arg("-C").arg(&folder).args(arguments));
    git(&["remote", "add", "heroku", "https://git.heroku.com/shop.git"]);
    let init = ["docker", "init", "-a", "imagery", "--yes"];
    let refused = sandbox.command(&init).current_dir(&folder).assert().code(1);
    let message = String::from_utf8_lossy(&refused.get_output().stderr).into_owned();
    assert!(
        message.contains("checkout of another app") && message.contains("git:clone -a imagery"),
        "{message}"
    );
    assert!(!folder.join("Dockerfile.datadog").exists());
    git(&["remote", "add", "imagery", "https://git.heroku.com/imagery.git"]);
    sandbox.command(&init).current_dir(&folder).assert().success();
    assert!(folder.join("Dockerfile.datadog").exists());
}
