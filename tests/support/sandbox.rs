//! A sandbox of a test's own: `dd-heroku sandbox serve` on a free port, with its state in a temporary folder.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command as Process, Stdio};
use std::sync::{Mutex, PoisonError};

use serde_json::Value;

use assert_cmd::Command;
use tempfile::TempDir;

use super::program::{Program, assert_no_canary};

/// The token the sandbox knows.
pub(crate) const TOKEN: &str = dd_heroku::sandbox::TOKEN;

/// A running sandbox; it is killed when this is dropped.
pub(crate) struct Sandbox {
    child: Mutex<Child>,
    url: String,
    /// The variables that lead other programs here.
    variables: Vec<(String, String)>,
    folder: TempDir,
    arguments: Vec<String>,
}

/// How to start one.
#[derive(Default)]
pub(crate) struct Setup {
    faults: Option<Value>,
    latency_ms: u64,
    extra_apps: u32,
    rate_limit: Option<(u32, u32)>,
}

impl Setup {
    /// Has faults injected: the JSON list of `docs/sandbox.md`.
    pub(crate) fn faults(mut self, faults: Value) -> Self {
        self.faults = Some(faults);
        self
    }

    /// Delays every request.
    pub(crate) fn latency_ms(mut self, latency: u64) -> Self {
        self.latency_ms = latency;
        self
    }

    /// Adds copies of `shop`, named `shop-001` and so on.
    pub(crate) fn extra_apps(mut self, count: u32) -> Self {
        self.extra_apps = count;
        self
    }

    /// Gives the account a budget of `requests`, of which `refill` come back in a minute.
    pub(crate) fn rate_limit(mut self, requests: u32, refill: u32) -> Self {
        self.rate_limit = Some((requests, refill));
        self
    }

    /// Starts it, in the state of the start.
    pub(crate) fn start(self) -> Sandbox {
        let folder = tempfile::tempdir().unwrap();
        let journal = folder.path().join("journal.jsonl");
        let mut arguments =
            vec!["--latency-ms".into(), self.latency_ms.to_string(), "--journal".into(), text(&journal)];
        arguments.extend(["--extra-apps".into(), self.extra_apps.to_string()]);
        if let Some((requests, refill)) = self.rate_limit {
            arguments.extend(["--rate-limit".into(), requests.to_string()]);
            arguments.extend(["--rate-refill".into(), refill.to_string()]);
        }
        if let Some(faults) = self.faults {
            let file = folder.path().join("faults.json");
            fs::write(&file, faults.to_string()).unwrap();
            arguments.extend(["--faults".into(), text(&file)]);
        }
        fs::create_dir(folder.path().join("home")).unwrap();
        let (child, url, variables) = serve(folder.path(), &arguments);
        Sandbox { child: Mutex::new(child), url, variables, folder, arguments }
    }
}

impl Sandbox {
    /// A sandbox without faults or latency.
    pub(crate) fn start() -> Self {
        Setup::default().start()
    }

    /// A sandbox with faults: the JSON list of `docs/sandbox.md`.
    pub(crate) fn with_faults(faults: Value) -> Self {
        Setup::default().faults(faults).start()
    }

    /// Its URL, that of the Heroku API.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// The variables that `sandbox serve` printed, for other programs.
    pub(crate) fn variables(&self) -> impl Iterator<Item = (&str, &str)> {
        self.variables.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The user's home folder, and nothing of the machine's.
    pub(crate) fn home(&self) -> PathBuf {
        self.folder.path().join("home")
    }

    /// The folder of the test, everything in it.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The file its state is in.
    pub(crate) fn state_file(&self) -> PathBuf {
        self.folder.path().join("sandbox.json")
    }

    /// `dd-heroku` with these arguments, in an environment of its own that points here.
    pub(crate) fn command(&self, arguments: &[&str]) -> Program {
        let mut command = Command::cargo_bin("dd-heroku").unwrap();
        command
            .args(arguments)
            .env_clear()
            .env("PATH", path())
            .env("HOME", self.home())
            .env("NO_COLOR", "1")
            .env("HEROKU_API_URL", &self.url)
            .env("HEROKU_API_KEY", TOKEN)
            .env("DD_HEROKU_DATADOG_URL", format!("{}/datadog", self.url))
            .env("DD_HEROKU_APT_URL", format!("{}/apt", self.url))
            .env("DD_HEROKU_APT_KEYS_URL", format!("{}/keys", self.url))
            .env("DD_HEROKU_APT_KEY_FINGERPRINTS", dd_heroku::sandbox::fingerprint())
            // GitHub cannot be reached.
            .env("GIT_CONFIG_COUNT", "1")
            .env("GIT_CONFIG_KEY_0", "url.file:///nowhere/.insteadOf")
            .env("GIT_CONFIG_VALUE_0", "https://github.com/")
            .current_dir(self.home());
        Program::new(command)
    }

    /// The lines of its journal, in the order of the answers.
    pub(crate) fn journal(&self) -> Vec<Value> {
        let text = fs::read_to_string(self.folder.path().join("journal.jsonl")).unwrap_or_default();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// `METHOD path` of every request in the journal that could change something.
    pub(crate) fn writes(&self) -> Vec<String> {
        let writes = self.journal().into_iter().filter(|line| line["write"] == true);
        writes.map(|line| format!("{} {}", text_of(&line["method"]), text_of(&line["path"]))).collect()
    }

    /// The text of its journal.
    pub(crate) fn journal_text(&self) -> String {
        fs::read_to_string(self.folder.path().join("journal.jsonl")).unwrap_or_default()
    }

    /// Its state, as the state file has it.
    pub(crate) fn state(&self) -> Value {
        dd_heroku::sandbox::state(&self.state_file()).unwrap()
    }

    /// One app of its state.
    pub(crate) fn app(&self, name: &str) -> Value {
        let state = self.state();
        let mut apps = state["apps"].as_array().unwrap().iter();
        apps.find(|app| app["name"] == name).unwrap().clone()
    }

    /// Kills it and starts another on the same state, without the faults.
    pub(crate) fn restart(&mut self) {
        self.stop();
        let faults = self.arguments.iter().position(|argument| argument == "--faults");
        if let Some(at) = faults {
            self.arguments.drain(at..at + 2);
        }
        let (child, url, variables) = serve(self.folder.path(), &self.arguments);
        (self.child, self.url, self.variables) = (Mutex::new(child), url, variables);
    }

    /// Waits for the process to end by itself, and says whether a signal ended it.
    pub(crate) fn died(&self) -> bool {
        self.child.lock().unwrap().wait().unwrap().code().is_none()
    }

    /// Kills it, and waits until it is gone.
    pub(crate) fn stop(&self) {
        let mut child = self.child.lock().unwrap_or_else(PoisonError::into_inner);
        let _ = child.kill();
        let _ = child.wait();
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        self.stop();
        if !std::thread::panicking() {
            assert_no_canary_below(self.folder.path());
        }
    }
}

/// Fails where a file holds the canary key: the home, the checkout, the journal, uploads, the state.
fn assert_no_canary_below(folder: &Path) {
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let path = entry.path();
        if entry.file_name().to_string_lossy().starts_with("build-") {
            // A build that was under way when the sandbox was killed: its next start takes that away.
        } else if entry.file_type().unwrap().is_dir() {
            assert_no_canary_below(&path);
        } else {
            assert_no_canary(&path.display().to_string(), &fs::read(&path).unwrap_or_default());
        }
    }
}

fn serve(folder: &Path, arguments: &[String]) -> (Child, String, Vec<(String, String)>) {
    let mut child = Process::new(assert_cmd::cargo::cargo_bin("dd-heroku"))
        .args(["sandbox", "serve", "--port", "0"])
        .args(arguments)
        .env_clear()
        .env("HOME", folder.join("home"))
        .env("DD_HEROKU_SANDBOX_STATE", folder.join("sandbox.json"))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let words = shlex::split(line.trim()).unwrap_or_default();
    let variables: Vec<_> = words
        .iter()
        .filter_map(|word| word.split_once('='))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    let url = variables.iter().find(|(name, _)| name == "HEROKU_HOST");
    let url = url.unwrap_or_else(|| panic!("the sandbox did not start: {line}")).1.clone();
    (child, url, variables)
}

/// The search path of the machine, for git and the like.
#[allow(clippy::disallowed_methods, reason = "the test's own environment is the machine's")]
pub(crate) fn path() -> std::ffi::OsString {
    std::env::var_os("PATH").unwrap_or_default()
}

fn text(path: &Path) -> String {
    path.to_str().unwrap().to_owned()
}

fn text_of(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
