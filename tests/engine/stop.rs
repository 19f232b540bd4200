//! Ctrl-C: a stop belongs to the whole run, and what is said comes from what was written.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::process::{Command, Output, Stdio};

use dd_heroku::env;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::checkout::create;
use crate::support::program::{CANARY, Program, assert_no_canary};
use crate::support::sandbox;

/// The program with a Heroku of its own in the same process, which sends it a SIGINT at one request.
struct Place(TempDir);

impl Place {
    fn new() -> Self {
        let place = Self(tempfile::tempdir().unwrap());
        fs::create_dir(place.0.path().join("home")).unwrap();
        place
    }

    fn run(&self, fault: &Value, arguments: &[&str]) -> Output {
        Program::new(assert_cmd::Command::from_std(self.command(&json!([fault]), arguments)))
            .output()
            .unwrap()
    }

    fn command(&self, faults: &Value, arguments: &[&str]) -> Command {
        let file = self.0.path().join("faults.json");
        fs::write(&file, faults.to_string()).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_dd-heroku"));
        command.arg("--sandbox").args(arguments).env_clear();
        command.env("PATH", sandbox::path()).env("HOME", self.0.path().join("home")).env("NO_COLOR", "1");
        command.env("DD_API_KEY", CANARY).current_dir(self.0.path().join("home"));
        command.env(env::DD_HEROKU_SANDBOX_STATE, self.0.path().join("state.json"));
        command.env(env::DD_HEROKU_SANDBOX_JOURNAL, self.0.path().join("journal"));
        command.env(env::DD_HEROKU_SANDBOX_FAULTS, &file);
        command
    }

    /// Interrupts the run once `PATCH /apps/shop/config-vars` hangs, and again when the first interrupt was heard.
    fn interrupt_twice(&self, arguments: &[&str]) -> (Option<i32>, String, String) {
        let fault = json!([{"method": "PATCH", "path": "/apps/shop/config-vars", "fault": "hang"}]);
        let mut command = self.command(&fault, arguments);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let id = Pid::from_child(&child);
        let interrupt = || kill_process(id, Signal::INT).unwrap();
        let journal = self.0.path().join("journal");
        while !fs::read_to_string(&journal).is_ok_and(|text| text.contains("\"hang\"")) {
            std::thread::yield_now();
        }
        interrupt();
        let mut stderr = BufReader::new(child.stderr.take().unwrap());
        let mut said = String::new();
        while !said.contains("press Ctrl-C again") {
            assert_ne!(stderr.read_line(&mut said).unwrap(), 0, "{said}");
        }
        interrupt();
        stderr.read_to_string(&mut said).unwrap();
        let output = child.wait_with_output().unwrap();
        assert_no_canary("stdout", &output.stdout);
        assert_no_canary("stderr", said.as_bytes());
        (output.status.code(), String::from_utf8(output.stdout).unwrap(), said)
    }

    /// `METHOD path` of the requests to Heroku that could change something, in the order of the answers.
    fn writes(&self) -> Vec<String> {
        let journal = fs::read_to_string(self.0.path().join("journal")).unwrap();
        let lines = journal.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        let writes = lines.filter(|line| line["write"] == true);
        writes
            .map(|line| format!("{} {}", line["method"].as_str().unwrap(), line["path"].as_str().unwrap()))
            .collect()
    }
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn ctrl_c_during_one_app_of_several_leaves_the_next_app_as_it_is() {
    let place = Place::new();
    let fault = json!({"method": "PATCH", "path": "/apps/shop/config-vars", "fault": "interrupt"});
    let output = place.run(&fault, &["init", "-a", "shop", "-a", "mobile-api", "--yes", "--no-rebuild"]);
    assert_eq!(output.status.code(), Some(130), "{}", said(&output));
    let writes = place.writes();
    assert!(writes.contains(&"PATCH /apps/shop/config-vars".to_owned()), "{writes:?}");
    assert!(writes.iter().all(|write| !write.contains("mobile-api")), "{writes:?}");
    assert!(said(&output).contains("not changed: `mobile-api`"), "{}", said(&output));
    assert!(!said(&output).contains("nothing was changed"), "{}", said(&output));
}

#[test]
fn a_terminated_run_and_one_whose_terminal_is_closed_stop_as_at_ctrl_c_and_leave_no_folder() {
    for signal in ["interrupt", "terminate", "hang_up"] {
        let place = Place::new();
        let temporary = place.0.path().join("tmp");
        fs::create_dir(&temporary).unwrap();
        let fault = json!([{"method": "POST", "path": "/sources", "fault": signal}]);
        let mut command = place.command(&fault, &["init", "--ref", "HEAD", "--yes"]);
        create(&place.0.path().join("home"), "shop");
        let output = command.env("TMPDIR", &temporary).output().unwrap();
        assert_eq!(output.status.code(), Some(130), "{signal}: {}", said(&output));
        assert!(place.writes().contains(&"POST /sources".to_owned()), "{signal}: {}", said(&output));
        assert!(!place.writes().contains(&"POST /apps/shop/builds".to_owned()), "{signal}");
        assert!(!said(&output).contains("nothing was changed"), "{signal}: {}", said(&output));
        let left: Vec<_> = fs::read_dir(&temporary).unwrap().flatten().map(|entry| entry.path()).collect();
        assert!(left.is_empty(), "{signal}: {left:?}");
    }
}

#[test]
fn ctrl_c_during_verification_says_that_all_changes_were_applied() {
    let place = Place::new();
    // The second read of the config vars is the verification's.
    let fault = json!({"method": "GET", "path": "/apps/shop/config-vars", "nth": 2, "fault": "interrupt"});
    let output = place.run(&fault, &["init", "-a", "shop", "-a", "mobile-api", "--yes", "--no-rebuild"]);
    assert_eq!(output.status.code(), Some(130), "{}", said(&output));
    assert!(place.writes().contains(&"PATCH /apps/shop/config-vars".to_owned()));
    assert!(place.writes().iter().all(|write| !write.contains("mobile-api")), "{:?}", place.writes());
    assert!(!said(&output).contains("nothing was changed"), "{}", said(&output));
    assert!(said(&output).contains("not changed: `mobile-api`"), "{}", said(&output));
}

#[test]
fn ctrl_c_while_the_findings_that_are_left_are_read_does_not_deny_the_changes() {
    let place = Place::new();
    // The third read of the config vars comes after the verification.
    let fault = json!({"method": "GET", "path": "/apps/legacy/config-vars", "nth": 3, "fault": "interrupt"});
    let output = place.run(&fault, &["doctor", "-a", "legacy", "--fix", "--yes"]);
    assert_eq!(output.status.code(), Some(130), "{}", said(&output));
    assert!(place.writes().contains(&"PATCH /apps/legacy/config-vars".to_owned()), "{:?}", place.writes());
    assert!(said(&output).contains("interrupted; the changes above were made before"), "{}", said(&output));
}

#[test]
fn fixing_again_waits_for_the_build_of_a_run_that_was_killed() {
    let place = Place::new();
    let fault = json!({"method": "POST", "path": "/apps/legacy/builds", "fault": "die", "when": "after"});
    let fix = ["doctor", "-a", "legacy", "--fix", "--yes"];
    assert_eq!(place.run(&fault, &fix).status.code(), None, "it is killed");
    let again = place.run(&json!({"method": "GET", "path": "/none", "fault": "reset"}), &fix);
    assert_eq!(again.status.code(), Some(0), "{}", said(&again));
    let builds = place.writes().iter().filter(|write| *write == "POST /apps/legacy/builds").count();
    assert_eq!(builds, 1, "{:?}", place.writes());
}

#[test]
fn ctrl_c_before_the_first_write_changes_nothing_and_says_so() {
    let place = Place::new();
    let fault = json!({"method": "GET", "path": "/apps/shop/config-vars", "fault": "interrupt"});
    let output = place.run(&fault, &["init", "-a", "shop", "--yes"]);
    assert_eq!(output.status.code(), Some(130), "{}", said(&output));
    assert_eq!(place.writes(), [""; 0]);
    assert!(said(&output).contains("nothing was changed"), "{}", said(&output));
}

#[test]
fn ctrl_c_between_two_apps_is_in_the_json() {
    let place = Place::new();
    let fault = json!({"method": "GET", "path": "/apps/shop/config-vars", "nth": 2, "fault": "interrupt"});
    let arguments = ["init", "-a", "shop", "-a", "mobile-api", "--yes", "--no-rebuild", "--json"];
    let output = place.run(&fault, &arguments);
    let documents: Value = serde_json::from_slice(&output.stdout).unwrap();
    let codes: Vec<_> =
        documents.as_array().unwrap().iter().map(|app| app["error"]["code"].as_str()).collect();
    assert_eq!((output.status.code(), codes), (Some(130), vec![None, Some("interrupted")]), "{documents:#}");
    assert_eq!((&documents[0]["applied"], &documents[1]["applied"]), (&json!(true), &json!(false)));
}

#[test]
fn ctrl_c_during_the_last_verification_is_not_ignored() {
    let place = Place::new();
    let fault = json!({"method": "GET", "path": "/apps/shop/config-vars", "nth": 2, "fault": "interrupt"});
    let output = place.run(&fault, &["init", "-a", "shop", "--yes", "--no-rebuild"]);
    assert_eq!(output.status.code(), Some(130), "{}", said(&output));
    assert!(said(&output).contains("all changes to `shop` were applied"), "{}", said(&output));
}

#[test]
fn a_second_ctrl_c_during_a_write_prints_what_is_done_and_what_is_unknown() {
    let arguments = ["init", "-a", "shop", "-a", "mobile-api", "--yes", "--no-rebuild", "--json"];
    let (code, stdout, _) = Place::new().interrupt_twice(&arguments);
    let documents: Value = serde_json::from_str(&stdout).unwrap_or_else(|error| panic!("{error}: {stdout}"));
    assert_eq!((code, documents.as_array().map(Vec::len)), (Some(130), Some(2)), "{documents:#}");
    let results = |document: &Value, kind: &str| -> Vec<String> {
        let changes = document["changes"].as_array().unwrap().iter();
        let of_kind = changes.filter(|change| change["kind"].as_str().unwrap().starts_with(kind));
        of_kind.map(|change| change["result"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(documents[0]["error"]["code"], "interrupted", "{documents:#}");
    assert!(results(&documents[0], "feature").iter().all(|result| result == "done"), "{documents:#}");
    let config = results(&documents[0], "config");
    assert!(!config.is_empty() && config.iter().all(|result| result == "unknown"), "{documents:#}");
    assert!(results(&documents[1], "").iter().all(|result| result == "skipped"), "{documents:#}");
    assert_eq!((&documents[0]["applied"], &documents[1]["applied"]), (&json!(true), &json!(false)));

    let (code, _, said) = Place::new().interrupt_twice(&["init", "-a", "shop", "--yes", "--no-rebuild"]);
    assert_eq!(code, Some(130), "{said}");
    assert!(said.contains("done: ") && said.contains("not known whether done: config DD_API_KEY"), "{said}");
}
