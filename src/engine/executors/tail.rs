//! The last lines of an output, for the message of a failure.

use std::collections::VecDeque;

/// How many lines are kept.
const LINES: usize = 12;

#[derive(Default)]
pub(super) struct Tail(VecDeque<String>);

impl Tail {
    pub(super) fn push(&mut self, line: &str) {
        if self.0.len() == LINES {
            self.0.pop_front();
        }
        self.0.push_back(format!("  {}", console::strip_ansi_codes(line)));
    }

    /// The lines, indented; empty when there are none.
    pub(super) fn text(&self) -> String {
        self.0.iter().map(String::as_str).collect::<Vec<_>>().join("\n")
    }

    /// `message`, and the lines below it.
    pub(super) fn below(&self, message: &str) -> String {
        format!("{message}\n{}", self.text()).trim_end().to_owned()
    }
}
