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
    let output = fs::read_to_string(sandbox.home().join("cli.txt")).unwrap();
    assert!(
        output.starts_with("ps:exec|--app|shop|--dyno|web.1|--|")
            && output.contains("agent-wrapper 'status'"),
        "{output}"
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
    let output = stdout(&mut with_cli(&sandbox, &exec, "echo \"$DYNO: $7\""), 0);
    assert!(
        output.starts_with("web.2: if [ -x ") && output.contains(r"agent-wrapper 'check' 'it'\''s'"),
        "{output}"
    );
}

#[test]
fn what_stands_in_the_way_is_said_with_what_it_costs() {
    let sandbox = Sandbox::start();
    let status = ["agent", "status", "-a", "shop"];
    let output = stderr(&mut with_cli(&sandbox, &status, "exit 9"), 1);
    assert!(
        output.contains("heroku features:enable runtime-heroku-exec -a shop (restarts its dynos)"),
        "{output}"
    );
    enable_exec(&sandbox, "shop");
    let late = ["agent", "status", "-a", "shop", "--timeout", "1"];
    let output = stdout(&mut with_cli(&sandbox, &late, "exec sleep 60"), 1);
    assert!(output.contains("did not answer within 1 s"), "{output}");
    let output = stdout(
        &mut with_cli(&sandbox, &status, "echo 'Make sure the agent is running before requesting'"),
        1,
    );
    assert!(output.contains("no Agent is running in the dyno"), "{output}");
    let output =
        stderr(&mut with_cli(&sandbox, &["agent", "status", "-a", "shop", "--dyno", "web.9"], "exit 9"), 1);
    assert!(output.contains("its dynos are web.1, web.2, worker.1"), "{output}");
    let output = stderr(&mut with_cli(&sandbox, &["agent", "status", "-a", "fjord"], "exit 9"), 1);
    assert!(output.contains("is on Fir"), "{output}");
}

#[test]
fn an_agent_that_is_off_refuses_or_is_not_installed_is_told_apart() {
    let sandbox = Sandbox::start();
    enable_exec(&sandbox, "shop");
    let status = ["agent", "status", "-a", "shop"];
    let off = "cannot read the authentication token: open /app/.apt/etc/datadog-agent/auth_token: no such file or directory";
    let refused = "unable to read auth token: open /etc/datadog-agent/auth_token: permission denied";
    let missing = "bash: /opt/datadog-agent/bin/agent/agent: No such file or directory";
    for (printed, expected) in [
        (off, "no Agent is running in the dyno: it is off, or has not started yet"),
        (refused, "the Agent in the dyno refuses this session"),
        (missing, "no Agent is installed in the dyno"),
    ] {
        for to in ["", ">&2"] {
            let script = format!("echo 'Error: {printed}' {to}; exit 255");
            let output = stdout(&mut with_cli(&sandbox, &status, &script), 1);
            assert!(output.contains(expected), "{output}");
        }
    }
}

#[test]
fn the_agent_of_dynos_is_restarted_stopped_and_started() {
    let sandbox = Sandbox::start();
    enable_exec(&sandbox, "shop");
    for (verb, done) in [("restart", "restarted"), ("stop", "stopped"), ("start", "started")] {
        let script = format!("echo '{done} agent, trace-agent'");
        let output = stdout(&mut with_cli(&sandbox, &["agent", verb, "-a", "shop"], &script), 0);
        assert_eq!(output, format!("web.1: {done} agent, trace-agent\n"));
        let noted = fs::read_to_string(sandbox.home().join("cli.txt")).unwrap();
        assert!(noted.contains(&format!("agent-wrapper '{verb}'; else bash")), "{noted}");
    }
    let script = "case $DYNO in worker.1) echo 'dd-heroku: cannot restart the Agent: no supervisor runs in this dyno' >&2; exit 1;; esac\necho 'restarted agent'";
    let all = ["agent", "restart", "-a", "shop", "--all"];
    let run = with_cli(&sandbox, &all, script).assert().code(1);
    let output = run.get_output();
    assert_eq!(String::from_utf8_lossy(&output.stdout), "web.1: restarted agent\nweb.2: restarted agent\n");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        said.contains("cannot restart the Agent of `worker.1`: no supervisor runs in this dyno\n"),
        "{said}"
    );
    assert!(said.contains("heroku ps:restart worker.1 -a shop"), "{said}");
    let json = ["agent", "restart", "-a", "shop", "--dyno", "web.2", "--json"];
    let seen: Value = serde_json::from_str(&stdout(&mut with_cli(&sandbox, &json, script), 0)).unwrap();
    assert_eq!(seen, json!({"app": "shop", "dynos": [{"dyno": "web.2", "result": "restarted agent"}]}));
    // Datadog's own buildpack has no supervisor: its wrapper hands the verb to the Agent.
    let foreign = "echo 'Usage:'; echo 'unknown command \"restart\" for \"agent\"'; exit 255";
    let output = stderr(&mut with_cli(&sandbox, &["agent", "restart", "-a", "shop"], foreign), 1);
    assert!(output.contains("cannot restart the Agent of `web.1`: unknown command"), "{output}");
}

#[test]
fn a_named_dyno_is_never_another_one() {
    let sandbox = Sandbox::start();
    let nothing = sandbox.home().join("nothing");
    for (dyno, expected) in [("web.9", "`shop` has no dyno `web.9`"), ("web.2", "which is not installed")] {
        for verb in ["status", "restart", "stop", "start"] {
            enable_exec(&sandbox, "shop");
            let mut command = sandbox.command(&["agent", verb, "-a", "shop", "--dyno", dyno]);
            let output = stderr(command.env("PATH", &nothing), 1);
            assert!(output.contains(expected), "{output}");
        }
    }
    let output = stderr(sandbox.command(&["agent", "restart", "-a", "shop"]).env("PATH", &nothing), 1);
    assert!(output.contains("heroku ps:restart -a shop"), "{output}");
    assert!(sandbox.writes().iter().all(|write| !write.contains("/dynos")), "{:?}", sandbox.writes());
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
