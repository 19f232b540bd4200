//! What the tests share.

pub(crate) mod checkout;
pub(crate) mod keyring;

pub(crate) mod package;
pub(crate) mod package_repository;
pub(crate) mod postgres;
pub(crate) mod program;
pub(crate) mod python_packages;
pub(crate) mod registries;
pub(crate) mod sandbox;
pub(crate) mod scripted;
pub(crate) mod terminal;

use std::process::Command;

/// Runs a command that must succeed; gives back what it printed.
pub(crate) fn run(command: &mut Command) -> String {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// The kinds of a plan's changes, in their order.
pub(crate) fn kinds(plan: &serde_json::Value) -> Vec<&str> {
    let changes = plan["changes"].as_array().unwrap();
    changes.iter().map(|change| change["kind"].as_str().unwrap()).collect()
}

/// The codes of the findings in a document of `doctor`.
pub(crate) fn codes(document: &serde_json::Value) -> Vec<&str> {
    let findings = document["findings"].as_array().unwrap().iter();
    findings.map(|finding| finding["code"].as_str().unwrap()).collect()
}
