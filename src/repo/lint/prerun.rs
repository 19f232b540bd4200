//! `datadog/prerun.sh`: what breaks the boot, and what once worked and no longer does.

use super::shell::{self, Command, Scope};
use super::{File, Finding};
use crate::app::prerun::{Block, Unmanageable};
use crate::datadog::boolean;
use crate::env;

/// The problems of `prerun.sh`.
pub(super) fn lint(file: &File) -> Vec<Finding> {
    let mut findings = Vec::new();
    if let Some(line) = file.text.split('\n').position(|line| line.ends_with('\r')) {
        findings.push(
            Finding::error(
                file,
                line + 1,
                "has Windows line ends, which bash takes for part of each command",
            )
            .fix("sed -i 's/\\r$//' datadog/prerun.sh"),
        );
    }
    match Block::read(&file.text) {
        Ok(_) => {}
        Err(Unmanageable::Edited) => findings.push(
            Finding::warning(
                file,
                None,
                "the managed block was edited by hand, so this program leaves it alone",
            )
            .fix("dd-heroku prerun show"),
        ),
        Err(Unmanageable::Broken) => {
            findings.push(Finding::error(
                file,
                None,
                "the managed block lacks one of its markers, or occurs twice",
            ));
        }
    }
    let commands = shell::commands(&file.text);
    for command in &commands {
        if runs_in_the_shell(command, &commands) {
            findings.extend(lint_command(file, command, &commands));
        }
    }
    let lines = shell::without_comments(&file.text);
    for (n, line) in lines.lines().enumerate() {
        findings.extend(edits_tags(file, n + 1, line));
        findings.extend(says_no(file, n + 1, line));
    }
    findings
}

/// Whether a command runs in the shell that becomes the app: at the top level, or in a function that is called there.
fn runs_in_the_shell(command: &Command, commands: &[Command]) -> bool {
    let (mut scope, mut callers) = (&command.scope, 0);
    loop {
        match scope {
            Scope::Shell => return true,
            Scope::Subshell => return false,
            Scope::Function(name) => {
                let calls = || commands.iter().filter(|other| other.words.first() == Some(name));
                let call = calls()
                    .find(|call| call.scope == Scope::Shell)
                    .or_else(|| calls().find(|call| call.scope != Scope::Subshell && call.scope != *scope));
                let Some(call) = call.filter(|_| callers < 8) else { return false };
                (scope, callers) = (&call.scope, callers + 1);
            }
        }
    }
}

fn lint_command(file: &File, command: &Command, commands: &[Command]) -> Option<Finding> {
    let words: Vec<_> = command.words.iter().map(String::as_str).collect();
    let (message, fix) = match words.as_slice() {
        ["exit" | "logout", ..] | ["builtin", "exit", ..] => (
            "`exit` ends the shell that becomes the app; with Datadog's buildpack the app then does not start"
                .to_owned(),
            "write `return` instead of `exit`",
        ),
        // `exec` with redirections only changes where output goes.
        ["exec", _, ..] => (
            "`exec` replaces the shell that becomes the app, which then does not start".to_owned(),
            "run the command without `exec`",
        ),
        ["cd" | "pushd", folder, ..] if !is_home(folder) && !goes_back(command, commands) => (
            format!("`{}` moves the shell that becomes the app, which then starts in that folder", words.join(" ")),
            "put what needs it into ( … ), or add `cd /app` below",
        ),
        _ => {
            let option = options_on(&words).find(|option| !is_off_later(option, command, commands))?;
            (
                format!("`{}` stays in force ({option}) in the shell that becomes the app", words.join(" ")),
                "put what needs it into ( … )",
            )
        }
    };
    Some(Finding::warning(file, command.line, message).fix(fix))
}

/// The options of `errexit` and `nounset` that a command turns on.
fn options_on<'w>(words: &'w [&'w str]) -> impl Iterator<Item = &'static str> + 'w {
    ["errexit", "nounset"].into_iter().filter(|option| turns(words, option, '-'))
}

/// Whether `set` or `shopt` turns an option on (`-`) or off (`+`).
fn turns(words: &[&str], option: &str, sign: char) -> bool {
    let letter = if option == "errexit" { 'e' } else { 'u' };
    let is_flag = |word: &str| word.starts_with(sign) && !word[1..].starts_with(sign);
    match words {
        ["set", arguments @ ..] => {
            let flags = arguments.iter().position(|word| *word == "--").unwrap_or(arguments.len());
            let arguments = &arguments[..flags];
            let by_letter = arguments.iter().any(|word| is_flag(word) && word.contains(letter));
            let by_name = arguments.windows(2).any(|pair| {
                is_flag(pair[0]) && pair[0].ends_with('o') && pair[1].trim_matches(['"', '\'']) == option
            });
            by_letter || by_name
        }
        ["shopt", arguments @ ..] => {
            let flag = if sign == '-' { 's' } else { 'u' };
            let has = |c: char| arguments.iter().any(|word| word.starts_with('-') && word.contains(c));
            has('o') && has(flag) && arguments.contains(&option)
        }
        _ => false,
    }
}

fn is_off_later(option: &str, command: &Command, commands: &[Command]) -> bool {
    commands.iter().filter(|later| later.line > command.line && later.scope == Scope::Shell).any(|later| {
        let words: Vec<_> = later.words.iter().map(String::as_str).collect();
        turns(&words, option, '+')
    })
}

fn is_home(folder: &str) -> bool {
    ["/app", "~", "$HOME", "${HOME}"].contains(&folder.trim_matches(['"', '\'']).trim_end_matches('/'))
}

/// Whether a later command goes back, or this one does: a variable after another `cd` is where the folder was kept.
fn goes_back(command: &Command, commands: &[Command]) -> bool {
    let words = |command: &Command| command.words.join(" ");
    let is_move =
        |other: &Command| other.scope == Scope::Shell && other.words.first().is_some_and(|name| name == "cd");
    let is_return =
        |other: &Command| match other.words.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
            ["popd", ..] | ["cd"] | ["cd", "-", ..] => true,
            ["cd", folder, ..] => {
                let by_variable = folder.contains('$')
                    && commands.iter().any(|first| {
                        first.line < other.line && is_move(first) && words(first) != words(other)
                    });
                is_home(folder) || by_variable
            }
            _ => false,
        };
    commands.iter().filter(|later| later.line >= command.line && later.scope == Scope::Shell).any(is_return)
}

/// `DISABLE_DATADOG_AGENT=false`, which switches the Agent off like any other value.
fn says_no(file: &File, n: usize, line: &str) -> Option<Finding> {
    let (before, value) = line.split_once(&format!("{}=", env::DISABLE_DATADOG_AGENT))?;
    let is_assignment = before.is_empty() || before.ends_with([' ', '\t', ';']);
    let value = value.split([' ', ';', '\t']).next().unwrap_or_default().trim_matches(['"', '\'']);
    let is_no = !value.is_empty() && boolean::parse(value) == Some(false);
    (is_assignment && is_no).then(|| {
        let message =
            format!("{} is set to `{value}`, and any value turns the Agent off", env::DISABLE_DATADOG_AGENT);
        Finding::warning(file, n, message).fix(format!("unset {}", env::DISABLE_DATADOG_AGENT))
    })
}

fn edits_tags(file: &File, n: usize, line: &str) -> Option<Finding> {
    let edits_settings =
        line.contains(env::DATADOG_CONF) || line.contains("datadog.yaml") || line.contains("datadog.conf");
    let message = "edits the line of tags in the Agent's settings, which today's settings file does not have";
    (line.contains("sed ") && edits_settings && line.contains("tags"))
        .then(|| Finding::warning(file, n, message).fix("export DD_TAGS=\"$DD_TAGS team:core\""))
}

#[cfg(test)]
mod tests {
    use super::super::tests::messages;

    const PRERUN: &str = "datadog/prerun.sh";

    #[test]
    fn what_breaks_a_boot_is_named_by_its_line() {
        for (text, line, expected) in [
            ("#!/bin/bash\r\ntrue\r\n", 1, "Windows line ends"),
            ("#!/bin/bash\nif [ -z \"$X\" ]; then\n  exit 0\nfi\n", 3, "`exit` ends the shell"),
            ("[ -n \"$X\" ] || exit 1\n", 1, "`exit` ends the shell"),
            ("sed -i \"s/^# tags:.*/tags: [a]/\" \"$DATADOG_CONF\"\n", 1, "line of tags"),
            ("set -euo pipefail\n", 1, "stays in force"),
            ("if [ \"$DYNOTYPE\" = run ]; then exit 0; fi\n", 1, "`exit` ends the shell"),
            ("case $DYNOTYPE in\n  run) exit 0 ;;\nesac\n", 2, "`exit` ends the shell"),
            ("stop() {\n  exit 1\n}\n[ -n \"$X\" ] || stop\n", 2, "`exit` ends the shell"),
            ("stop() {\n  exit 1\n}\nrun() { stop; }\nrun\n", 2, "`exit` ends the shell"),
            ("{ test -f x || exit; } 2>/dev/null\n", 1, "`exit` ends the shell"),
            ("set -o errexit -o pipefail\n", 1, "stays in force"),
            ("set -o pipefail -o nounset\n", 1, "stays in force"),
            ("set -Eeo pipefail\n", 1, "stays in force"),
            ("shopt -so errexit\n", 1, "stays in force"),
            ("exec bin/start\n", 1, "replaces the shell"),
            ("cd \"$APP_DATADOG\"\n./fill\n", 1, "starts in that folder"),
            ("pushd /tmp >/dev/null\n", 1, "starts in that folder"),
            ("DISABLE_DATADOG_AGENT=\"false\"\n", 1, "any value turns the Agent off"),
            ("export DISABLE_DATADOG_AGENT=0 # on\n", 1, "any value turns the Agent off"),
        ] {
            let findings = messages(&[(PRERUN, text)]);
            assert!(
                findings.len() == 1 && findings[0].starts_with(&format!("{PRERUN}:{line} ")),
                "{findings:?}"
            );
            assert!(findings[0].contains(expected), "{findings:?}");
        }
    }

    #[test]
    fn what_is_fine_is_left_alone() {
        for text in [
            "#!/usr/bin/env bash\n# exit 0\nif [ \"$DYNOTYPE\" == run ]; then\n  DISABLE_DATADOG_AGENT=true\nfi\n",
            "stop() {\n  exit 1\n}\n",
            "( set -e; true; exit 1 )\n",
            "(\n  set -e\n  exit 1\n)\n",
            "sed -i 's/<HOST>/x/' \"$DD_CONF_DIR/conf.d/a.d/conf.yaml\"\nset +x\nset -- a\n",
            "existing=1\n",
            "cd /tmp && ./fill; cd -\n",
            "pushd /tmp\n./fill\npopd\n",
            "back=$PWD\ncd /tmp\ncd \"$back\"\n",
            "(cd /tmp && ./fill)\ncd \"$HOME\"\n",
            "if [ \"$DISABLE_DATADOG_AGENT\" == false ]; then unset DISABLE_DATADOG_AGENT; fi\nDISABLE_DATADOG_AGENT=\n",
            "set -o pipefail\nset -- -e\n",
            "set -e\ntrue\nset +e\n",
            "exec 2>/dev/null\n",
            "echo 'then exit 0' \"; exit\"\ncat <<E\nexit\nE\n",
            "ps | while read a; do exit; done\n",
            "x=$(exit 1)\n",
        ] {
            assert_eq!(messages(&[(PRERUN, text)]), [""; 0], "{text}");
        }
    }

    #[test]
    fn an_edited_block_is_named() {
        let text =
            crate::app::prerun::Block { fill: true, ..Default::default() }.put_into(None).expect("a file");
        assert_eq!(messages(&[(PRERUN, &text)]), [""; 0]);
        assert!(
            messages(&[(PRERUN, &text.replace("# fill\n", "# fill\necho\n"))])[0].contains("edited by hand")
        );
    }
}
