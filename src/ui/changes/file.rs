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

/// How many lines in a row are shown whole; of more the first and the last.
const WHOLE: usize = 24;
const FIRST: usize = 8;
const LAST: usize = 4;

/// The lines that go and come.
fn diff(before: &str, after: &str) -> Vec<String> {
    let diff = TextDiff::from_lines(before, after);
    let changed: Vec<_> = diff.iter_all_changes().filter(|change| change.tag() != ChangeTag::Equal).collect();
    let runs = changed.chunk_by(|change, next| change.tag() == next.tag());
    let lines = runs.flat_map(|run| {
        let line = |text: &str| {
            let shown = foreign::line(text.trim_end());
            match run[0].tag() {
                ChangeTag::Delete => style(format!("      - {shown}")).red().to_string(),
                _ => style(format!("      + {shown}")).green().to_string(),
            }
        };
        let shown = |part: &[similar::Change<&str>]| {
            part.iter().map(|change| line(change.value())).collect::<Vec<_>>()
        };
        if run.len() <= WHOLE {
            return shown(run);
        }
        let left_out = format!("        … {} lines", run.len() - FIRST - LAST);
        [shown(&run[..FIRST]), vec![style(left_out).dim().to_string()], shown(&run[run.len() - LAST..])]
            .concat()
    });
    lines.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_lines_in_a_row_are_folded() {
        let lines = |count: usize| (0..count).map(|n| format!("line {n}\n")).collect::<Vec<_>>().concat();
        let shown = |count| {
            diff("before\n", &lines(count))
                .iter()
                .map(|line| console::strip_ansi_codes(line).into_owned())
                .collect::<Vec<_>>()
        };
        assert_eq!(shown(24).len(), 1 + 24);
        let folded = shown(100);
        assert_eq!(folded.len(), 1 + 8 + 1 + 4, "{folded:#?}");
        assert_eq!((folded[8].as_str(), folded[9].as_str()), ("      + line 7", "        … 88 lines"));
        assert_eq!(folded[13], "      + line 99");
    }
}
