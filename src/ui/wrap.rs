//! Texts wrapped for a terminal. Words are never broken: a command, a name or a value stays whole and can be copied.

use textwrap::{Options, WordSeparator, WordSplitter};

/// What a line may take where the terminal is not narrower.
const WIDTH: usize = 80;
/// Below this a terminal does its own wrapping.
const NARROWEST: usize = 40;

/// `text` in lines; the first begins at column `indent`, and so do the others.
pub(super) fn wrap(text: &str, indent: usize) -> String {
    let columns = console::Term::stdout().size_checked().map_or(WIDTH, |(_, columns)| usize::from(columns));
    let width = columns.clamp(NARROWEST, WIDTH).saturating_sub(indent).max(20);
    let options = Options::new(width)
        .break_words(false)
        .word_splitter(WordSplitter::NoHyphenation)
        .word_separator(WordSeparator::AsciiSpace);
    textwrap::fill(text, options).replace('\n', &format!("\n{:indent$}", ""))
}
