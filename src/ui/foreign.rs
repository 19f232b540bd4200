//! Text that others wrote (config vars, buildpack URLs, messages of APIs, output of builds and of git, names of files)
//! as it may reach a terminal: what would move the cursor, set the title or start a line of its own is made visible.
//! JSON keeps the exact text.

use std::borrow::Cow;
use std::fmt::Write as _;

/// One line of text: line ends and everything else that a terminal interprets are shown as escapes.
pub fn line(text: &str) -> Cow<'_, str> {
    if text.chars().any(|c| c == '\n' || c == '\t' || is_hidden(c)) { escaped(text) } else { text.into() }
}

/// Several lines of text without colors. Line ends and tabs stay.
pub(super) fn lines(text: &str) -> Cow<'_, str> {
    if text.chars().any(is_hidden) { visible(text, false).into() } else { text.into() }
}

/// The same with its colors.
pub(super) fn colored(text: &str) -> Cow<'_, str> {
    if text.chars().any(is_hidden) { visible(text, true).into() } else { text.into() }
}

/// A line of the output of a build. Of a line that was written over and over, the last text counts, as on a terminal.
pub(super) fn output(text: &str, with_colors: bool) -> String {
    let text = text.trim_end_matches('\r');
    let last = text.rsplit('\r').next().unwrap_or_default();
    if !with_colors {
        return lines(last).into_owned();
    }
    let text = colored(last);
    if text.contains(ESCAPE) { format!("{text}\u{1b}[0m") } else { text.into_owned() }
}

/// JSON with what a terminal interprets written as `\u009b`: the same document.
pub(super) fn json(document: &str) -> Cow<'_, str> {
    // serde_json escapes the other control characters itself; its line ends are those of the layout.
    if !document.chars().any(|c| c != '\n' && is_hidden(c)) {
        return document.into();
    }
    document
        .chars()
        .fold(String::new(), |mut text, c| {
            match c != '\n' && is_hidden(c) {
                true => drop(write!(text, "\\u{:04x}", u32::from(c))),
                false => text.push(c),
            }
            text
        })
        .into()
}

const ESCAPE: char = '\u{1b}';

/// Whether a terminal interprets a character, or shows what surrounds it in another order.
fn is_hidden(c: char) -> bool {
    (c.is_control() && c != '\n' && c != '\t')
        || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

fn escaped(text: &str) -> Cow<'_, str> {
    text.chars()
        .fold(String::new(), |mut shown, c| {
            match c {
                '\n' | '\t' => shown.extend(c.escape_debug()),
                c => push(&mut shown, c),
            }
            shown
        })
        .into()
}

fn push(shown: &mut String, c: char) {
    match c {
        '\r' => shown.push_str("\\r"),
        c if is_hidden(c) => shown.extend(c.escape_unicode()),
        c => shown.push(c),
    }
}

fn visible(text: &str, with_colors: bool) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if let Some(length) = color(rest) {
            if with_colors {
                shown.push_str(&rest[..length]);
            }
            rest = &rest[length..];
            continue;
        }
        if !rest.starts_with("\r\n") {
            push(&mut shown, c);
        }
        rest = &rest[c.len_utf8()..];
    }
    shown
}

/// How long the sequence is that sets the color, where `text` begins with one (`ESC [ 1 ; 31 m`).
fn color(text: &str) -> Option<usize> {
    let parameters = text.strip_prefix("\u{1b}[")?;
    let end = parameters.find(|c: char| !(c.is_ascii_digit() || c == ';' || c == ':'))?;
    parameters[end..].starts_with('m').then_some(end + 3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_acts_upon_is_made_visible() {
        let cases = [
            ("plain é 🐶", "plain é 🐶", "plain é 🐶", "plain é 🐶"),
            ("a\nb\tc", "a\\nb\\tc", "a\nb\tc", "a\nb\tc"),
            ("a\r\nb\rc", "a\\r\\nb\\rc", "a\nb\\rc", "a\nb\\rc"),
            ("\u{1b}[1;31mred\u{1b}[0m", "\\u{1b}[1;31mred\\u{1b}[0m", "red", "\u{1b}[1;31mred\u{1b}[0m"),
            ("\u{1b}[2J", "\\u{1b}[2J", "\\u{1b}[2J", "\\u{1b}[2J"),
            ("\u{1b}]0;x\u{7}", "\\u{1b}]0;x\\u{7}", "\\u{1b}]0;x\\u{7}", "\\u{1b}]0;x\\u{7}"),
            ("\u{9b}31m\u{202e}", "\\u{9b}31m\\u{202e}", "\\u{9b}31m\\u{202e}", "\\u{9b}31m\\u{202e}"),
            ("\u{1b}[31", "\\u{1b}[31", "\\u{1b}[31", "\\u{1b}[31"),
        ];
        for (text, as_line, as_lines, with_colors) in cases {
            assert_eq!(
                (line(text), lines(text), colored(text)),
                (as_line.into(), as_lines.into(), with_colors.into())
            );
        }
    }

    #[test]
    fn of_a_line_that_is_written_over_the_last_text_is_shown() {
        assert_eq!(output("10 %\r50 %\r100 %\r", true), "100 %");
        assert_eq!(output("\u{1b}[32mok", true), "\u{1b}[32mok\u{1b}[0m");
        assert_eq!(output("\u{1b}[32mok\u{1b}[1A", false), "ok\\u{1b}[1A");
    }

    #[test]
    fn json_stays_the_same_document() {
        let value = serde_json::json!({ "a": "\u{1b}]0;x\u{7}\u{9d}\u{7f}\u{202e}\r\n é" });
        let text = format!("{value:#}");
        let shown = json(&text);
        assert!(!shown.chars().any(|c| c != '\n' && is_hidden(c)), "{shown}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&shown).ok(), Some(value));
    }
}
