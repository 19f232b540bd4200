//! The lines of a plan: a sign, what kind of thing changes, and what of it.

use console::style;

use crate::ui::foreign;
use crate::ui::wrap::wrap;

/// Width of the column that names the kind of thing.
const KIND: usize = 11;

/// What happens to a thing.
#[derive(Clone, Copy)]
pub(super) enum Sign {
    /// It is added.
    Add,
    /// It is changed.
    Change,
    /// It is removed.
    Remove,
    /// Something is done with it.
    Act,
}

impl Sign {
    pub(super) fn paint(self) -> String {
        match self {
            Self::Add => style("+").green(),
            Self::Change => style("~").yellow(),
            Self::Remove => style("-").red(),
            Self::Act => style("!").magenta(),
        }
        .bold()
        .to_string()
    }
}

/// A change, in as many lines as its value takes: what a person agrees to is never cut.
pub(super) fn row(sign: Sign, kind: &str, text: &str) -> String {
    format!("  {} {kind:KIND$} {}", sign.paint(), wrap(&foreign::line(text), 4 + KIND + 1))
}
