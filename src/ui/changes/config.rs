//! Config vars. A value that may be a secret is masked, whether the change says so or the value itself does.

use serde_json::{Value, json};

use super::Shown;
use super::row::{Sign, row};
use crate::datadog::options;
use crate::secret::{Secret, mask};

/// What replaces a secret in JSON.
const MASKED: &str = "••••";

/// `names` is the width of the widest name in the plan.
pub(super) fn set(key: &str, before: Option<&Secret>, after: &Secret, secret: bool, names: usize) -> Shown {
    let line = match before {
        None => row(Sign::Add, "config", &format!("{key:names$}  {}", shown(key, after))),
        Some(before) => {
            let text = format!("{key:names$}  {} → {}", shown(key, before), shown(key, after));
            row(Sign::Change, "config", &text)
        }
    };
    Shown { lines: vec![line], json: set_json(key, before, after, secret), short: format!("config {key}") }
}

fn set_json(key: &str, before: Option<&Secret>, after: &Secret, secret: bool) -> Value {
    if !secret {
        let before = before.map(Secret::expose);
        return json!({ "kind": "config.set", "key": key, "before": before, "after": after.expose() });
    }
    let is_secret = |value: &Secret| options::is_secret(key, value.expose());
    let before = before.map(|before| if is_secret(before) { MASKED } else { before.expose() });
    let mut object = json!({ "kind": "config.set", "key": key, "before": before, "secret": true });
    if !is_secret(after) {
        object["after"] = json!(after.expose());
    }
    object
}

pub(super) fn unset(key: &str, before: &Secret, secret: bool, names: usize) -> Shown {
    let shown_in_json = if secret { MASKED } else { before.expose() };
    Shown {
        lines: vec![row(Sign::Remove, "config", &format!("{key:names$}  {}", shown(key, before)))],
        json: json!({ "kind": "config.unset", "key": key, "before": shown_in_json }),
        short: format!("config {key} unset"),
    }
}

/// A value as a person may see it.
fn shown(key: &str, value: &Secret) -> String {
    match value.expose() {
        "" => "(empty)".to_owned(),
        text if options::is_secret(key, text) => mask(text),
        text => text.to_owned(),
    }
}
