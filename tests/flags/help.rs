//! What `--help` says: in the imperative, with examples that the parser takes.

use std::ffi::OsString;

use clap::Command;
use dd_heroku::Cli;

/// Every command that is shown, with its name. `runtime` is for programs, which read no examples.
fn shown(command: &Command, path: &str, commands: &mut Vec<(String, Command)>) {
    for inner in command.get_subcommands() {
        let is_shown = !inner.is_hide_set() && !["help", "runtime"].contains(&inner.get_name());
        if is_shown {
            let path = format!("{path} {}", inner.get_name());
            commands.push((path.trim().to_owned(), inner.clone()));
            shown(inner, &path, commands);
        }
    }
}

fn commands() -> Vec<(String, Command)> {
    let mut grammar = Cli::grammar();
    grammar.build();
    let mut commands = Vec::new();
    shown(&grammar, "", &mut commands);
    commands
}

#[test]
fn every_command_has_examples_that_the_parser_takes() {
    for (path, command) in commands() {
        if command.get_subcommands().any(|inner| inner.get_name() != "help") {
            continue;
        }
        let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
        let examples: Vec<_> =
            help.strip_prefix("Examples:\n").unwrap_or_default().lines().map(str::trim).collect();
        assert!(!examples.is_empty(), "`{path}` has no examples");
        for example in examples {
            let words = words(example);
            let start = words.iter().position(|word| word == "dd-heroku").expect(example);
            let arguments =
                words[start..].iter().take_while(|word| !["|", ">", ">>"].contains(&word.as_str()));
            let arguments: Vec<_> = arguments.map(OsString::from).collect();
            let is_of_the_command = path.split(' ').eq(arguments[1..].iter().take(path.split(' ').count()));
            assert!(is_of_the_command, "`{example}` is not an example of `{path}`");
            Cli::read(&arguments).unwrap_or_else(|error| panic!("`{example}`: {error}"));
        }
    }
}

#[test]
fn help_is_in_the_imperative_and_its_lines_have_no_full_stop() {
    for (path, command) in commands() {
        let about = command.get_about().map(ToString::to_string).unwrap_or_default();
        let verb = about.split(' ').next().unwrap_or_default();
        let is_imperative = verb.starts_with(char::is_uppercase) && !verb.ends_with('s') && verb != "The";
        assert!(is_imperative, "{path}: {about}");
        let arguments = command.get_arguments().filter_map(|argument| argument.get_help());
        for line in arguments.map(ToString::to_string).chain([about]) {
            assert!(!line.ends_with('.'), "{path}: {line}");
        }
    }
}

/// The words of a line of shell; quotes keep spaces.
fn words(line: &str) -> Vec<String> {
    let quoted = line.split(['\'', '"']).enumerate().flat_map(|(nth, part)| match nth % 2 {
        0 => part.split_whitespace().map(str::to_owned).collect(),
        _ => vec![part.to_owned()],
    });
    quoted.collect()
}
