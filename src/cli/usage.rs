//! Usage errors: what clap reports, in the form of this program's errors. A key among the arguments is never repeated.

use clap::error::ErrorKind;
use clap::parser::ValueSource;
use clap::{Arg, ArgMatches, Command};

use crate::env::Environment;
use crate::failure::{Failure, Result};
use crate::secret;
use crate::ui::{Color, Ui};

/// How many hex digits Datadog's keys have: API keys and application keys.
const KEYS: [usize; 2] = [32, 40];

/// Programs call these commands, not people: they take none of the global flags.
const WITHOUT_GLOBAL_FLAGS: [&[&str]; 2] = [&["runtime"], &["sandbox", "stand-in"]];

/// Removes the global flags from the commands that have no use for them. clap passes a global flag down to every subcommand,
/// except where a flag of that name exists already: so each gets a hidden one of its own.
pub fn without_global_flags(grammar: Command) -> Command {
    let is_global = |arg: &&Arg| arg.is_global_set();
    let hidden: Vec<Arg> =
        grammar.get_arguments().filter(is_global).map(|arg| arg.clone().global(false).hide(true)).collect();
    WITHOUT_GLOBAL_FLAGS.iter().fold(grammar, |grammar, path| hide_at(grammar, path, &hidden))
}

fn hide_at(command: Command, path: &[&str], hidden: &[Arg]) -> Command {
    match path {
        [] => command.args(hidden),
        [name, rest @ ..] => command.mut_subcommand(name, |command| hide_at(command, rest, hidden)),
    }
}

/// Refuses a global flag that was given before a command that has no use for it.
pub fn refuse_global_flags(grammar: &mut Command, matches: &ArgMatches) -> Result<(), clap::Error> {
    let flags: Vec<_> = grammar.get_arguments().filter(|arg| arg.is_global_set()).cloned().collect();
    for path in WITHOUT_GLOBAL_FLAGS {
        let (mut level, mut levels) = (matches, vec![matches]);
        for name in path {
            let Some(inner) = level.subcommand_matches(name) else { break };
            level = inner;
            levels.push(inner);
        }
        if levels.len() <= path.len() {
            continue;
        }
        let is_given = |level: &&ArgMatches, flag: &Arg| {
            level.value_source(flag.get_id().as_str()) == Some(ValueSource::CommandLine)
        };
        if let Some(flag) = flags.iter().find(|flag| levels.iter().any(|level| is_given(level, flag))) {
            let message =
                format!("`{}` does not take `--{}`", path.join(" "), flag.get_long().unwrap_or_default());
            return Err(grammar.error(ErrorKind::UnknownArgument, message));
        }
    }
    Ok(())
}

/// Reports a usage error: in the words of clap, or as JSON where `--json` is among the arguments.
pub fn report(env: &Environment, error: &clap::Error) {
    let is_json = env.args().iter().any(|argument| argument == "--json");
    let ui = Ui::new(env, is_json, false, false, Color::Auto);
    let text = secret::without_keys(&error.render().to_string(), &KEYS);
    if is_json {
        ui.failure(&failure(error.kind(), &text));
    } else {
        ui.complaint(text.trim_end());
    }
}

/// Refuses a Datadog key among the arguments, in any place.
pub fn refuse_keys(env: &Environment) -> Result {
    let is_key = |argument: &std::ffi::OsString| {
        let text = argument.to_string_lossy();
        let value =
            text.strip_prefix('-').and_then(|flag| flag.split_once('=')).map_or(&*text, |(_, value)| value);
        value.len() == 32 && value.bytes().all(|byte| byte.is_ascii_hexdigit())
    };
    if env.args().iter().any(is_key) { Err(key_in_arguments()) } else { Ok(()) }
}

/// The error for a key that was given as an argument.
pub fn key_in_arguments() -> Failure {
    Failure::usage("a key in an argument can be read by every user of the machine, and the shell saves it")
        .hint("pipe it: `pass datadog/key | dd-heroku init --api-key-stdin`")
        .hint(
            "or keep it in the keyring: `pass datadog/key | dd-heroku auth login --datadog-api-key --stdin`",
        )
        .hint("or set DD_API_KEY")
}

/// The first paragraph of clap's text is the message; its tips and the usage are the hints.
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
