//! A command in a dyno that runs, through the official CLI's `ps:exec`, which holds the tunnel and the SSH client. It
//! must never be given a secret: the command is an argument.

use std::io;
use std::time::Duration;

use crate::env::Environment;
use crate::program;

/// Why a command could not be run in a dyno.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ExecError {
    /// The official CLI is not installed.
    #[error("the official Heroku CLI is not installed")]
    NoCli,
    /// It took too long.
    #[error("the dyno did not answer within {} s", .0.as_secs())]
    TimedOut(Duration),
    /// The thread that asked broke off.
    #[error("a part of the program broke off; this is a bug of dd-heroku")]
    BrokeOff,
    /// The CLI complained: its last lines.
    #[error("{0}")]
    Refused(String),
}

/// Runs `command`, a line for the dyno's shell, and gives back what it printed. A command that fails after it printed
/// something gives that.
pub fn in_dyno(
    env: &Environment,
    app: &str,
    dyno: &str,
    command: &str,
    within: Duration,
) -> Result<String, ExecError> {
    let arguments = ["ps:exec", "--app", app, "--dyno", dyno, "--", command];
    let output =
        program::run(&mut program::official_cli(env, arguments), within).map_err(|error| {
            match error.kind() {
                io::ErrorKind::NotFound => ExecError::NoCli,
                io::ErrorKind::TimedOut => ExecError::TimedOut(within),
                _ => ExecError::Refused(error.to_string()),
            }
        })?;
    printed(&output)
}

/// What a command in a dyno printed, or else what was complained of.
pub fn printed(output: &program::Output) -> Result<String, ExecError> {
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    if output.status.success() || !printed.trim().is_empty() {
        return Ok(printed);
    }
    Err(ExecError::Refused(complaint(&output.stderr)))
}

/// The last lines of what the CLI complained of, without its marks and colors.
fn complaint(stderr: &str) -> String {
    let clean = console::strip_ansi_codes(stderr);
    let lines = clean.lines().map(|line| line.trim_start_matches([' ', '›', '▸', '!']).trim());
    let lines: Vec<_> = lines.filter(|line| !line.is_empty()).collect();
    let last = &lines[lines.len().saturating_sub(3)..];
    if last.is_empty() { "the Heroku CLI failed without a word".to_owned() } else { last.join(" ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_complaint_is_what_the_cli_said_last() {
        assert_eq!(
            complaint(
                "Establishing credentials... error\n \u{1b}[31m›\u{1b}[39m   Error: Could not connect to dyno!\n"
            ),
            "Establishing credentials... error Error: Could not connect to dyno!"
        );
        assert_eq!(complaint(""), "the Heroku CLI failed without a word");
    }
}
