//! `runtime entrypoint -- CMD…` in container images.

use std::fs;
use std::time::Duration;

use expectrl::{ControlCode, Expect, Session};

use super::{Home, is_alive, signal, until};

#[test]
fn a_container_boots_runs_its_command_and_flushes_at_the_end() {
    let home = Home::new().set("DD_HEROKU_DYNO", "true").prerun("DD_ENV=prod\nset -- lost\nexit 0\n");
    let script =
        "until [ -e \"$0\"/trace-agent.* ] && [ -e \"$0\"/agent.* ]; do :; done; echo \"$DD_ENV $1\"; exit 7";
    let log = home.log().display().to_string();
    let output = home.runtime(&["entrypoint", "--", "bash", "-c", script, &log, "a b"]);
    assert_eq!(output.status.code(), Some(7), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(String::from_utf8_lossy(&output.stdout).contains("prod a b\n"));
    assert!(!is_alive(home.supervisor()));
    assert_eq!(fs::read_to_string(home.log().join("flushed")).unwrap().lines().count(), 2);
}

#[test]
fn signals_are_passed_on_and_a_signals_end_is_told() {
    let home = Home::new();
    let ready = home.log().join("ready");
    let script = format!(
        "trap 'exit 9' USR1; echo >{}; while :; do read -rt 0.1 <>{}; done",
        ready.display(),
        home.log().join(".fifo").display()
    );
    for (name, code) in [("USR1", 9), ("TERM", 143)] {
        let _ = fs::remove_file(&ready);
        let mut child = home
            .command(env!("CARGO_BIN_EXE_dd-heroku"))
            .args(["runtime", "entrypoint", "--", "bash", "-c", &script])
            .spawn()
            .unwrap();
        until("the command runs", || ready.exists());
        signal(name, child.id());
        assert_eq!(child.wait().unwrap().code(), Some(code), "{name}");
    }
}

#[test]
fn ctrl_c_at_a_terminal_reaches_the_command_once() {
    let home = Home::new();
    let script = format!(
        "n=0; trap 'n=$((n + 1)); echo interrupted' INT; trap 'echo ends after $n; exit 9' TERM
        echo it runs; while :; do read -rt 0.1 <>{}; done",
        home.log().join(".fifo").display()
    );
    let mut command = home.command(env!("CARGO_BIN_EXE_dd-heroku"));
    command.args(["runtime", "entrypoint", "--", "bash", "-c", &script]);
    let mut session = Session::spawn(command).unwrap();
    session.set_expect_timeout(Some(Duration::from_secs(20)));
    session.expect("it runs").unwrap();
    for _ in 0..2 {
        session.send(ControlCode::EndOfText).unwrap();
        session.expect("interrupted").unwrap();
    }
    let pid = u32::try_from(session.get_process().pid().as_raw()).unwrap();
    signal("TERM", pid);
    session.expect("ends after 2").unwrap();
}

#[test]
fn a_command_that_is_not_there_ends_with_127() {
    let home = Home::new().unset("DD_API_KEY");
    assert_eq!(home.runtime(&["entrypoint", "--", "no-such-command"]).status.code(), Some(127));
}
