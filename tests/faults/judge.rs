//! What must be true of a run with a fault, and of the one after it.

use std::collections::BTreeSet;
use std::process::Output;

use serde_json::Value;

/// A run with a fault, and the same command again.
pub(super) struct Runs<'a> {
    pub(super) first: &'a Output,
    /// Whether the first run changed anything, as far as the journal says.
    pub(super) has_written: bool,
    /// Where the first run ended, when it says that all is well.
    pub(super) end_of_first: Option<&'a Value>,
    pub(super) second: &'a Output,
    pub(super) end: &'a Value,
    /// Where a run ends that nothing disturbs.
    pub(super) undisturbed: &'a Value,
}

/// What is wrong.
pub(super) fn problems(runs: &Runs) -> Vec<String> {
    let mut problems = Vec::new();
    let text = String::from_utf8_lossy(&runs.first.stdout) + String::from_utf8_lossy(&runs.first.stderr);
    let text = text.as_ref();
    if text.contains("panicked at") {
        problems.push("it panics".to_owned());
    }
    if text.contains(crate::support::sandbox::TOKEN) {
        problems.push("the token is printed".to_owned());
    }
    // None: killed, on purpose.
    if !matches!(runs.first.status.code(), None | Some(0 | 1 | 4 | 5 | 130)) {
        problems.push(format!("exit code {:?}", runs.first.status.code()));
    }
    if text.contains("nothing was changed") && runs.has_written {
        problems.push("it says that nothing was changed".to_owned());
    }
    if runs.end_of_first.is_some_and(|end| end != runs.undisturbed) {
        problems.push(format!(
            "it says that all is well: {}",
            difference(runs.end_of_first.unwrap(), runs.undisturbed)
        ));
    }
    problems.extend(untrue(runs.first, runs.second));
    if !runs.second.status.success() {
        problems.push("the second run fails".to_owned());
    }
    if runs.end != runs.undisturbed {
        problems.push(format!("the second run ends elsewhere: {}", difference(runs.end, runs.undisturbed)));
    }
    problems
}

/// Changes that the first run calls done and the second makes, and changes that the first run calls undone and the second
/// does not make.
fn untrue(first: &Output, second: &Output) -> Vec<String> {
    let (Some(first), Some(second)) = (changes(first), changes(second)) else { return Vec::new() };
    let made: BTreeSet<_> = second.iter().map(|(name, _)| name.as_str()).collect();
    let verdict = |(name, result): &(String, String)| match result.as_str() {
        "done" if made.contains(name.as_str()) => Some(format!("{name} is called done, and was not")),
        "failed" | "skipped" if !made.contains(name.as_str()) => {
            Some(format!("{name} is called {result}, and was done"))
        }
        _ => None,
    };
    first.iter().filter_map(verdict).collect()
}

/// The changes in a document, each by what it changes, with what became of it. None: there is no document.
pub(super) fn changes(output: &Output) -> Option<Vec<(String, String)>> {
    let document: Value = serde_json::from_slice(&output.stdout).ok()?;
    let apps = match document {
        Value::Array(apps) => apps,
        document => vec![document],
    };
    let changes = apps.iter().flat_map(|app| {
        let changes = app["changes"].as_array().into_iter().flatten();
        changes.map(|change| (format!("{} {}", app["app"], name(change)), result(change)))
    });
    Some(changes.collect())
}

fn name(change: &Value) -> String {
    let fields = ["kind", "name", "key", "path", "host", "id", "metric", "title", "target", "app"];
    let fields = fields.iter().filter_map(|field| change[field].as_str());
    fields.collect::<Vec<_>>().join(" ")
}

fn result(change: &Value) -> String {
    change["result"].as_str().unwrap_or_default().to_owned()
}

/// The places where two documents differ.
fn difference(actual: &Value, expected: &Value) -> String {
    let mut places = Vec::new();
    compare("", actual, expected, &mut places);
    places.join("; ")
}

fn compare(place: &str, actual: &Value, expected: &Value, places: &mut Vec<String>) {
    match (actual, expected) {
        (Value::Object(a), Value::Object(b)) => {
            let names: BTreeSet<_> = a.keys().chain(b.keys()).collect();
            for name in names {
                compare(&format!("{place}.{name}"), &actual[name], &expected[name], places);
            }
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            for (at, (a, b)) in a.iter().zip(b).enumerate() {
                compare(&format!("{place}[{at}]"), a, b, places);
            }
        }
        (a, b) if a == b => {}
        (a, b) => places.push(format!("{place} is {a} instead of {b}")),
    }
}
