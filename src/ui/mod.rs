//! What a person sees. The only code that writes to the terminal: stdout is the answer, stderr is everything else.

pub mod agent_view;
mod changes;
mod failure;
pub mod findings_view;
pub mod foreign;
pub mod format;
pub mod integration_view;
pub mod metrics_view;
pub mod plan;
mod plot;
mod progress;
mod prompt;
pub mod receipt;
pub mod status_view;
mod table;
mod wrap;

use std::borrow::Cow;
use std::fmt::Display;
use std::io::{self, IsTerminal, Write};

use console::{StyledObject, style};

use crate::app::Conflict;
use crate::datadog::boolean;
use crate::env::{self, Environment};
use crate::failure::{Code, Failure, Result};

pub use changes::short;
pub use progress::Progress;
pub use table::table;
pub use wrap::wrap;

/// When to color.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Color {
    /// On a terminal that can, unless `NO_COLOR` is set.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// How to print, decided once at the start.
#[derive(Clone, Copy, Debug)]
pub struct Ui {
    /// The answer is one JSON document, and nothing is asked.
    pub json: bool,
    /// Only answers and errors.
    pub quiet: bool,
    /// Also print every API request.
    pub verbose: bool,
    /// There is a person at a terminal who can be asked.
    pub interactive: bool,
    /// Progress may be drawn and redrawn on stderr.
    animated: bool,
}

impl Ui {
    /// Decides how to print from the flags and the environment.
    pub fn new(env: &Environment, json: bool, quiet: bool, verbose: bool, color: Color) -> Self {
        let (stdin, stdout, stderr) =
            (io::stdin().is_terminal(), io::stdout().is_terminal(), io::stderr().is_terminal());
        let dumb = env.get(env::TERM) == Some("dumb");
        let colored = |terminal: bool| match color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => terminal && !dumb && env.get(env::NO_COLOR).is_none(),
        };
        console::set_colors_enabled(colored(stdout));
        console::set_colors_enabled_stderr(colored(stderr));
        Self {
            json,
            quiet,
            verbose: verbose && !quiet,
            interactive: stdin && stderr && !json,
            animated: stderr && !dumb && !json && !quiet && !boolean::is_switched_on(env.get(env::CI)),
        }
    }

    /// Writes the answer to stdout, without colors.
    pub fn answer(self, text: impl Display) -> Result {
        write(&foreign::lines(&text.to_string()))
    }

    /// Writes an answer that a view of this module colored.
    pub fn answer_styled(self, text: &str) -> Result {
        write(&if console::colors_enabled() { foreign::colored(text) } else { foreign::lines(text) })
    }

    /// Writes a value for the program that reads it: as it is, but as one inert line on a terminal.
    pub fn answer_value(self, text: &str) -> Result {
        if io::stdout().is_terminal() { write(&foreign::line(text)) } else { write(text) }
    }

    /// Writes the output of another program: as it is, but inert on a terminal.
    pub fn answer_output(self, text: &str) -> Result {
        if io::stdout().is_terminal() { self.answer(text) } else { write(text) }
    }

    /// Writes a JSON document to stdout.
    pub fn json(self, document: &serde_json::Value) -> Result {
        write(&foreign::json(&format!("{document:#}")))
    }

    /// Something on the way, to stderr.
    pub fn say(self, text: impl Display) {
        if !self.quiet && !self.json {
            complain(&indented(&foreign::lines(&text.to_string())));
        }
    }

    /// The same, of a text that a view of this module colored.
    pub fn say_styled(self, text: &str) {
        if !self.quiet && !self.json {
            complain(&styled(text));
        }
    }

    /// Something worth knowing, to stderr.
    pub fn note(self, text: impl Display) {
        if !self.quiet && !self.json {
            labeled(style("note:").cyan(), &text);
        }
    }

    /// Something that may be wrong, to stderr; also when quiet.
    pub fn warn(self, text: impl Display) {
        labeled(style("warning:").yellow(), &text);
    }

    /// Every API request, to stderr, when asked for with `-v`.
    pub fn detail(self, text: impl Display) {
        if self.verbose {
            complain(&style(foreign::line(&text.to_string())).for_stderr().dim().to_string());
        }
    }

    /// A complaint about the arguments, to stderr, as clap words it.
    pub fn complaint(self, text: impl Display) {
        complain(&foreign::lines(&text.to_string()));
    }

    /// A failed command: the error on stderr, or as JSON on stdout.
    pub fn failure(self, failure: &Failure) {
        let document = || serde_json::json!({ "error": failure::to_json(failure) });
        // What cannot be written to stdout is read by nobody there.
        if !self.json || self.json(&document()).is_err() {
            complain(&styled(&failure::render(failure)));
        }
    }

    /// Progress of something that takes long.
    pub fn progress(self, what: impl Display) -> Progress {
        Progress::start(self, &what.to_string())
    }
}

/// Writes to stdout. A closed pipe is not a failure; a full disk is.
fn write(text: &str) -> Result {
    let mut out = io::stdout().lock();
    match writeln!(out, "{text}").and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Failure::new(Code::Failed, format_args!("the answer could not be written: {error}")))
        }
        _ => Ok(()),
    }
}

/// A colored text as stderr takes it.
fn styled(text: &str) -> Cow<'_, str> {
    if console::colors_enabled_stderr() { foreign::colored(text) } else { foreign::lines(text) }
}

/// A line on stderr under a colored label. Further lines of the text are indented, so that none looks like a label.
fn labeled(label: StyledObject<&str>, text: &impl Display) {
    let text = text.to_string();
    complain(&format!("{} {}", label.for_stderr().bold(), indented(&foreign::lines(&text))));
}

/// A text whose further lines are indented, as those of a build's output are already.
fn indented(text: &str) -> String {
    let is_flush = |line: &str| line.starts_with(|c: char| !c.is_whitespace());
    let (head, rest) = text.split_once('\n').unwrap_or((text, ""));
    rest.lines().fold(head.to_owned(), |text, line| match is_flush(line) {
        true => format!("{text}\n  {line}"),
        false => format!("{text}\n{line}"),
    })
}

/// Writes to stderr. A closed stderr is ignored: there is no other place to report it.
fn complain(text: &str) {
    let _ = writeln!(io::stderr().lock(), "{text}");
}

/// One document as it is; many, or any of a command on many apps, as an array.
pub fn one_or_many(mut documents: Vec<serde_json::Value>, are_many: bool) -> serde_json::Value {
    if are_many { documents.into() } else { documents.pop().unwrap_or_default() }
}

/// A plan that cannot be made, in words.
pub fn conflict(conflict: Conflict) -> Failure {
    let failure = Failure::new(Code::Failed, &conflict);
    match conflict {
        Conflict::NoBuildpacks(app) => failure.hint(format_args!(
            "name its language first: heroku buildpacks:set heroku/ruby -a {app} (or nodejs, python, …)"
        )),
        Conflict::EditedBlock { app } => failure.hint(format_args!(
            "move your lines out of the block, then rewrite it: dd-heroku prerun skip one-off --force -a {app}"
        )),
        Conflict::BrokenBlock => {
            failure.hint("take what is left of the block out of the file, then run this again")
        }
        Conflict::NeverDeployed(app) => {
            failure.hint(format_args!("deploy `{app}` first: git push heroku main"))
        }
        Conflict::NoSource(app) => failure.hint(format_args!(
            "run this in the checkout of `{app}`, or pass `--source-url URL` of a .tar.gz of the commit"
        )),
        Conflict::NoPipeline(app) => failure.hint(format_args!("heroku pipelines:add PIPELINE -a {app}")),
        Conflict::LastStage { app, .. } => failure
            .hint(format_args!("leave `--promote` out: heroku pipelines:info shows the stages of `{app}`")),
        Conflict::Database(why) => failure.hint(why.hint()),
        Conflict::Fir(_) => failure.hint("git push heroku main"),
        Conflict::NoSlug(app) => failure.hint(format_args!(
            "the Agent of such an app comes with its image: dd-heroku docker init -a {app}"
        )),
    }
}
