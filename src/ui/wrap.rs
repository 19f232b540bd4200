//! Texts wrapped for a terminal. Words are never broken, and neither is a command: names, values and commands can be
//! copied whole.

use textwrap::{Options, WordSeparator, WordSplitter};

/// What a line may take where the terminal is not narrower.
const WIDTH: usize = 80;
/// Below this a terminal does its own wrapping.
const NARROWEST: usize = 40;
/// Stands for a blank that no line may end at: a private-use character, so that no text has it.
const GLUE: char = '\u{e0f0}';

/// How wide answers may be: as wide as the terminal, up to 80 columns; 80 in a pipe.
pub(super) fn width() -> usize {
    let columns = console::Term::stdout().size_checked().map_or(WIDTH, |(_, columns)| usize::from(columns));
    columns.clamp(NARROWEST, WIDTH)
}

/// `text` in lines; the first begins at column `indent`, and so do the others.
pub fn wrap(text: &str, indent: usize) -> String {
    lines(text, width().saturating_sub(indent).max(20)).join(&format!("\n{:indent$}", ""))
}

/// The lines of a text in a column of that width.
pub(super) fn lines(text: &str, width: usize) -> Vec<String> {
    let options = Options::new(width)
        .break_words(false)
        .word_splitter(WordSplitter::NoHyphenation)
        .word_separator(WordSeparator::AsciiSpace);
    textwrap::wrap(&glued(text), options).into_iter().map(|line| line.replace(GLUE, " ")).collect()
}

/// The widest word or command of a text.
pub(super) fn widest_word(text: &str) -> usize {
    glued(text).split(' ').map(console::measure_text_width).max().unwrap_or(0)
}

/// A text whose commands are single words.
fn glued(text: &str) -> String {
    let mut glued = String::with_capacity(text.len());
    let mut command = Command::None;
    for word in text.split(' ') {
        if !glued.is_empty() || text.starts_with(' ') {
            glued.push(if command == Command::None { ' ' } else { GLUE });
        }
        glued.push_str(word);
        command = command.after(word);
    }
    glued
}

/// Whether the words so far leave a command open.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Command {
    None,
    /// Up to the closing backtick.
    Quoted,
    /// Up to a word that ends like a clause.
    Bare,
}

impl Command {
    fn after(self, word: &str) -> Self {
        let is_quoted = (word.matches('`').count() % 2 == 1) != (self == Self::Quoted);
        let is_program = ["dd-heroku", "heroku"].contains(&word.trim_start_matches('('));
        let ends = word.ends_with([';', ',', ')', '.', ':']);
        match self {
            _ if is_quoted => Self::Quoted,
            Self::None if is_program => Self::Bare,
            Self::Bare if !ends => Self::Bare,
            Self::None | Self::Quoted | Self::Bare => Self::None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_stay_on_one_line() {
        for (text, expected) in [
            (
                "run `dd-heroku doctor --fix -a shop` now",
                vec!["run", "`dd-heroku doctor --fix -a shop`", "now"],
            ),
            ("late: dd-heroku logs enable -a shop", vec!["late:", "dd-heroku logs enable -a shop"]),
            ("see (heroku ps -a shop) first", vec!["see", "(heroku ps -a shop)", "first"]),
            ("one two three four five six", vec!["one two three", "four five six"]),
        ] {
            assert_eq!(lines(text, 16), expected, "{text}");
        }
    }
}
