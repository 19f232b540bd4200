//! `sandbox clone`: a checkout whose HEAD is what runs.

use std::fs;

use crate::support::checkout::git;
use crate::support::program::Program;
use crate::support::sandbox::Sandbox;

/// `sandbox clone` in the sandbox's folder.
fn clone(sandbox: &Sandbox, arguments: &[&str]) -> Program {
    let mut command = sandbox.command(&[&["sandbox", "clone"], arguments].concat());
    command.env("DD_HEROKU_SANDBOX_STATE", sandbox.state_file()).current_dir(sandbox.folder());
    command
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap()
}

#[test]
fn a_checkout_has_the_running_commit_and_a_remote_that_names_the_app() {
    let sandbox = Sandbox::start();
    let folder = sandbox.folder().join("shop");
    let cloned = clone(&sandbox, &["shop", "--json"]).json(0);
    assert_eq!(cloned["folder"], folder.to_str().unwrap());
    assert_eq!(git(&folder, &["rev-parse", "HEAD"]).trim(), cloned["commit"].as_str().unwrap());
    assert!(fs::read_to_string(folder.join("Procfile")).unwrap().contains("bundle exec puma"));

    let status = sandbox.command(&["status", "--json"]).current_dir(&folder).json(0);
    assert_eq!((&status["app"], &status["slug"]["commit"]), (&"shop".into(), &cloned["commit"]));
    let mut rebuild = sandbox.command(&["rebuild", "--ref", "HEAD", "--dry-run", "--json"]);
    assert_eq!(rebuild.current_dir(&folder).json(0)["changes"][0]["commit"], cloned["commit"]);
}

#[test]
fn no_folder_is_overwritten_and_what_has_no_commit_is_refused() {
    let sandbox = Sandbox::start();
    let folder = sandbox.folder().join("mine");
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("Procfile"), "web: mine\n").unwrap();
    for (arguments, reason) in [
        (&["shop", "mine"][..], "is not empty"),
        (&["imagery"], "not built from a commit"),
        (&["shpo"], "no app `shpo`"),
    ] {
        let output = clone(&sandbox, arguments).output().unwrap();
        let complaint = text(output.stderr);
        assert!(output.status.code() == Some(1) && complaint.contains(reason), "{complaint}");
    }
    assert_eq!(fs::read_to_string(folder.join("Procfile")).unwrap(), "web: mine\n");
}
