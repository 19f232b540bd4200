//! Files of the checkout.

use std::path::Path;

use serde_json::json;

use super::Shown;
use super::row::{Sign, row};

pub(super) fn write(path: &Path, before: Option<&str>, _after: &str, _executable: bool) -> Shown {
    let sign = if before.is_some() { Sign::Change } else { Sign::Add };
    let shown = path.display();
    Shown {
        lines: vec![row(sign, "file", &format!("{shown}  (commit it; takes effect at the next deploy)"))],
        json: json!({ "kind": "file.write", "path": path }),
        short: format!("file {shown}"),
    }
}

pub(super) fn remove(path: &Path, _before: &str) -> Shown {
    let shown = path.display();
    Shown {
        lines: vec![row(Sign::Remove, "file", &format!("{shown}  (commit that)"))],
        json: json!({ "kind": "file.remove", "path": path }),
        short: format!("file {shown} removed"),
    }
}
