//! Sources and credentials in places that answer late, ask to wait, or are none.

use std::fs::{self, File};
use std::process::Command;

use serde_json::json;

use crate::support::checkout::create;
use crate::support::sandbox::{Sandbox, TOKEN};

#[test]
fn a_store_that_asks_to_wait_or_fails_in_passing_is_asked_again() {
    for fault in [
        json!({"method": "PUT", "path": "/uploads/*", "nth": 1, "fault": "status", "status": 429, "retry_after": 0}),
        json!({"method": "GET", "path": "/uploads/*", "nth": 1, "fault": "status", "status": 503}),
    ] {
        let sandbox = Sandbox::with_faults(json!([fault]));
        let folder = sandbox.folder().join("shop");
        create(&folder, "shop");
        let is_upload = fault["method"] == "PUT";
        let mut rebuild = sandbox.command(&["rebuild", "-a", "shop", "--yes"]);
        if is_upload {
            rebuild = sandbox.command(&["rebuild", "--ref", "HEAD", "--yes"]);
            rebuild.current_dir(&folder);
        }
        let output = rebuild.output().unwrap();
        assert!(output.status.success(), "{fault}: {}", String::from_utf8_lossy(&output.stderr));
    }
}

#[test]
fn a_netrc_may_have_a_byte_order_mark_and_is_a_regular_file() {
    let sandbox = Sandbox::start();
    let status = || {
        let mut command = sandbox.command(&["status", "-a", "shop"]);
        command.env_remove("HEROKU_API_KEY").env("HEROKU_HOST", sandbox.url());
        command.output().unwrap()
    };
    let netrc = sandbox.home().join(".netrc");
    let host = sandbox.url().trim_start_matches("http://");
    fs::write(&netrc, format!("\u{feff}machine {host}\n  login a@b.c\n  password {TOKEN}\n")).unwrap();
    let signed_in = status();
    assert!(signed_in.status.success(), "{}", String::from_utf8_lossy(&signed_in.stderr));
    fs::remove_file(&netrc).unwrap();
    fs::create_dir(&netrc).unwrap();
    let folder = status();
    let text = String::from_utf8_lossy(&folder.stderr).into_owned();
    assert!(folder.status.code() == Some(4) && text.contains("not a regular file"), "{text}");
}

#[test]
fn an_answer_that_cannot_be_written_is_reported_on_stderr() {
    let sandbox = Sandbox::start();
    let mut command = Command::new(assert_cmd::cargo::cargo_bin("dd-heroku"));
    command.args(["status", "-a", "shop", "--json"]).env_clear().env("HOME", sandbox.home());
    command.env("HEROKU_API_URL", sandbox.url()).env("HEROKU_API_KEY", TOKEN);
    command.env("DD_HEROKU_DATADOG_URL", format!("{}/datadog", sandbox.url()));
    let output = command.stdout(File::options().write(true).open("/dev/full").unwrap()).output().unwrap();
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.code() == Some(1) && text.contains("could not be written"), "{text}");
}

#[test]
fn a_web_page_is_no_tarball() {
    let page = json!([{"path": "/uploads/*", "every": true, "fault": "html"}]);
    let sandbox = Sandbox::with_faults(page);
    let url = format!("{}/uploads/page", sandbox.url());
    let output = sandbox.command(&["rebuild", "-a", "shop", "--yes", "--source-url", &url]).output().unwrap();
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.code() == Some(1) && text.contains("no tarball answers"), "{text}");
    assert_eq!(sandbox.writes(), [""; 0]);
}
