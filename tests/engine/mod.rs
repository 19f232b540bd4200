//! The way of every changing command: what is said and done when it is stopped, fails, or is only asked to show.

mod features;
mod plans;
mod promotion;
mod release;
mod stop;
mod under_way;
mod undo;
mod unwritable;

use serde_json::Value;

use crate::support::program::{CANARY, Program};
use crate::support::sandbox::Sandbox;

/// A command with a Datadog key.
fn command(sandbox: &Sandbox, arguments: &[&str]) -> Program {
    let mut program = sandbox.command(arguments);
    program.env("DD_API_KEY", CANARY);
    program
}

/// Runs a command with `--json`: its one document and its exit code.
fn document(sandbox: &Sandbox, arguments: &[&str]) -> (Value, i32) {
    let output = command(sandbox, &[arguments, &["--json"]].concat()).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let document = serde_json::from_str(&text)
        .unwrap_or_else(|error| panic!("{error}: {text}\n{}", String::from_utf8_lossy(&output.stderr)));
    (document, output.status.code().unwrap())
}

/// Each change's kind and result.
fn results(document: &Value) -> Vec<(&str, &str)> {
    let changes = document["changes"].as_array().unwrap().iter();
    changes
        .map(|change| (change["kind"].as_str().unwrap(), change["result"].as_str().unwrap_or("-")))
        .collect()
}

/// A `shop` that is set up, its slug built.
fn set_up(sandbox: &Sandbox, app: &str) {
    command(sandbox, &["init", "-a", app, "--yes", "--quiet"]).assert().success();
}
