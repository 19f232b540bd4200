//! Things that go wrong while changes are made: what was done is said, and nobody has to guess what is left.

use std::fs::{self, File, OpenOptions};
use std::io::Read;
use std::process::{Command, Stdio};

use serde_json::json;

use super::{document, init, set_up};
use crate::support::checkout::create;
use crate::support::program::CANARY;
use crate::support::sandbox::{Sandbox, TOKEN, path};

#[test]
fn a_failing_build_shows_its_last_lines_and_what_is_left() {
    let sandbox =
        Sandbox::with_faults(json!([{"method": "POST", "path": "/apps/shop/builds", "fault": "fail_build"}]));
    let output = init(&sandbox, &["-a", "shop", "--yes", "--quiet"]).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8(output.stderr).unwrap();
    snapbox::assert_data_eq!(said, snapbox::file!["snapshots/failing-build.txt"]);
    assert_eq!(sandbox.app("shop")["builds"].as_array().unwrap().last().unwrap()["status"], "failed");

    let (next, code) = document(&mut init(&sandbox, &["-a", "shop", "--yes", "--json"]));
    assert_eq!((super::kinds(&next), code), (vec!["rebuild"], 0));
}

#[test]
fn a_failing_build_is_told_in_the_json_of_the_change() {
    let sandbox =
        Sandbox::with_faults(json!([{"method": "POST", "path": "/apps/shop/builds", "fault": "fail_build"}]));
    let (receipt, code) = document(&mut init(&sandbox, &["-a", "shop", "--yes", "--json"]));
    assert_eq!(code, 1);
    assert_eq!(receipt["error"]["code"], "build_failed");
    let results: Vec<_> =
        receipt["changes"].as_array().unwrap().iter().map(|item| item["result"].as_str().unwrap()).collect();
    assert_eq!(results.last(), Some(&"failed"));
    assert!(results[..results.len() - 1].iter().all(|result| *result == "done"));
}

#[test]
fn a_checkout_that_cannot_be_written_is_told_with_what_was_done() {
    let sandbox = Sandbox::start();
    let folder = sandbox.folder().join("checkout");
    create(&folder, "shop");
    // A file in the folder's place: nobody can write below it, root too.
    fs::write(folder.join("datadog"), "mine\n").unwrap();
    let output = init(&sandbox, &["--ref", "HEAD", "--yes"]).current_dir(&folder).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("datadog/prerun.sh"), "{said}");
    assert!(said.contains("hint:"), "{said}");
    assert_eq!(fs::read_to_string(folder.join("datadog")).unwrap(), "mine\n");
    assert!(sandbox.app("shop")["config"].get("DD_API_KEY").is_none(), "the app was not restarted for it");
}

#[test]
fn a_full_disk_under_the_answer_is_an_error() {
    let sandbox = Sandbox::start();
    let output =
        raw(&sandbox, &["--dry-run"], OpenOptions::new().write(true).open("/dev/full").unwrap().into());
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8(output.stderr).unwrap().contains("could not be written"));
}

#[test]
fn a_full_disk_before_the_first_change_stops_the_run() {
    let sandbox = Sandbox::start();
    let output = raw(&sandbox, &["--yes"], OpenOptions::new().write(true).open("/dev/full").unwrap().into());
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(sandbox.writes(), [""; 0], "a plan that could not be shown was not applied");
}

#[test]
fn a_closed_pipe_neither_panics_nor_stops_what_was_begun() {
    let sandbox = Sandbox::start();
    let mut pipe = {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        raw(&sandbox, &["--yes"], writer.into())
    };
    let said = String::from_utf8(std::mem::take(&mut pipe.stderr)).unwrap();
    assert!(!said.contains("panicked"), "{said}");
    assert_eq!(pipe.status.code(), Some(0), "{said}");
    assert_eq!(set_up(&sandbox, "shop", &[])["changes"], json!([]));
}

#[test]
fn nobody_sees_the_key_in_the_list_of_processes() {
    let sandbox = Sandbox::with_faults(json!([{"method": "GET", "path": "/apps/shop", "fault": "hang"}]));
    let mut child =
        program(&sandbox, &["--dry-run"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    // The other reads are in the journal: the run is in the middle of its work.
    while sandbox.journal().len() < 6 {
        assert!(child.try_wait().unwrap().is_none(), "it ended before it was looked at");
        std::thread::yield_now();
    }
    let mut line = String::new();
    File::open(format!("/proc/{}/cmdline", child.id())).unwrap().read_to_string(&mut line).unwrap();
    assert!(line.contains("init") && !line.contains(CANARY), "{line}");
    child.kill().unwrap();
    child.wait().unwrap();
}

fn program(sandbox: &Sandbox, arguments: &[&str]) -> Command {
    let mut command = Command::new(assert_cmd::cargo::cargo_bin("dd-heroku"));
    command
        .args(["init", "-a", "shop"])
        .args(arguments)
        .env_clear()
        .env("PATH", path())
        .env("HOME", sandbox.home());
    command.env("HEROKU_API_URL", sandbox.url()).env("HEROKU_API_KEY", TOKEN).env("DD_API_KEY", CANARY);
    command.env("DD_HEROKU_DATADOG_URL", format!("{}/datadog", sandbox.url())).current_dir(sandbox.home());
    command.stdin(Stdio::null());
    command
}

fn raw(sandbox: &Sandbox, arguments: &[&str], stdout: Stdio) -> std::process::Output {
    program(sandbox, arguments)
        .stdout(stdout)
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
        .wait_with_output()
        .unwrap()
}
