//! Answers fit into 80 columns, in a pipe too. The screens, which another test keeps true, are read for it.

use std::fs;

use super::Look;

const WIDTH: usize = 80;

/// Screens of what another program or file says, and of JSON.
const QUOTES: [&str; 6] =
    ["agent-exec", "agent-status-json", "prerun-show", "rebuild-release-failed", "-json", "checks-lint"];

/// How a line of stderr begins. A message is one line, so that it can be searched for.
const MESSAGES: [&str; 6] = ["error:", "hint:", "warning:", "stopped:", "note:", "  caused by:"];

#[test]
fn no_answer_is_wider_than_80_columns() {
    let mut wrong = Vec::new();
    for entry in fs::read_dir(Look::Plain.folder()).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        if QUOTES.iter().any(|quote| name.contains(quote)) {
            continue;
        }
        for line in fs::read_to_string(&path).unwrap().lines() {
            let is_message = line.starts_with('$') || MESSAGES.iter().any(|start| line.starts_with(start));
            if !is_message && line.chars().count() > WIDTH {
                wrong.push(format!("{name}: {line}"));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

/// A command that a line ends in the middle of cannot be pasted.
#[test]
fn no_command_is_broken_by_a_line_end() {
    let mut wrong = Vec::new();
    for entry in fs::read_dir(Look::Plain.folder()).unwrap() {
        let path = entry.unwrap().path();
        let text = fs::read_to_string(&path).unwrap();
        let broken = text.lines().filter(|line| {
            let quotes = line.matches('`').count() % 2 == 1;
            quotes || line.ends_with("dd-heroku") || line.ends_with(" -a") || line.ends_with(" --app")
        });
        wrong.extend(broken.map(|line| format!("{}: {line}", path.display())));
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}
