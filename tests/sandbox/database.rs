//! `sandbox database`: a PostgreSQL of this machine behind an app's add-on.

use std::process::{Child, Command, Stdio};

use serde_json::Value;

use crate::support::run;
use crate::support::sandbox::path;

/// The server under test; it is stopped when the test is over, however it ends.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = Command::new("kill").args(["-TERM", &self.0.id().to_string()]).status();
        let _ = self.0.wait();
    }
}

#[test]
fn monitoring_can_be_set_up_on_a_database_until_it_is_stopped() {
    let folder = tempfile::tempdir().unwrap();
    let command = |arguments: &[&str]| {
        let mut command = Command::new(assert_cmd::cargo::cargo_bin("dd-heroku"));
        command.args(arguments).env_clear().env("PATH", path()).env("HOME", folder.path());
        command.env("DD_HEROKU_SANDBOX_STATE", folder.path().join("state.json"));
        // A command that writes files must not do so in this repository.
        command.current_dir(folder.path());
        command
    };
    run(&mut command(&["sandbox", "reset"]));
    let url = || {
        let state = dd_heroku::sandbox::state(&folder.path().join("state.json")).unwrap();
        let mut apps = state["apps"].as_array().unwrap().iter();
        apps.find(|app| app["name"] == "shop").unwrap()["config"]["DATABASE_URL"].as_str().unwrap().to_owned()
    };
    let before = url();
    let mut database = command(&["sandbox", "database", "shop", "--json"]);
    let mut database = Running(database.stdout(Stdio::piped()).spawn().unwrap());
    let stdout = database.0.stdout.take().unwrap();
    let started = serde_json::Deserializer::from_reader(stdout).into_iter::<Value>().next().unwrap().unwrap();
    assert_eq!(started["url"].as_str().unwrap(), url());
    run(&mut command(&["dbm", "setup", "-a", "shop", "--yes", "--sandbox"]));
    let checked = command(&["dbm", "check", "-a", "shop", "--sandbox"]).output().unwrap();
    let checked = String::from_utf8(checked.stdout).unwrap();
    assert!(
        checked.lines().any(|line| line.starts_with("explain works") && line.contains("ok")),
        "{checked}"
    );

    run(Command::new("kill").args(["-TERM", &database.0.id().to_string()]));
    assert!(database.0.wait().unwrap().success());
    assert_eq!(url(), before);
}
