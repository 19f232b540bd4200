//! Reads a bash script as far as the lint needs it: which simple commands it has, on which lines, and in which shell
//! they run. What is in quotes, comments, here-documents and substitutions is not a command.

mod lexer;

use self::lexer::{Lexer, Token};

/// A simple command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Command {
    /// The line, counted from 1.
    pub(super) line: usize,
    /// Its name and arguments as they are written, without assignments before them and without redirections.
    pub(super) words: Vec<String>,
    /// Where it runs.
    pub(super) scope: Scope,
}

/// The shell that a command runs in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Scope {
    /// The one that reads the script.
    Shell,
    /// The one that calls the function of this name.
    Function(String),
    /// A shell of its own: `( … )`, or behind a pipe.
    Subshell,
}

/// The script without its comments and without the block that this program manages; lines keep their numbers.
pub(super) fn without_comments(text: &str) -> String {
    let mut is_managed = false;
    let mut out = String::new();
    for line in text.lines() {
        let bare = line.trim_start();
        if bare.starts_with("# >>> dd-heroku") || bare.starts_with("# <<< dd-heroku") {
            is_managed = bare.starts_with("# >>>");
        } else if !is_managed {
            out.push_str(comment_start(line).map_or(line, |at| &line[..at]));
        }
        out.push('\n');
    }
    out
}

/// Where the comment of a line begins: at a `#` outside of quotes that begins a word.
fn comment_start(line: &str) -> Option<usize> {
    let (mut quote, mut before) = (None, ' ');
    for (at, c) in line.char_indices() {
        match quote {
            None if c == '#' && (before.is_whitespace() || before == ';') => return Some(at),
            None if matches!(c, '\'' | '"') && before != '\\' => quote = Some(c),
            Some(open) if c == open && before != '\\' => quote = None,
            _ => {}
        }
        before = c;
    }
    None
}

/// The simple commands of a script, but none of the block that this program manages.
pub(super) fn commands(text: &str) -> Vec<Command> {
    let text = without_comments(text);
    let mut parser = Parser { is_start: true, ..Parser::default() };
    for (token, line) in Lexer::new(&text) {
        parser.take(token, line);
    }
    parser.end_command();
    parser.commands
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Frame {
    Subshell,
    Function(String),
    /// `if`, a loop, `{ … }`.
    Group,
    Case,
}

/// What the next tokens are, where they are not a command.
#[derive(Default, PartialEq, Eq)]
enum Expect {
    #[default]
    Command,
    /// The rest of `for NAME in …`, or what follows `fi`, up to a separator.
    Separator,
    /// The value of a `case`, up to `in`.
    In,
    /// A pattern of a `case`, up to `)`.
    Pattern,
    /// The name behind `function`.
    Name,
}

#[derive(Default)]
struct Parser {
    frames: Vec<Frame>,
    expect: Expect,
    /// Whether a command may begin here.
    is_start: bool,
    /// Whether a pipe precedes the command.
    is_piped: bool,
    words: Vec<String>,
    line: usize,
    /// A function whose body is about to begin.
    function: Option<String>,
    commands: Vec<Command>,
}

impl Parser {
    fn take(&mut self, token: Token, line: usize) {
        match (&self.expect, token) {
            (Expect::In, Token::Word(word)) if word == "in" => self.expect = Expect::Pattern,
            (Expect::Pattern, Token::Operator(")")) => self.begin(false),
            (Expect::Pattern, Token::Word(word)) if word == "esac" => self.close(),
            (Expect::In | Expect::Pattern, _) => {}
            (Expect::Name, Token::Word(name)) => {
                self.function = Some(name);
                self.begin(false);
            }
            (_, Token::Word(word)) => self.word(word, line),
            (_, Token::Operator(operator)) => self.operator(operator),
            (_, Token::Newline) => {
                self.end_command();
                // A line that ends with `|` goes on.
                self.begin(self.is_piped && self.is_start);
            }
        }
    }

    /// A command may begin.
    fn begin(&mut self, is_piped: bool) {
        (self.expect, self.is_start, self.is_piped) = (Expect::Command, true, is_piped);
    }

    fn word(&mut self, word: String, line: usize) {
        if self.expect == Expect::Separator {
            if word == "do" {
                self.begin(false);
            }
            return;
        }
        if !self.is_start {
            self.words.push(word);
            return;
        }
        match word.as_str() {
            "then" | "else" | "elif" | "do" | "!" | "time" => {}
            "if" | "while" | "until" => self.open(Frame::Group),
            "{" => {
                let function = self.function.take();
                self.open(function.map_or(Frame::Group, Frame::Function));
            }
            "for" | "select" => {
                self.open(Frame::Group);
                self.expect = Expect::Separator;
            }
            "case" => {
                self.open(Frame::Case);
                self.expect = Expect::In;
            }
            "function" => self.expect = Expect::Name,
            "fi" | "done" | "esac" | "}" => self.close(),
            _ if is_assignment(&word) => {}
            _ => {
                (self.is_start, self.line) = (false, line);
                self.words.push(word);
            }
        }
    }

    fn operator(&mut self, operator: &str) {
        match operator {
            // `name()`: the name was taken for a command.
            "(" if self.words.len() == 1 => {
                self.function = self.words.pop();
                self.begin(false);
            }
            "(" if self.is_start => {
                self.frames.push(Frame::Subshell);
                self.begin(false);
            }
            ")" if self.function.is_some() && self.words.is_empty() => {
                if self.frames.last() == Some(&Frame::Subshell) && !self.is_start {
                    self.close();
                }
            }
            ")" => {
                self.end_command();
                self.close();
            }
            ";;" | ";&" | ";;&" => {
                self.end_command();
                self.begin(false);
                self.expect = Expect::Pattern;
            }
            "|" | "|&" => {
                self.end_command();
                self.begin(true);
            }
            _ => {
                self.end_command();
                self.begin(false);
            }
        }
    }

    fn open(&mut self, frame: Frame) {
        self.frames.push(if self.is_piped { Frame::Subshell } else { frame });
        self.begin(false);
    }

    /// Ends a compound command; redirections or a separator follow.
    fn close(&mut self) {
        self.frames.pop();
        self.begin(false);
        (self.expect, self.is_start) = (Expect::Separator, false);
    }

    fn end_command(&mut self) {
        let words = std::mem::take(&mut self.words);
        if words.is_empty() {
            return;
        }
        let in_subshell = self.is_piped || self.frames.contains(&Frame::Subshell);
        let function = self.frames.iter().rev().find_map(|frame| match frame {
            Frame::Function(name) => Some(name.clone()),
            _ => None,
        });
        let scope =
            if in_subshell { Scope::Subshell } else { function.map_or(Scope::Shell, Scope::Function) };
        self.commands.push(Command { line: self.line, words, scope });
    }
}

fn is_assignment(word: &str) -> bool {
    word.split_once('=').is_some_and(|(name, _)| {
        let name = name.trim_end_matches('+').split('[').next().unwrap_or_default();
        !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Vec<String> {
        let scope = |scope: &Scope| match scope {
            Scope::Shell => String::new(),
            Scope::Function(name) => format!("{name}: "),
            Scope::Subshell => "sub: ".to_owned(),
        };
        commands(text)
            .iter()
            .map(|command| format!("{} {}{}", command.line, scope(&command.scope), command.words.join(" ")))
            .collect()
    }

    #[test]
    fn commands_are_read_with_the_shell_that_they_run_in() {
        for (text, expected) in [
            ("if [ -z \"$X\" ]; then exit 0; fi\ntrue", &["1 [ -z \"$X\" ]", "1 exit 0", "2 true"][..]),
            ("case $X in\n  run|a) exit 0 ;;\n  *) true;;\nesac\nfalse", &["2 exit 0", "3 true", "5 false"]),
            ("case $X in (run) exit;; esac; true", &["1 exit", "1 true"]),
            ("f() {\n  exit 1\n}\nf\n", &["2 f: exit 1", "4 f"]),
            ("function f { exit; }\nf () { true; }\n", &["1 f: exit", "2 f: true"]),
            ("( set -e; exit )\ntrue", &["1 sub: set -e", "1 sub: exit", "2 true"]),
            ("a | while read x; do exit; done\nb", &["1 a", "1 sub: read x", "1 sub: exit", "2 b"]),
            ("a |\n  b\n", &["1 a", "2 sub: b"]),
            ("cat <<'E' >x\nexit 1\nE\ntrue", &["1 cat", "4 true"]),
            ("A=1 B=\"$(exit 1; true)\" exec 2>/dev/null 3<&1\n", &["1 exec"]),
            ("[[ $X =~ ^(a|b)$ && -n $Y ]] && exit # no\n", &["1 [[ $X =~ ^(a|b)$ && -n $Y ]]", "1 exit"]),
            ("for a in $(exit) b; do c; done; d", &["1 c", "1 d"]),
            ("echo 'a; exit' \"b; exit\" \\\n  c\n", &["1 echo 'a; exit' \"b; exit\" c"]),
            ("{ exit; }\nX=(a b)\nwait", &["1 exit", "3 wait"]),
            ("until a; do\n  b &\ndone >x\nc", &["1 a", "2 b", "4 c"]),
            ("# >>> dd-heroku >>>\nexit\n# <<< dd-heroku <<<\na", &["4 a"]),
        ] {
            assert_eq!(shown(text), expected, "{text}");
        }
    }
}
