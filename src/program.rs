//! Other programs, run with a list of arguments, the captured environment and no standard input, for as long as
//! the caller is ready to wait. It must never go through a shell, and never put a secret into an argument.

use std::ffi::OsStr;
use std::io::{self, Read};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use crate::env::{self, Environment};

/// What a program left behind.
#[derive(Debug)]
pub struct Output {
    /// How it ended.
    pub status: ExitStatus,
    /// What it printed.
    pub stdout: Vec<u8>,
    /// What it complained about.
    pub stderr: String,
}

impl Output {
    /// What it printed, as text without the white space around it, when it ended well and printed something.
    pub fn text(&self) -> Option<String> {
        let text = String::from_utf8_lossy(&self.stdout).trim().to_owned();
        (self.status.success() && !text.is_empty()).then_some(text)
    }
}

/// What no other program needs to know.
const KEYS: [&str; 3] = [env::HEROKU_API_KEY, env::DD_API_KEY, env::DD_APP_KEY];

/// The official CLI, looked up in `PATH`, with these arguments and the Heroku token of the environment, where it is signed in
/// by that.
pub fn official_cli<S: AsRef<OsStr>>(env: &Environment, arguments: impl IntoIterator<Item = S>) -> Command {
    let mut command = command(env, "heroku", arguments);
    if let Some(token) = env.get(env::HEROKU_API_KEY) {
        command.env(env::HEROKU_API_KEY, token);
    }
    command
}

/// The command `program`, looked up in `PATH`, with the environment `env` but for tokens and keys, and no standard input.
pub fn command<S: AsRef<OsStr>>(
    env: &Environment,
    program: &str,
    arguments: impl IntoIterator<Item = S>,
) -> Command {
    let mut command = Command::new(program);
    let vars = env.vars().filter(|(name, _)| KEYS.iter().all(|key| name != key));
    command.args(arguments).env_clear().envs(vars).stdin(Stdio::null());
    if Path::new(env.cwd()).is_dir() {
        command.current_dir(env.cwd());
    }
    command
}

/// Runs a command to its end and captures what it prints. One that takes longer than `within` is ended, and
/// counts as timed out. A program that is not installed is [`io::ErrorKind::NotFound`].
pub fn run(command: &mut Command, within: Duration) -> io::Result<Output> {
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    let (done, end) = mpsc::channel();
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    thread::spawn(move || {
        let complaints = thread::spawn(move || read(stderr));
        let printed = read(stdout);
        // The receiver is gone when the time was over.
        let _ = done.send((printed, complaints.join().unwrap_or_default()));
    });
    let Ok((stdout, stderr)) = end.recv_timeout(within) else {
        end_now(&mut child);
        return Err(io::ErrorKind::TimedOut.into());
    };
    let status = child.wait()?;
    Ok(Output { status, stdout, stderr: String::from_utf8_lossy(&stderr).trim().to_owned() })
}

fn read(from: Option<impl Read>) -> Vec<u8> {
    let mut bytes = Vec::new();
    if let Some(mut from) = from {
        // What came before an error is what there is.
        let _ = from.read_to_end(&mut bytes);
    }
    bytes
}

fn end_now(child: &mut Child) {
    // It may have ended by itself in the meantime.
    let _ = child.kill();
    let _ = child.wait();
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sh(script: &str, within: Duration) -> io::Result<Output> {
        let env = Environment::capture().with("CANARY", "here");
        run(&mut command(&env, "sh", ["-c", script]), within)
    }

    #[test]
    fn both_outputs_and_the_status_come_back() {
        let output = sh("echo $CANARY; echo oops >&2", Duration::from_secs(20)).unwrap();
        assert_eq!(output.text().as_deref(), Some("here"));
        assert_eq!(output.stderr, "oops");
        assert_eq!(sh("echo x; exit 3", Duration::from_secs(20)).unwrap().text(), None);
    }

    #[test]
    fn programs_do_not_get_keys_and_the_official_cli_gets_herokus() {
        let env = KEYS.iter().fold(Environment::capture(), |env, key| env.with(key, "canary"));
        let names = |command: &Command| {
            let vars = command.get_envs().filter(|(_, value)| *value == Some("canary".as_ref()));
            vars.map(|(name, _)| name.to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(names(&command(&env, "git", ["x"])), [""; 0]);
        assert_eq!(names(&official_cli(&env, ["apps"])), [env::HEROKU_API_KEY]);
    }

    #[test]
    fn a_program_that_never_ends_is_ended() {
        let error = sh("exec sleep 600", Duration::from_millis(50)).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
    }

    #[test]
    fn a_program_that_is_not_there_is_said_to_be_missing() {
        let env = Environment::capture();
        let error = run(&mut command(&env, "dd-no-such-program", ["x"]), Duration::from_secs(1)).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::NotFound);
    }
}
