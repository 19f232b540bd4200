//! Clients of Heroku's and Datadog's APIs on the sandbox. What each does and expects is a script of its own language.

use std::path::Path;
use std::process::Command;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;

use crate::sandbox::release_phase;
use crate::support::registries;
use crate::support::sandbox::{Sandbox, path};

/// The clients for Python, at the versions that were current when the test was written.
const PYPI: [&str; 4] = [
    "heroku3==5.2.1",
    // heroku3 needs it and does not say so.
    "six==1.17.0",
    "datadog==0.56.0",
    "datadog-api-client==2.62.0",
];
/// The clients for Node.js.
const NPM: [&str; 2] = ["heroku-client@3.1.4", "@datadog/datadog-api-client@1.64.0"];

#[test]
fn heroku3_of_pypi_reads_and_writes_apps() {
    python("pypi_heroku3.py");
}

#[test]
fn datadog_of_pypi_reads_and_writes_what_an_organization_has() {
    python("pypi_datadog.py");
}

#[test]
fn datadog_api_client_of_pypi_reads_and_writes_what_an_organization_has() {
    python("pypi_datadog_api_client.py");
}

#[test]
fn heroku_client_of_npm_reads_and_writes_apps() {
    node("npm_heroku_client.js");
}

#[test]
fn datadog_api_client_of_npm_reads_and_writes_what_an_organization_has() {
    node("npm_datadog_api_client.js");
}

fn python(script: &str) {
    if let Some(python) = registries::pypi(&PYPI) {
        play(&mut Command::new(python), script);
    }
}

fn node(script: &str) {
    if let Some(folder) = registries::npm(&NPM) {
        play(Command::new("node").env("NODE_PATH", folder.join("node_modules")), script);
    }
}

/// Runs a script on a sandbox of its own; it fails where an answer is not what the script expects.
fn play(interpreter: &mut Command, script: &str) {
    let sandbox = Sandbox::start();
    let source = release_phase::archive(&[("Procfile", "web: node server.js\n"), ("package.json", "{}\n")]);
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sandbox/clients").join(script);
    let node_path = interpreter.get_envs().find_map(|(name, value)| (name == "NODE_PATH").then_some(value?));
    let node_path = node_path.map(std::ffi::OsStr::to_owned).unwrap_or_default();
    let ran = interpreter
        .arg(script)
        .env_clear()
        .env("PATH", path())
        .env("HOME", sandbox.home())
        .env("NODE_PATH", node_path)
        .env("SOURCE_TGZ", BASE64_STANDARD.encode(source))
        .envs(sandbox.variables())
        .output()
        .unwrap();
    let said = [ran.stdout, ran.stderr].concat();
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&said));
}
