//! `agent`: the Agent in a running dyno, through a stand-in for the official CLI, or in a one-off dyno.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use serde_json::{Value, json};

use crate::sandbox::client::write;
use crate::support::program::Program;
use crate::support::sandbox::Sandbox;

/// A stand-in for the official CLI: it notes its arguments and runs `script`, which has the dyno's name as `$DYNO`.
fn with_cli(sandbox: &Sandbox, arguments: &[&str], script: &str) -> Program {
    let bin = sandbox.home().join("bin");
    fs::create_dir_all(&bin).unwrap();
    let notes = sandbox.home().join("cli.txt");
    let text = format!("#!/bin/sh\nprintf '%s|' \"$@\" >> {}\nDYNO=$5\n{script}\n", notes.display());
    fs::write(bin.join("heroku"), text).unwrap();
    fs::set_permissions(bin.join("heroku"), fs::Permissions::from_mode(0o755)).unwrap();
    let mut command = sandbox.command(arguments);
    command.env("PATH", format!("{}:/usr/bin:/bin", bin.display()));
    command
}

fn enable_exec(sandbox: &Sandbox, app: &str) {
    write(sandbox, "PATCH", &format!("/apps/{app}/features/runtime-heroku-exec"), json!({"enabled": true}));
}

fn fixture(version: &str) -> String {
    format!("cat {}/tests/fixtures/agent-status/{version}.txt", env!("CARGO_MANIFEST_DIR"))
}

fn stdout(command: &mut Program, code: i32) -> String {
    let run = command.assert().code(code);
    String::from_utf8(run.get_output().stdout.clone()).unwrap()
}

fn stderr(command: &mut Program, code: i32) -> String {
    let run = command.assert().code(code);
    String::from_utf8(run.get_output().stderr.clone()).unwrap()
}

#[test]
fn the_status_is_a_short_verdict() {
    let sandbox = Sandbox::start();
    enable_exec(&sandbox, "shop");
    let text = stdout(&mut with_cli(&sandbox, &["agent", "status", "-a", "shop"], &fixture("7.81")), 0);
    snapbox::assert_data_eq!(text, snapbox::file!["status.txt"].raw());
    let told = fs::read_to_string(sandbox.home().join("cli.txt")).unwrap();
    assert!(
        told.starts_with("ps:exec|--app|shop|--dyno|web.1|--|") && told.contains("agent-wrapper 'status'"),
        "{told}"
    );
    let bad = ["agent", "status", "-a", "shop", "--exit-code"];
    stdout(&mut with_cli(&sandbox, &bad, &fixture("7.81")), 3);
    stdout(&mut with_cli(&sandbox, &bad, &fixture("7.27")), 3);
    assert_eq!(sandbox.writes().len(), 1);
}

#[test]
fn several_dynos_are_asked_at_once_and_each_answers_for_itself() {
    let sandbox = Sandbox::start();
    enable_exec(&sandbox, "shop");
    let script = format!(
        "case $DYNO in worker.1) echo 'Could not connect to dyno' >&2; exit 1;; esac\n{}",
        fixture("6.53")
    );
    let all = ["agent", "status", "-a", "shop", "--all", "--json"];
    let seen: Value = serde_json::from_str(&stdout(&mut with_cli(&sandbox, &all, &script), 0)).unwrap();
    let dynos = seen["dynos"].as_array().unwrap();
    assert_eq!(
        dynos.iter().map(|dyno| dyno["dyno"].as_str().unwrap()).collect::<Vec<_>>(),
        ["web.1", "web.2", "worker.1"]
    );
    assert_eq!(
        (&dynos[0]["version"], &dynos[0]["keys"]),
        (&json!("6.53.1"), &json!([{"last4": "3f9a", "valid": false}]))
    );
    assert_eq!(dynos[2]["error"], "Could not connect to dyno");
}

#[test]
fn the_agents_own_text_and_commands_can_be_had() {
    let sandbox = Sandbox::start();
    enable_exec(&sandbox, "shop");
    let raw =
        stdout(&mut with_cli(&sandbox, &["agent", "status", "-a", "shop", "--raw"], &fixture("7.50")), 0);
    assert!(raw.contains("Go Version: go1.20.10"), "{raw}");
    let exec = ["agent", "exec", "-a", "shop", "--dyno", "web.2", "--", "check", "it's"];
    let told = stdout(&mut with_cli(&sandbox, &exec, "echo \"$DYNO: $7\""), 0);
    assert!(
        told.starts_with("web.2: if [ -x ") && told.contains(r"agent-wrapper 'check' 'it'\''s'"),
        "{told}"
    );
}

#[test]
fn what_stands_in_the_way_is_said_with_what_it_costs() {
    let sandbox = Sandbox::start();
    let status = ["agent", "status", "-a", "shop"];
    let told = stderr(&mut with_cli(&sandbox, &status, "exit 9"), 1);
    assert!(
        told.contains("heroku features:enable runtime-heroku-exec -a shop (restarts its dynos)"),
        "{told}"
    );
    enable_exec(&sandbox, "shop");
    let late = ["agent", "status", "-a", "shop", "--timeout", "1"];
    let told = stdout(&mut with_cli(&sandbox, &late, "exec sleep 60"), 1);
    assert!(told.contains("did not answer within 1 s"), "{told}");
    let told = stdout(
        &mut with_cli(&sandbox, &status, "echo 'Make sure the agent is running before requesting'"),
        1,
    );
    assert!(told.contains("no Agent is running in the dyno"), "{told}");
    let told =
        stderr(&mut with_cli(&sandbox, &["agent", "status", "-a", "shop", "--dyno", "web.9"], "exit 9"), 2);
    assert!(told.contains("there are web.1, web.2, worker.1"), "{told}");
    let told = stderr(&mut with_cli(&sandbox, &["agent", "status", "-a", "fjord"], "exit 9"), 1);
    assert!(told.contains("is on Fir"), "{told}");
}

#[test]
fn without_the_official_cli_a_one_off_dyno_is_asked_and_that_is_said() {
    let sandbox = Sandbox::start();
    let key = "0123456789abcdef0123456789ab3f9a";
    sandbox.command(&["init", "-a", "shop", "--yes", "--json"]).env("DD_API_KEY", key).assert().success();
    enable_exec(&sandbox, "shop");
    let nothing = sandbox.home().join("nothing");
    let mut command = sandbox.command(&["agent", "status", "-a", "shop", "--json"]);
    let run = command.env("PATH", &nothing).assert().success();
    let seen: Value = serde_json::from_slice(&run.get_output().stdout).unwrap();
    let dyno = &seen["dynos"][0];
    assert!(dyno["dyno"].as_str().unwrap().starts_with("run."), "{dyno}");
    assert_eq!(
        (&dyno["version"], &dyno["keys"][0]),
        (&json!("7.81.2"), &json!({"last4": "3f9a", "valid": true}))
    );
    assert!(String::from_utf8_lossy(&run.get_output().stderr).contains("another dyno"));
    assert!(!sandbox.journal_text().contains(key));
}
