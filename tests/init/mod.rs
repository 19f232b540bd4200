//! `init` as people and scripts run it, each test against a sandbox of its own.

mod failing;
mod happy;
mod prompts;
mod recipe;
mod refused;
mod requests;
mod screen;

use serde_json::Value;

use crate::support::program::{CANARY, Program};
use crate::support::sandbox::Sandbox;

/// The apps that the sandbox begins with.
const APPS: [&str; 7] = ["shop", "shop-staging", "mobile-api", "legacy", "imagery", "vault", "fjord"];

/// `init` with the canary as the key.
fn init(sandbox: &Sandbox, arguments: &[&str]) -> Program {
    let mut program = sandbox.command(&["init"]);
    program.args(arguments).env("DD_API_KEY", CANARY);
    program
}

/// The one JSON document that a run printed, and its exit code.
fn document(program: &mut Program) -> (Value, i32) {
    let output = program.output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let document = serde_json::from_str(&text);
    let said = String::from_utf8_lossy(&output.stderr);
    (document.unwrap_or_else(|error| panic!("{error}: {text}{said}")), output.status.code().unwrap())
}

/// Runs `init --yes`, which must do all it plans.
fn set_up(sandbox: &Sandbox, app: &str, more: &[&str]) -> Value {
    let (document, code) = document(init(sandbox, &["-a", app, "--yes", "--json"]).args(more));
    assert_eq!(code, 0, "{document:#}");
    document
}

/// `kind` and name of the changes of a plan.
fn kinds(document: &Value) -> Vec<&str> {
    document["changes"].as_array().unwrap().iter().map(|change| change["kind"].as_str().unwrap()).collect()
}
