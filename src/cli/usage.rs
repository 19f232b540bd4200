//! Arguments that do not fit: what clap makes of them, as the answer this program gives. A key among the arguments
//! is never repeated.

use clap::error::ErrorKind;

use crate::env::Environment;
use crate::failure::{Failure, Result};
use crate::secret;
use crate::ui::{Color, Ui};

/// How many hex digits Datadog's keys have: API keys and application keys.
const KEYS: [usize; 2] = [32, 40];

/// Tells what clap complains about: as it words it, or as the JSON of an error where `--json` is among the arguments.
pub fn tell(env: &Environment, error: &clap::Error) {
    let is_json = env.args().iter().any(|argument| argument == "--json");
    let ui = Ui::new(env, is_json, false, false, Color::Auto);
    let text = secret::without_keys(&error.render().to_string(), &KEYS);
    if is_json {
        ui.failure(&failure(error.kind(), &text));
    } else {
        ui.complaint(text.trim_end());
    }
}

/// Refuses a Datadog key that stands among the arguments, whatever it was meant as.
pub fn refuse_keys(env: &Environment) -> Result {
    let is_key = |argument: &std::ffi::OsString| {
        let text = argument.to_string_lossy();
        let value =
            text.strip_prefix('-').and_then(|flag| flag.split_once('=')).map_or(&*text, |(_, value)| value);
        value.len() == 32 && value.bytes().all(|byte| byte.is_ascii_hexdigit())
    };
    if env.args().iter().any(is_key) { Err(key_in_arguments()) } else { Ok(()) }
}

/// What somebody is told who gives a key as an argument.
pub fn key_in_arguments() -> Failure {
    Failure::usage("a key given as an argument is seen by every user of the machine, and kept by the shell")
        .hint("pipe it: `pass datadog/key | dd-heroku init --api-key-stdin`")
        .hint(
            "or keep it in the keyring: `pass datadog/key | dd-heroku auth login --datadog-api-key --stdin`",
        )
        .hint("or set DD_API_KEY")
}

/// The complaint's first paragraph is what happened; its tips and the usage are the hints.
fn failure(kind: ErrorKind, text: &str) -> Failure {
    if kind == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        return Failure::usage("no command was given").hint("dd-heroku --help");
    }
    let (head, rest) = text.split_once("\n\n").unwrap_or((text, ""));
    let words: Vec<_> = head.split_whitespace().collect();
    let message = words.join(" ");
    let failure = Failure::usage(message.strip_prefix("error: ").unwrap_or(&message));
    rest.lines()
        .map(str::trim)
        .filter_map(|line| line.strip_prefix("tip: ").or_else(|| line.strip_prefix("Usage: ")))
        .fold(failure, Failure::hint)
}
