//! How a failed command is reported: what happened, what caused it, what to do.

use std::fmt::Write as _;

use console::style;
use serde_json::{Value, json};

use super::{foreign, indented};
use crate::failure::{Code, Failure};
use crate::secret::without_keys;

/// `error:` what happened, `caused by:` lines, `hint:` lines.
pub(super) fn render(failure: &Failure) -> String {
    let mut causes = failure.error.chain();
    let shown = |text: &str| indented(&foreign::lines(text));
    let head = causes.next().map(|head| shown(&head.to_string())).unwrap_or_default();
    let word = match failure.code {
        Code::Declined | Code::Interrupted => style("stopped:").yellow(),
        _ => style("error:").red(),
    };
    let mut text = format!("{} {head}", word.for_stderr().bold());
    for cause in causes {
        let _ = write!(text, "\n  {} {}", style("caused by:").for_stderr().dim(), shown(&cause.to_string()));
    }
    for hint in &failure.hints {
        let _ = write!(text, "\n{} {}", style("hint:").for_stderr().cyan().bold(), shown(hint));
    }
    without_keys(&text, &KEYS)
}

/// An API key's length in hex digits. An application key is as long as a commit's hash, which messages do name.
const KEYS: [usize; 1] = [32];

/// `{"code","message","hints"}`.
pub(super) fn to_json(failure: &Failure) -> Value {
    json!({
        "code": failure.code.as_str(),
        "message": without_keys(&format!("{:#}", failure.error), &KEYS),
        "hints": failure.hints.iter().map(|hint| without_keys(hint, &KEYS)).collect::<Vec<_>>(),
    })
}
