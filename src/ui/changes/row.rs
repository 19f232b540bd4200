//! The lines of a plan: a sign, what kind of thing changes, and what of it.

use console::{style, truncate_str};

use crate::ui::foreign;

/// Width of the column that names the kind of thing.
const KIND: usize = 11;
/// What a line may take, so that a plan reads well in a terminal of 80 columns.
const WIDTH: usize = 80;

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

/// One line.
pub(super) fn row(sign: Sign, kind: &str, text: &str) -> String {
    let text = foreign::line(text);
    let text = truncate_str(&text, WIDTH.saturating_sub(4 + KIND + 1), "…");
    format!("  {} {kind:KIND$} {text}", sign.paint())
}
