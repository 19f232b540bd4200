//! The restart of all dynos.

use serde_json::json;

use super::Shown;
use super::row::{Sign, row};

pub(super) fn show() -> Shown {
    Shown {
        lines: vec![row(Sign::Act, "restart", "all dynos, for the labs feature to take effect")],
        json: json!({ "kind": "restart" }),
        short: "restart of the dynos".to_owned(),
    }
}
