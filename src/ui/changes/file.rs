//! Files of the checkout.

use std::path::Path;

use console::style;
use serde_json::json;
use similar::{ChangeTag, TextDiff};

use super::Shown;
use super::row::{Sign, row};
use crate::ui::foreign;

pub(super) fn write(path: &Path, before: Option<&str>, after: &str, _executable: bool) -> Shown {
    let sign = if before.is_some() { Sign::Change } else { Sign::Add };
    let shown = path.display();
    let diff = before.map(|before| diff(before, after)).unwrap_or_default();
    Shown {
        lines: std::iter::once(row(
            sign,
            "file",
            &format!("{shown}  (commit it; in effect with the next deploy)"),
        ))
        .chain(diff)
        .collect(),
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

/// The lines that go and come.
fn diff(before: &str, after: &str) -> Vec<String> {
    let diff = TextDiff::from_lines(before, after);
    let changed = diff.iter_all_changes().filter_map(|change| {
        let line = foreign::line(change.value().trim_end());
        match change.tag() {
            ChangeTag::Delete => Some(style(format!("      - {line}")).red().to_string()),
            ChangeTag::Insert => Some(style(format!("      + {line}")).green().to_string()),
            ChangeTag::Equal => None,
        }
    });
    changed.collect()
}
