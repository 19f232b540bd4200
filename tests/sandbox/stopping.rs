//! `sandbox boot` and `sandbox database` leave nothing behind when a signal ends them, whenever it comes.

use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::json;

use super::client::write;
use crate::support::sandbox::{Sandbox, path};

const SIGNALS: [Signal; 3] = [Signal::INT, Signal::TERM, Signal::HUP];

/// A command of the sandbox with its temporary folder, which PostgreSQL's user may enter.
struct Running {
    child: Child,
    folder: tempfile::TempDir,
}

impl Running {
    fn start(state: &Path, arguments: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
        let mut command = Command::new(assert_cmd::cargo::cargo_bin("dd-heroku"));
        command.arg("sandbox").args(arguments).env_clear().env("PATH", path());
        command.env("DD_HEROKU_SANDBOX_STATE", state).env("TMPDIR", folder.path());
        let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        Self { child, folder }
    }

    fn names(&self) -> Vec<String> {
        let names = fs::read_dir(self.folder.path()).unwrap().flatten();
        names.map(|entry| entry.file_name().into_string().unwrap()).collect()
    }

    /// Waits for its folder in the temporary folder.
    fn wait_for_folder(&mut self) {
        let until = Instant::now() + Duration::from_secs(60);
        while self.names().is_empty() {
            assert!(self.child.try_wait().unwrap().is_none() && Instant::now() < until, "no folder");
            std::thread::yield_now();
        }
    }

    /// Waits for its first line.
    fn wait_until_up(&mut self) {
        let mut stdout = BufReader::new(self.child.stdout.take().unwrap());
        let mut line = String::new();
        stdout.read_line(&mut line).unwrap();
        assert!(!line.is_empty(), "it said nothing");
        // It stays open for what the dyno prints.
        self.child.stdout = Some(stdout.into_inner());
    }

    /// Sends the signal, waits for the end, and looks for what is left.
    fn stop(mut self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
        let until = Instant::now() + Duration::from_secs(60);
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            assert!(Instant::now() < until, "{signal:?} does not end it");
            std::thread::yield_now();
        };
        // Where it was stopped in the middle of something, that may have failed; the signal itself never ends it.
        assert!(status.code().is_some(), "{signal:?}: {status}");
        assert_eq!(self.names(), [""; 0], "{signal:?} leaves a folder");
        let processes = self.processes();
        assert_eq!(processes, [""; 0], "{signal:?} leaves a process");
    }

    /// The processes that know of the temporary folder.
    fn processes(&self) -> Vec<String> {
        let place = self.folder.path().to_str().unwrap();
        let entries = fs::read_dir("/proc").unwrap().flatten().map(|entry| entry.path());
        let knows = |entry: &Path, file: &str| {
            fs::read(entry.join(file)).is_ok_and(|bytes| String::from_utf8_lossy(&bytes).contains(place))
        };
        let left = entries.filter(|entry| knows(entry, "environ") || knows(entry, "cmdline"));
        left.map(|entry| fs::read_to_string(entry.join("cmdline")).unwrap_or_default()).collect()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn built() -> Sandbox {
    let sandbox = Sandbox::start();
    sandbox.command(&["init", "-a", "shop", "--yes"]).env("DD_API_KEY", "c".repeat(32)).assert().success();
    write(&sandbox, "PATCH", "/apps/shop/config-vars", json!({ "DISABLE_DATADOG_AGENT": "yes" }));
    sandbox
}

#[test]
fn a_dyno_that_a_signal_ends_leaves_nothing_behind() {
    let sandbox = built();
    for signal in SIGNALS {
        let arguments = ["boot", "shop", "--dyno", "run.1", "--command", "sleep 1000 & sleep 1000"];
        let mut running = Running::start(&sandbox.state_file(), &arguments);
        running.wait_until_up();
        running.stop(signal);
    }
}

#[test]
fn a_database_that_a_signal_ends_leaves_nothing_behind_even_while_it_starts() {
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("state.json");
    for signal in SIGNALS {
        let mut starting = Running::start(&state, &["database", "shop"]);
        starting.wait_for_folder();
        starting.stop(signal);
        let mut up = Running::start(&state, &["database", "shop"]);
        up.wait_until_up();
        up.stop(signal);
    }
}

#[test]
fn a_database_of_no_app_is_refused_before_anything_starts() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new(assert_cmd::cargo::cargo_bin("dd-heroku"));
    // No program of the machine can be run: none is needed to see that the app does not exist.
    command.args(["sandbox", "database", "nosuch"]).env_clear().env("PATH", "/nonexistent");
    command.env("DD_HEROKU_SANDBOX_STATE", folder.path().join("state.json"));
    let output = command.output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(said.contains("the sandbox has no app `nosuch` with a Postgres add-on"), "{said}");
}
