//! The grammar itself, without running a command.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;

use clap::{ArgAction, Command, error::ErrorKind};
use dd_heroku::Cli;

use super::table::{CASES, Case};

/// The commands that run something, by their names, and the flags that each knows.
pub(crate) fn leaves() -> BTreeMap<String, BTreeMap<String, bool>> {
    let mut grammar = Cli::grammar();
    grammar.build();
    let mut leaves = BTreeMap::new();
    collect(&grammar, "", &mut leaves);
    leaves
}

fn collect(command: &Command, path: &str, leaves: &mut BTreeMap<String, BTreeMap<String, bool>>) {
    let inner = command.get_subcommands().filter(|inner| inner.get_name() != "help");
    let mut is_leaf = true;
    for inner in inner {
        is_leaf = false;
        collect(inner, &format!("{path} {}", inner.get_name()), leaves);
    }
    if is_leaf {
        let takes_value = |action: &ArgAction| action.takes_values();
        let flags = command.get_arguments().filter_map(|flag| {
            let long = flag.get_long().filter(|long| !["help", "version"].contains(long))?;
            Some((long.to_owned(), takes_value(flag.get_action())))
        });
        leaves.insert(path.trim().to_owned(), flags.collect());
    }
}

/// Whether the parser takes a command with this flag, and if it does not, what it complains about.
pub(super) fn parse(case: &Case, flag: &str) -> Result<(), ErrorKind> {
    let app: &[&str] = if case.app.is_empty() { &[] } else { &["--app", case.app] };
    let flag: &[&str] = if flag.is_empty() { &[] } else { &[flag] };
    let path: Vec<_> = case.path.split(' ').collect();
    let all = [&["dd-heroku"], &path[..], flag, app, case.arguments].concat();
    let all: Vec<_> = all.into_iter().map(OsString::from).collect();
    Cli::read(&all).map(drop).map_err(|error| error.kind())
}

#[test]
fn every_command_is_in_the_table_with_arguments_that_it_takes() {
    let known: BTreeSet<_> = leaves().into_keys().collect();
    let listed: BTreeSet<_> = CASES.iter().map(|case| case.path.to_owned()).collect();
    assert_eq!(known, listed, "tests/flags/table.rs does not match the grammar");
    for case in CASES {
        assert_eq!(parse(case, ""), Ok(()), "{}", case.path);
    }
}

#[test]
fn a_command_refuses_every_flag_that_it_does_not_list() {
    let leaves = leaves();
    let all: BTreeMap<String, bool> =
        leaves.values().flatten().map(|(flag, value)| (flag.clone(), *value)).collect();
    let mut refused = 0;
    for case in CASES {
        for (flag, takes_value) in all.iter().filter(|(flag, _)| !leaves[case.path].contains_key(*flag)) {
            let flag = if *takes_value { format!("--{flag}=x") } else { format!("--{flag}") };
            assert_eq!(parse(case, &flag), Err(ErrorKind::UnknownArgument), "{} {flag}", case.path);
            refused += 1;
        }
    }
    assert!(refused > 1000, "{refused}");
}

#[test]
fn what_programs_call_takes_no_flag_of_the_cli() {
    for path in ["runtime profile", "sandbox stand-in"] {
        let case = CASES.iter().find(|case| case.path == path).unwrap();
        for flag in ["--json", "--quiet", "-v", "--color=never", "--sandbox", "--dry-run", "--app=shop"] {
            assert_eq!(parse(case, flag), Err(ErrorKind::UnknownArgument), "{path} {flag}");
        }
        let words = format!("dd-heroku --json {path} agent");
        let words: Vec<_> = words.split(' ').map(OsString::from).collect();
        assert_eq!(Cli::read(&words).map_err(|error| error.kind()).err(), Some(ErrorKind::UnknownArgument));
    }
}

#[test]
fn a_diagnosis_takes_what_changes_an_app_only_with_fix() {
    for flag in ["--yes", "--dry-run", "--rebuild", "--no-rebuild", "--ref=main"] {
        let read = |fix: &[&str]| {
            let all = [&["dd-heroku", "doctor", "-a", "shop", flag], fix].concat();
            Cli::read(&all.into_iter().map(OsString::from).collect::<Vec<_>>()).is_ok()
        };
        assert!(!read(&[]) && read(&["--fix"]), "{flag}");
    }
}
