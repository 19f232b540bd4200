//! Questions on a terminal. Without one each is a usage error that names the flag to pass instead.

use console::Term;
use dialoguer::theme::{ColorfulTheme, SimpleTheme, Theme};
use dialoguer::{Confirm, Input, MultiSelect, Password, Select};

use super::{Ui, foreign};
use crate::failure::{Code, Failure, Result};

impl Ui {
    /// Yes or no, as a whole line.
    pub fn confirm(self, question: &str, default: bool, flag: &str) -> Result<bool> {
        let (question, theme) = (&*foreign::line(question), self.theme(question, flag)?);
        let confirm = Confirm::with_theme(&*theme).with_prompt(question).default(default);
        answered(confirm.wait_for_newline(true).interact_on(&Term::stderr()))
    }

    /// Yes or no to a plan; no by default. What was typed before the question is not an answer to it.
    pub fn confirm_change(self, question: &str, flag: &str) -> Result<bool> {
        self.forget_input();
        self.confirm(question, false, flag)
    }

    /// A text that confirms a plan. What was typed before the question is not an answer to it.
    pub fn ask_about_change(self, question: &str, flag: &str) -> Result<String> {
        self.forget_input();
        self.ask(question, None, flag, |_| Ok(()))
    }

    /// A line of text to edit: `initial` is filled in, and may be emptied.
    pub fn edit(
        self,
        question: &str,
        initial: &str,
        flag: &str,
        check: impl Fn(&str) -> std::result::Result<(), String>,
    ) -> Result<String> {
        self.enter(question, flag, check, |input| input.with_initial_text(initial))
    }

    /// A line of text; empty when nothing is entered and there is no default. `check` says what is wrong with an answer.
    pub fn ask(
        self,
        question: &str,
        default: Option<&str>,
        flag: &str,
        check: impl Fn(&str) -> std::result::Result<(), String>,
    ) -> Result<String> {
        self.enter(question, flag, check, |input| match default {
            Some(default) => {
                // A value that would control the terminal is taken when Enter is pressed, but not shown.
                let is_plain = foreign::line(default) == default;
                input.default(default.to_owned()).show_default(is_plain).report(is_plain)
            }
            None => input,
        })
    }

    /// A line of text; `propose` puts what is proposed into the input.
    fn enter(
        self,
        question: &str,
        flag: &str,
        check: impl Fn(&str) -> std::result::Result<(), String>,
        propose: impl FnOnce(Input<'_, String>) -> Input<'_, String>,
    ) -> Result<String> {
        let (question, theme) = (&*foreign::line(question), self.theme(question, flag)?);
        let input = Input::with_theme(&*theme).with_prompt(question).allow_empty(true);
        let input = propose(input).validate_with(|text: &String| check(text.trim()));
        Ok(answered(input.interact_text_on(&Term::stderr()))?.trim().to_owned())
    }

    /// A secret, which is not shown while it is typed. `check` says what is wrong with it, without repeating it.
    pub fn ask_secret(
        self,
        question: &str,
        flag: &str,
        check: impl Fn(&str) -> std::result::Result<(), String>,
    ) -> Result<String> {
        let (question, theme) = (&*foreign::line(question), self.theme(question, flag)?);
        let prompt = Password::with_theme(&*theme)
            .with_prompt(question)
            .validate_with(|text: &String| check(text.trim()));
        Ok(answered(prompt.interact_on(&Term::stderr()))?.trim().to_owned())
    }

    /// One of several.
    pub fn choose(self, question: &str, items: &[String], default: usize, flag: &str) -> Result<usize> {
        let (question, theme) = (&*foreign::line(question), self.theme(question, flag)?);
        let select = Select::with_theme(&*theme)
            .with_prompt(question)
            .items(items.iter().map(|item| foreign::line(item)))
            .default(default);
        answered(select.interact_on(&Term::stderr()))
    }

    /// Any of several; `items` says which are chosen to begin with.
    pub fn choose_many(self, question: &str, items: &[(String, bool)], flag: &str) -> Result<Vec<usize>> {
        let (question, theme) = (&*foreign::line(question), self.theme(question, flag)?);
        let select = MultiSelect::with_theme(&*theme)
            .with_prompt(question)
            .items_checked(items.iter().map(|(item, is_chosen)| (foreign::line(item), *is_chosen)));
        answered(select.interact_on(&Term::stderr()))
    }

    /// Discards typed input that was not read yet.
    fn forget_input(self) {
        #[cfg(unix)]
        if self.interactive {
            let _ = rustix::termios::tcflush(std::io::stdin(), rustix::termios::QueueSelector::IFlush);
        }
    }

    fn theme(self, question: &str, flag: &str) -> Result<Box<dyn Theme>> {
        if !self.interactive {
            let question = question.trim_end_matches(['?', ':']);
            return Err(Failure::new(
                Code::Unanswered,
                format_args!("not a terminal, so this cannot be asked: {question}"),
            )
            .hint(format_args!("pass {flag}")));
        }
        Ok(if console::colors_enabled_stderr() {
            Box::new(ColorfulTheme::default())
        } else {
            Box::new(SimpleTheme)
        })
    }
}

/// Ctrl-C at a prompt arrives as an interrupted read.
fn answered<T>(answer: dialoguer::Result<T>) -> Result<T> {
    answer.map_err(|dialoguer::Error::IO(error)| {
        // The prompt hid it.
        let _ = Term::stderr().show_cursor();
        match error.kind() {
            std::io::ErrorKind::Interrupted | std::io::ErrorKind::UnexpectedEof => {
                Failure::new(Code::Interrupted, "interrupted; nothing was changed")
            }
            _ => Failure::from(anyhow::Error::new(error).context("the terminal could not be read")),
        }
    })
}
