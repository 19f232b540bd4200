//! Reads YAML for its shape. An error names the line, never its content: that could be a password.

use serde_json::Value;

/// YAML that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable {
    /// The line, counted from 1.
    pub line: usize,
    /// What is wrong there.
    pub what: String,
}

/// The document in `text`.
pub fn read(text: &str) -> Result<Value, Unreadable> {
    serde_saphyr::from_str(text).map_err(|error| {
        let line =
            error.location().map_or(1, |location| usize::try_from(location.line()).unwrap_or(usize::MAX));
        let said = error.without_snippet().to_string();
        // A key that occurs twice is the one piece of the text that a message may repeat.
        let what = said.split(" at line ").next().unwrap_or_default();
        let what = what.split(", set ").next().unwrap_or_default();
        Unreadable { line, what: what.to_owned() }
    })
}

/// The line, counted from 1, on which `key` is first set at or after line `from`.
pub fn line_of(text: &str, key: &str, from: usize) -> Option<usize> {
    text.lines().enumerate().skip(from.saturating_sub(1)).find_map(|(n, line)| {
        let line = line.trim_start_matches([' ', '\t', '-', '{', ',']);
        let line = line.trim_start_matches(['"', '\'']);
        let rest = line.strip_prefix(key)?.trim_start_matches(['"', '\'']).trim_start();
        rest.starts_with(':').then_some(n + 1)
    })
}

/// The lines, counted from 1, on which the entries of the top-level list `key` begin, as far as block style shows.
pub fn entry_lines(text: &str, key: &str) -> Vec<usize> {
    let Some(start) = line_of(text, key, 1) else { return Vec::new() };
    let mut indent = None;
    let mut lines = Vec::new();
    for (n, line) in text.lines().enumerate().skip(start) {
        let bare = line.trim_start();
        let depth = line.len() - bare.len();
        if bare.is_empty() || bare.starts_with('#') {
            continue;
        }
        if bare.starts_with('-') && depth <= *indent.get_or_insert(depth) {
            lines.push(n + 1);
        } else if depth == 0 {
            break;
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_names_the_line_and_shows_nothing_of_it() {
        for (text, line, what) in [
            ("a: 1\nb: 'hunter2\nc: 1\n", 2, "unclosed quote"),
            ("a: 1\npassword: hunter2: x\n", 2, "mapping values are not allowed in this context"),
            ("a: 1\nb: *hunter2\n", 2, "alias references unknown anchor"),
            ("a: 1\na: hunter2\n", 2, "duplicate mapping key: a"),
            ("a:\n\t- hunter2\n", 2, "tabs disallowed within this context (block indentation)"),
            ("{", 1, "unclosed bracket '{'"),
        ] {
            assert_eq!(read(text), Err(Unreadable { line, what: what.into() }), "{text}");
        }
        assert_eq!(read("a: [1, x]"), Ok(serde_json::json!({"a": [1, "x"]})));
    }

    #[test]
    fn keys_and_entries_are_found_by_their_lines() {
        let text = "init_config:\n\ninstances:\n  # one\n  - url: a\n    list:\n      - x\n  - url: b\nlogs:\n  - c\n";
        assert_eq!(entry_lines(text, "instances"), [5, 8]);
        assert_eq!(line_of(text, "url", 6), Some(8));
        assert_eq!(line_of(text, "list", 1), Some(6));
        assert_eq!(line_of(text, "lis", 1), None);
    }
}
