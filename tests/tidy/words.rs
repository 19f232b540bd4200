//! The glossary: words that are not said here, and what is said instead. `typos` checks the spelling of all others.

use std::fs;

use super::source::{files, package};

/// Not this, but that.
const GLOSSARY: [(&str, &str); 24] = [
    ("mend", "fix"),
    ("mends", "fixes"),
    ("mended", "fixed"),
    ("mending", "fixing"),
    ("anew", "again, or rebuild, rewrite"),
    ("shall", "should, must"),
    ("lest", "so that … not"),
    ("therein", "in it"),
    ("besides", "also"),
    ("whoever", "anyone, or name them"),
    ("whatever", "any"),
    ("blotted", "redacted"),
    ("is none of", "is not a"),
    ("at hand", "available, existing"),
    ("may be had", "is available"),
    ("cannot be had", "is not available"),
    ("could not be had", "could not be fetched"),
    ("acts upon", "interprets"),
    ("therefrom", "from it"),
    ("agreed to", "confirmed"),
    ("as it stands", "as it is"),
    ("told apart by", "distinguished by"),
    ("is wanted", "is desired, requested"),
    ("are wanted", "are desired, requested"),
];

/// Where people read.
const READ: [&str; 12] = [
    "ARCHITECTURE.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "README.md",
    "SECURITY.md",
    ".ci",
    "benches",
    "completions",
    "docs",
    "man",
    "src",
    "tests",
];

/// Files that quote others, and this one.
const QUOTES: [&str; 2] = ["tests/fixtures/", "tests/tidy/words.rs"];

#[test]
fn texts_keep_to_the_glossary() {
    let mut wrong = Vec::new();
    for path in READ.map(|name| package().join(name)) {
        for file in if path.is_dir() { files(&path) } else { vec![path] } {
            let name = file.strip_prefix(package()).expect("in the package").display().to_string();
            let Ok(text) = fs::read_to_string(&file) else { continue };
            if QUOTES.iter().any(|quote| name.starts_with(quote)) {
                continue;
            }
            for (number, line) in text.lines().enumerate() {
                let line = line.to_lowercase();
                let said = GLOSSARY.iter().filter(|(word, _)| has_word(&line, word));
                wrong.extend(said.map(|(word, instead)| format!("{name}:{}: {word}: {instead}", number + 1)));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

/// Whether a line has a word that is not a part of another; `_` parts words, as in names.
fn has_word(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(at, _)| {
        let is_letter = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
        !is_letter(line[..at].chars().next_back()) && !is_letter(line[at + word.len()..].chars().next())
    })
}
