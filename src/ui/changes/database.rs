//! Databases: the credential, its attachment, the statements that are run.

use serde_json::json;

use super::Shown;
use super::row::{Sign, row};
use crate::app::dbm::{CREDENTIAL, Change};

pub(super) fn show(change: &Change) -> Shown {
    let (text, json) = match change {
        Change::Credential { addon } => (
            format!("credential {CREDENTIAL} of {addon}"),
            json!({ "kind": "credential.create", "addon": addon, "name": CREDENTIAL }),
        ),
        Change::Attach { addon, name } => (
            format!("{addon} attached as {name}"),
            json!({ "kind": "addon.attach", "addon": addon, "name": name, "credential": CREDENTIAL }),
        ),
        Change::Run { addon, url: _, role, statements } => (
            format!("{} statements for the user {role} of {addon}", statements.len()),
            json!({ "kind": "sql.run", "addon": addon, "role": role, "statements": statements }),
        ),
    };
    Shown { lines: vec![row(Sign::Add, "database", &text)], json, short: format!("database {text}") }
}
