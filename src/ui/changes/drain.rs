//! Log drains. Their URLs hold the key: only hosts are shown.

use serde_json::json;

use super::Shown;
use super::row::{Sign, row};
use crate::secret::Secret;

pub(super) fn add(_url: &Secret, host: &str) -> Shown {
    Shown {
        lines: vec![row(Sign::Add, "drain", host)],
        json: json!({ "kind": "drain.add", "host": host }),
        short: format!("drain to {host}"),
    }
}

pub(super) fn remove(id: &str, _url: &Secret, host: &str) -> Shown {
    Shown {
        lines: vec![row(Sign::Remove, "drain", host)],
        json: json!({ "kind": "drain.remove", "id": id, "host": host }),
        short: format!("drain to {host} removed"),
    }
}
