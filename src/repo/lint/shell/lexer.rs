//! The words and operators of a bash script, without comments, here-documents and redirections.

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token {
    Word(String),
    /// `;`, `&&`, `|`, `(` and so on.
    Operator(&'static str),
    Newline,
}

pub(super) struct Lexer<'t> {
    rest: &'t str,
    line: usize,
    /// Delimiters of the here-documents that begin on the next line.
    documents: Vec<String>,
    /// Whether the next word is the target of a redirection.
    redirects: bool,
    /// Whether the words of `[[ … ]]` are read.
    in_test: bool,
}

impl<'t> Lexer<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { rest: text, line: 1, documents: Vec::new(), redirects: false, in_test: false }
    }

    fn advance(&mut self, length: usize) -> &'t str {
        let (taken, rest) = self.rest.split_at(length);
        self.line += taken.matches('\n').count();
        self.rest = rest;
        taken
    }

    fn skip_documents(&mut self) {
        for delimiter in std::mem::take(&mut self.documents) {
            while !self.rest.is_empty() {
                let length = self.rest.find('\n').map_or(self.rest.len(), |at| at + 1);
                if self.advance(length).trim() == delimiter {
                    break;
                }
            }
        }
    }
}

impl Iterator for Lexer<'_> {
    type Item = (Token, usize);

    fn next(&mut self) -> Option<Self::Item> {
        const OPERATORS: [&str; 11] = [";;&", ";;", ";&", ";", "&&", "||", "|&", "|", "&", "(", ")"];
        const REDIRECTIONS: [&str; 11] = ["&>>", "&>", ">&", "<&", ">>", ">|", "<<<", "<<-", "<<", ">", "<"];
        loop {
            let blank = self.rest.find(|c| !matches!(c, ' ' | '\t' | '\r')).unwrap_or(self.rest.len());
            self.advance(blank);
            if self.rest.starts_with("\\\n") {
                self.advance(2);
                continue;
            }
            let line = self.line;
            let first = self.rest.chars().next()?;
            if first == '\n' {
                self.advance(1);
                self.skip_documents();
                return Some((Token::Newline, line));
            }
            let is_substitution = self.rest.starts_with("<(") || self.rest.starts_with(">(");
            if !self.in_test && !is_substitution {
                if let Some(sign) = REDIRECTIONS.iter().find(|sign| self.rest.starts_with(**sign)) {
                    self.advance(sign.len());
                    if matches!(*sign, "<<" | "<<-") {
                        let blank = self.rest.len() - self.rest.trim_start_matches(' ').len();
                        self.advance(blank);
                        let word = word_length(self.rest, false);
                        let delimiter = self.advance(word).replace(['\'', '"', '\\'], "");
                        self.documents.push(delimiter);
                    } else {
                        self.redirects = true;
                    }
                    continue;
                }
                if let Some(operator) = OPERATORS.iter().find(|operator| self.rest.starts_with(**operator)) {
                    self.advance(operator.len());
                    return Some((Token::Operator(operator), line));
                }
            }
            let length = word_length(self.rest, self.in_test).max(first.len_utf8());
            let word = self.advance(length);
            if std::mem::take(&mut self.redirects) {
                continue;
            }
            // `2>file`: the number belongs to the redirection.
            if word.bytes().all(|b| b.is_ascii_digit()) && self.rest.starts_with(['>', '<']) {
                continue;
            }
            self.in_test = word == "[[" || (self.in_test && word != "]]");
            return Some((Token::Word(word.to_owned()), line));
        }
    }
}

/// How long the word at the start of a text is, quotes and substitutions in it included.
fn word_length(text: &str, in_test: bool) -> usize {
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        let rest = &text[at..];
        at += match c {
            ' ' | '\t' | '\n' => break,
            ';' | '&' | '|' | '(' | ')' | '<' | '>' if !in_test && !rest.starts_with("<(") => break,
            '\\' => 1 + rest[1..].chars().next().map_or(0, char::len_utf8),
            '\'' | '`' => rest[1..].find(c).map_or(rest.len(), |end| end + 2),
            '"' => quoted_length(rest),
            // `$(…)`, `<(…)`, and an array: `names=(a b)`.
            '$' | '<' | '=' if rest[1..].starts_with('(') => 1 + bracketed_length(&rest[1..], '(', ')'),
            '$' if rest[1..].starts_with('{') => 1 + bracketed_length(&rest[1..], '{', '}'),
            c => c.len_utf8(),
        };
    }
    at.min(text.len())
}

fn quoted_length(text: &str) -> usize {
    let mut at = 1;
    while let Some(c) = text[at..].chars().next() {
        at += match c {
            '"' => return at + 1,
            '\\' => 1 + text[at + 1..].chars().next().map_or(0, char::len_utf8),
            '$' if text[at + 1..].starts_with('(') => 1 + bracketed_length(&text[at + 1..], '(', ')'),
            c => c.len_utf8(),
        };
    }
    text.len()
}

fn bracketed_length(text: &str, open: char, close: char) -> usize {
    let (mut at, mut depth) = (0, 0_usize);
    while let Some(c) = text[at..].chars().next() {
        at += match c {
            '\\' => 1 + text[at + 1..].chars().next().map_or(0, char::len_utf8),
            '\'' if open == '(' => text[at + 1..].find('\'').map_or(text.len() - at, |end| end + 2),
            '"' => quoted_length(&text[at..]),
            c => c.len_utf8(),
        };
        depth = if c == open { depth + 1 } else { depth - usize::from(c == close) };
        if depth == 0 {
            return at;
        }
    }
    text.len()
}
