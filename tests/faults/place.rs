//! A folder with a sandbox's state and the user's files: the program and its Heroku are one process there, and die
//! together, as if power failed.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use dd_heroku::env::{self, Environment};
use dd_heroku::sandbox::{self as stand_in, Options, Running};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::essence::essence;
use crate::sandbox::client::{VERSION, bare};
use crate::support::program::{CANARY, Program};
use crate::support::sandbox::{TOKEN, path};

const APPLICATION_KEY: &str = "0123456789abcdef0123456789abcdef01234567";

/// A request, as the journal has it.
pub(super) struct Request {
    pub(super) method: String,
    pub(super) path: String,
    pub(super) is_write: bool,
    /// Whether it was granted, as far as its answer says.
    pub(super) is_done: bool,
}

impl Request {
    /// Whether it changes anything of the user's: a place to upload a source to does not.
    pub(super) fn changes(&self) -> bool {
        self.is_write && self.path != "/sources"
    }

    /// Its path, with a star for every id, which is another in each run.
    pub(super) fn pattern(&self) -> String {
        let is_id = |part: &str| part.len() == 36 && part.matches('-').count() == 4;
        let parts = self.path.split('/').map(|part| if is_id(part) { "*" } else { part });
        parts.collect::<Vec<_>>().join("/")
    }
}

pub(super) struct Place(TempDir);

impl Place {
    pub(super) fn new(folder: TempDir) -> Self {
        Self(folder)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Runs the program on the sandbox of this place.
    pub(super) fn run<S: AsRef<str>>(&self, arguments: &[S], stdin: &str, faults: Option<&Value>) -> Output {
        let mut command = assert_cmd::Command::cargo_bin("dd-heroku").unwrap();
        command.arg("--sandbox").args(arguments.iter().map(AsRef::as_ref)).write_stdin(stdin);
        command.env_clear().env("PATH", path()).env("HOME", self.path("home")).env("NO_COLOR", "1");
        command.env("DD_API_KEY", CANARY).env("DD_APP_KEY", APPLICATION_KEY).current_dir(self.path("home"));
        command.env("HEROKU_DATA_HOST", "127.0.0.1");
        command.env(env::DD_HEROKU_SANDBOX_STATE, self.path("state.json"));
        command.env(env::DD_HEROKU_SANDBOX_JOURNAL, self.path("journal"));
        if let Some(faults) = faults {
            fs::write(self.path("faults.json"), faults.to_string()).unwrap();
            command.env(env::DD_HEROKU_SANDBOX_FAULTS, self.path("faults.json"));
        }
        Program::new(command).output().unwrap()
    }

    /// The requests so far, in the order of their answers.
    pub(super) fn requests(&self) -> Vec<Request> {
        let journal = fs::read_to_string(self.path("journal")).unwrap_or_default();
        journal.lines().map(|line| request(&serde_json::from_str(line).unwrap())).collect()
    }

    /// Lets a real database stand behind `shop`.
    pub(super) fn use_database(&self, url: &str) {
        let sandbox = self.serve();
        let request = bare("PUT", &format!("{}/sandbox/apps/shop/database", sandbox.url)).bearer_auth(TOKEN);
        let answer = request.header("Accept", VERSION).json(&json!({ "url": url })).send().unwrap();
        assert!(answer.status().is_success());
    }

    /// Its folder, without what belongs to the runs so far.
    pub(super) fn into_template(self) -> TempDir {
        for name in ["journal", "state.lock", "faults.json"] {
            let _ = fs::remove_file(self.path(name));
        }
        self.0
    }

    /// What a person would call the end: of Heroku and Datadog as they are set up, and of the user's files. Builds and
    /// releases that are under way come to their end first, as they do on Heroku.
    pub(super) fn end(&self) -> Value {
        let sandbox = self.serve();
        let read = |path: &str| {
            let request = bare("GET", &format!("{}{path}", sandbox.url)).bearer_auth(TOKEN);
            request.header("Accept", VERSION).send().unwrap().json::<Vec<Value>>().unwrap()
        };
        for app in self.state()["apps"].as_array().unwrap() {
            for kind in ["builds", "releases"] {
                let records = app[kind].as_array().unwrap();
                // Most apps have nothing under way, and reading them takes time.
                if records.iter().any(|record| record["status"] == "pending") {
                    let name = app["name"].as_str().unwrap();
                    read(&format!("/apps/{name}/{kind}")).iter().for_each(wait_for);
                }
            }
        }
        drop(sandbox);
        let builds = fs::read_dir(self.path("state.slugs")).into_iter().flatten().flatten();
        let is_left = |name: &str| name.starts_with("build-");
        let left: Vec<_> = builds.filter(|entry| is_left(&entry.file_name().to_string_lossy())).collect();
        assert!(left.is_empty(), "{left:?}");
        let mut files = serde_json::Map::new();
        read_files(&self.path("home"), "", &mut files);
        json!({"state": essence(&self.state()), "files": files})
    }

    fn state(&self) -> Value {
        stand_in::state(&self.path("state.json")).unwrap()
    }

    fn serve(&self) -> Running {
        let state = self.path("state.json").into_os_string();
        let env = Environment::new([(env::DD_HEROKU_SANDBOX_STATE.into(), state)], Vec::new(), self.path(""));
        stand_in::start(&Options::from_env(&env).unwrap()).unwrap()
    }
}

/// Reads the output of what is under way: it ends when that does.
fn wait_for(record: &Value) {
    if record["status"] == "pending"
        && let Some(url) = record["output_stream_url"].as_str()
    {
        bare("GET", url).send().unwrap().text().unwrap();
    }
}

fn request(line: &Value) -> Request {
    let text = |name: &str| line[name].as_str().unwrap_or_default().to_owned();
    // What a fault did is known to who asked for it.
    let is_done = line["fault"].is_null() && line["status"].as_u64().is_some_and(|status| status < 300);
    Request { method: text("method"), path: text("path"), is_write: line["write"] == true, is_done }
}

/// The user's files below a folder, without what git and caches keep.
fn read_files(folder: &Path, below: &str, files: &mut serde_json::Map<String, Value>) {
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let name = format!("{below}{}", entry.file_name().to_string_lossy());
        // A file that was being written when the program was killed, and has not got its name.
        if entry.file_name().to_string_lossy().starts_with(".dd-heroku-") {
            continue;
        }
        if entry.file_type().unwrap().is_file() {
            files.insert(name, fs::read_to_string(entry.path()).unwrap().into());
        } else if ![".git", ".cache", ".local", ".config"].contains(&name.as_str()) {
            read_files(&entry.path(), &format!("{name}/"), files);
        }
    }
}
