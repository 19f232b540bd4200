//! The README is true: its picture is that of a real run, its two commands work.

use std::fs;
use std::path::Path;
use std::process::Command;

use snapbox::data::DataFormat;
use snapbox::{Data, assert_data_eq, file};

use crate::support::sandbox::Sandbox;

const KEY: &str = "c0ffee00c0ffee00c0ffee00c0ff3f9a";

/// A checkout of `app`, as `heroku git:clone` leaves one.
fn checkout(folder: &Path, app: &str) {
    let remote = format!("https://git.heroku.com/{app}.git");
    for arguments in [vec!["init", "-q"], vec!["remote", "add", "heroku", &remote]] {
        let status = Command::new("git").args(arguments).current_dir(folder).status().unwrap();
        assert!(status.success());
    }
}

#[test]
fn the_picture_is_of_a_real_plan() {
    let sandbox = Sandbox::start();
    let folder = tempfile::tempdir().unwrap();
    checkout(folder.path(), "shop");
    let run = sandbox
        .command(&["init", "--dry-run", "--color", "always", "--site", "datadoghq.eu", "--logs"])
        .current_dir(folder.path())
        .env_remove("NO_COLOR")
        .env("DD_API_KEY", KEY)
        .assert()
        .success();
    let screen = String::from_utf8(run.get_output().stdout.clone()).unwrap();
    let screen = format!("$ dd-heroku init --site datadoghq.eu --logs\n{screen}");
    let picture = Data::text(screen).coerce_to(DataFormat::TermSvg);
    assert_data_eq!(picture, file!["../../docs/plan.svg"]);
}

#[test]
fn the_first_command_of_the_readme_does_the_main_job() {
    let readme = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap();
    let line = readme.lines().find(|line| line.starts_with("cargo run --release -- ")).unwrap();
    let arguments: Vec<_> = line.trim_start_matches("cargo run --release -- ").split(' ').collect();
    let folder = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| {
        let mut command = assert_cmd::Command::cargo_bin("dd-heroku").unwrap();
        command.args(arguments).env_clear().env("HOME", folder.path()).current_dir(folder.path());
        let output = command.assert().success().get_output().stdout.clone();
        String::from_utf8(output).unwrap()
    };
    let first = run(&arguments);
    assert!(first.contains("rebuild of 057ede8"), "{first}");
    assert!(first.contains("done"), "{first}");
    assert!(run(&arguments).contains("nothing to change"));
}

#[test]
fn the_second_command_of_the_readme_is_the_one_ci_calls() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let readme = fs::read_to_string(root.join("README.md")).unwrap();
    assert!(readme.lines().any(|line| line == "tests/run"));
    let ci = fs::read_to_string(root.join(".ci/run")).unwrap();
    assert!(ci.lines().any(|line| line == "step tests tests/run"), "{ci}");
}
