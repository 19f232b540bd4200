//! The whole way: `init`, a real build of the stand-in Agent, a booted dyno, a metric that arrives, SIGTERM, flushed.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::{TcpListener, UdpSocket};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

use super::client::write;
use crate::support::sandbox::Sandbox;

/// A port that is free at this moment.
pub(super) fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// What the stand-ins noted, once `is_enough` is true of it.
pub(super) fn notes(home: &Path, is_enough: impl Fn(&[Value]) -> bool) -> Vec<Value> {
    let until = Instant::now() + Duration::from_secs(60);
    loop {
        let text = fs::read_to_string(home.join(".apt/var/log/datadog/stand-in.jsonl")).unwrap_or_default();
        let notes: Vec<Value> = text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
        if is_enough(&notes) {
            return notes;
        }
        assert!(Instant::now() < until, "{notes:?}");
        std::thread::yield_now();
    }
}

pub(super) fn has(notes: &[Value], program: &str, event: &str) -> bool {
    notes.iter().any(|note| note["program"] == program && note["event"] == event)
}

/// A booted dyno; it is stopped when the test is over.
pub(super) struct Dyno(
    pub(super) Child,
    #[expect(dead_code, reason = "the dyno's processes write to it")] BufReader<ChildStdout>,
);

impl Dyno {
    pub(super) fn boot(sandbox: &Sandbox, home: &Path, arguments: &[&str]) -> (Self, String) {
        let mut child = Command::new(assert_cmd::cargo::cargo_bin("dd-heroku"))
            .args(["sandbox", "boot", "shop", "--home"])
            .arg(home)
            .args(arguments)
            .env_clear()
            .env("PATH", "/usr/local/bin:/usr/bin:/bin")
            .env("DD_HEROKU_SANDBOX_STATE", sandbox.state_file())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        // It stays open: Datadog's script writes to it too.
        let (mut stdout, mut line) = (BufReader::new(child.stdout.take().unwrap()), String::new());
        stdout.read_line(&mut line).unwrap();
        (Self(child, stdout), line)
    }

    fn stop(&mut self) -> i32 {
        kill_process(Pid::from_child(&self.0), Signal::TERM).unwrap();
        self.0.wait().unwrap().code().unwrap()
    }
}

impl Drop for Dyno {
    fn drop(&mut self) {
        if let Ok(None) = self.0.try_wait() {
            self.stop();
        }
    }
}

#[test]
fn a_metric_sent_to_a_booted_dyno_is_flushed_at_its_end() {
    let sandbox = Sandbox::start();
    let (metrics, traces) = (free_port(), free_port());
    let ports =
        json!({ "DD_DOGSTATSD_PORT": metrics.to_string(), "DD_APM_RECEIVER_PORT": traces.to_string() });
    write(&sandbox, "PATCH", "/apps/shop/config-vars", ports);
    let init = sandbox
        .command(&["init", "-a", "shop", "--yes"])
        .env("DD_API_KEY", "c".repeat(32))
        .assert()
        .success();
    let log = String::from_utf8_lossy(&init.get_output().stderr).into_owned();
    assert!(log.contains("-----> Downloading Datadog Agent 7.81.2-1"), "{log}");
    assert!(log.contains("-----> Installing Datadog agent wrapper"), "{log}");

    let folder = tempfile::tempdir().unwrap();
    let home = folder.path().join("app");
    let (mut dyno, line) = Dyno::boot(&sandbox, &home, &[]);
    assert!(line.starts_with("web.1 of shop is up in "), "{line}");
    let started =
        notes(&home, |notes| has(notes, "agent", "started") && has(notes, "trace-agent", "started"));
    let agent = started.iter().find(|note| note["program"] == "agent").unwrap();
    assert_eq!(agent["host"], "shop.web.1");

    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.send_to(b"orders.placed:1|c|#env:test", ("127.0.0.1", metrics)).unwrap();
    notes(&home, |notes| has(notes, "agent", "metric"));
    assert_eq!(dyno.stop(), 0);
    let all = notes(&home, |notes| has(notes, "agent", "flushed") && has(notes, "trace-agent", "flushed"));
    let flushed = all.iter().find(|note| note["program"] == "agent" && note["event"] == "flushed").unwrap();
    assert_eq!(flushed["metrics"], 1);
}

#[test]
fn a_slug_that_is_not_right_boots_and_what_is_wrong_is_named() {
    let sandbox = Sandbox::start();
    sandbox.command(&["init", "-a", "shop", "--yes"]).env("DD_API_KEY", "c".repeat(32)).assert().success();
    let agent = Path::new(".apt/opt/datadog-agent");
    let boot = || {
        let mut command = sandbox.command(&["sandbox", "boot", "shop", "--command", "echo booted"]);
        command.env("DD_HEROKU_SANDBOX_STATE", sandbox.state_file());
        let output = command.output().unwrap();
        [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap())
    };
    let [stdout, stderr] = boot();
    assert!(stdout.contains("booted") && !stderr.contains("leads to"), "{stdout}{stderr}");
    let slugs = sandbox.state_file().with_extension("slugs");
    let slug = std::fs::read_dir(&slugs)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .find(|s| s.join(agent).is_dir());
    std::os::unix::fs::symlink("nowhere", slug.unwrap().join(agent).join("dangling")).unwrap();
    let [stdout, stderr] = boot();
    assert!(stdout.contains("booted"), "{stdout}{stderr}");
    assert!(stderr.contains(".apt/opt/datadog-agent/dangling leads to `nowhere`"), "{stderr}");
}

#[test]
fn the_agent_of_a_booted_dyno_is_restarted_from_outside() {
    let folder = tempfile::tempdir().unwrap();
    let (state, home) = (folder.path().join("sandbox.json"), folder.path().join("app"));
    let command = |arguments: &[&str]| {
        let mut command = Command::new(assert_cmd::cargo::cargo_bin("dd-heroku"));
        command.args(arguments).env_clear().env("PATH", "/usr/local/bin:/usr/bin:/bin");
        command.env("HOME", folder.path()).env("DD_HEROKU_SANDBOX_STATE", &state).current_dir(folder.path());
        command
    };
    let asked = |arguments: &[&str]| {
        let flags = arguments.iter().position(|word| word.starts_with('-')).unwrap_or(arguments.len());
        let (words, flags) = arguments.split_at(flags);
        let output = command(&[words, &["-a", "shop", "--sandbox"], flags].concat()).output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (output.status.code(), text(output.stdout), text(output.stderr))
    };
    let ports = ["DD_DOGSTATSD_PORT", "DD_APM_RECEIVER_PORT"].map(|name| format!("{name}={}", free_port()));
    let (code, _, said) = asked(&["init", "--buildpack-url", "https://example.com/dd-heroku.tgz", "--yes"]);
    assert_eq!(code, Some(0), "{said}");
    let (code, _, said) = asked(&["config", "set", &ports[0], &ports[1], "--yes", "--no-rebuild"]);
    assert_eq!(code, Some(0), "{said}");
    let (code, _, said) = asked(&["agent", "restart"]);
    assert_eq!(code, Some(1));
    assert!(said.contains("dd-heroku sandbox boot shop"), "{said}");

    let mut boot = command(&["sandbox", "boot", "shop", "--home", "app"]);
    let mut child = boot.stdout(Stdio::piped()).spawn().unwrap();
    let stdout = BufReader::new(child.stdout.take().unwrap());
    let mut dyno = Dyno(child, stdout);
    let starts = |notes: &[Value], count: usize| {
        let started = |program: &str| {
            notes.iter().filter(|note| note["program"] == program && note["event"] == "started").count()
        };
        started("agent") == count && started("trace-agent") == count
    };
    notes(&home, |notes| starts(notes, 1));
    let answer = asked(&["agent", "restart", "--dyno", "web.1"]);
    assert_eq!(
        (answer.0, answer.1.as_str()),
        (Some(0), "web.1: restarted agent, trace-agent\n"),
        "{answer:?}"
    );
    let all = notes(&home, |notes| starts(notes, 2));
    assert!(has(&all, "agent", "flushed") && has(&all, "trace-agent", "flushed"));
    let (code, text, said) = asked(&["agent", "exec", "--dyno", "web.1", "--", "version"]);
    assert_eq!((code, text.as_str()), (Some(0), "stand-in Agent: `version` does nothing here\n"), "{said}");
    let (code, text, said) = asked(&["agent", "status"]);
    assert!(code == Some(0) && text.contains("7.81.2"), "{text}{said}");
    assert_eq!(asked(&["agent", "stop"]).1, "web.1: stopped agent, trace-agent\n");
    let (code, text, _) = asked(&["agent", "status"]);
    assert!(code == Some(1) && text.contains("no Agent is running in the dyno"), "{text}");
    assert_eq!(dyno.stop(), 0);
    assert_eq!(asked(&["agent", "start"]).0, Some(1), "it runs no more");
}

#[test]
fn a_dyno_gives_back_the_status_of_its_process() {
    let sandbox = Sandbox::start();
    sandbox.command(&["init", "-a", "shop", "--yes"]).env("DD_API_KEY", "c".repeat(32)).assert().success();
    let folder = tempfile::tempdir().unwrap();
    let arguments = ["--dyno", "release.1", "--command", "echo \"$HEROKU_APP_NAME $DYNO\" > seen; exit 7"];
    // The Agent's ports may be somebody else's: a one-off dyno of an app that keeps the Agent off needs none.
    write(&sandbox, "PATCH", "/apps/shop/config-vars", json!({ "DISABLE_DATADOG_AGENT": "yes" }));
    let (mut dyno, _) = Dyno::boot(&sandbox, &folder.path().join("app"), &arguments);
    assert_eq!(dyno.0.wait().unwrap().code(), Some(7));
    assert_eq!(fs::read_to_string(folder.path().join("app/seen")).unwrap(), "shop release.1\n");
}

#[test]
fn an_app_that_was_not_built_here_cannot_be_booted() {
    let sandbox = Sandbox::start();
    let boot = |app: &str| {
        let mut command = sandbox.command(&["sandbox", "boot", app]);
        let output = command.env("DD_HEROKU_SANDBOX_STATE", sandbox.state_file()).assert().failure();
        String::from_utf8_lossy(&output.get_output().stderr).into_owned()
    };
    assert!(boot("shop").contains("dd-heroku --sandbox init -a shop --yes"));
    assert!(boot("nosuch").contains("the sandbox has no app `nosuch`"));
}

#[test]
fn a_slug_of_datadogs_buildpack_has_its_script_and_its_wrapper() {
    let sandbox = Sandbox::start();
    sandbox.command(&["init", "-a", "shop", "--yes"]).env("DD_API_KEY", "c".repeat(32)).assert().success();
    write(&sandbox, "PATCH", "/apps/shop/config-vars", json!({ "DISABLE_DATADOG_AGENT": "yes" }));
    let folder = tempfile::tempdir().unwrap();
    let command = "{ ls -a . .profile.d; agent-wrapper version; agent-wrapper restart; } > seen 2>&1";
    let (mut dyno, _) =
        Dyno::boot(&sandbox, &folder.path().join("app"), &["--dyno", "run.1", "--command", command]);
    assert_ne!(dyno.0.wait().unwrap().code(), Some(0), "it knows no restart");
    let seen = fs::read_to_string(folder.path().join("app/seen")).unwrap();
    assert!(seen.contains("datadog.sh\n") && !seen.contains("dd-heroku"), "{seen}");
    assert!(seen.contains("Agent 7.81.2 ") && seen.contains("unknown command \"restart\""), "{seen}");
}
