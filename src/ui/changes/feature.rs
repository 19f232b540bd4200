//! Labs features.

use serde_json::json;

use super::Shown;
use super::row::{Sign, row};

pub(super) fn enable(name: &str) -> Shown {
    Shown {
        lines: vec![row(Sign::Add, "labs", name)],
        json: json!({ "kind": "feature.enable", "name": name }),
        short: format!("labs {name}"),
    }
}

pub(super) fn disable(name: &str) -> Shown {
    Shown {
        lines: vec![row(Sign::Remove, "labs", name)],
        json: json!({ "kind": "feature.disable", "name": name }),
        short: format!("labs {name} off"),
    }
}
