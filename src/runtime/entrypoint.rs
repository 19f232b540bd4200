//! `runtime entrypoint -- CMD…`: the boot of a dyno, for container images. CMD runs as a child with the signals of this
//! process passed on; when it ends the agents get the time to send what they hold, and its status is ours.

use std::ffi::OsString;
use std::fs::File;
use std::io;
use std::process::{Child, Command, ExitCode};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, WaitOptions, getpgid, kill_process, wait};
use rustix::termios::tcgetpgrp;
use signal_hook::consts::{SIGCONT, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGWINCH};

use crate::env::{DD_HEROKU_BINARY, Environment};

use super::layout::Layout;
use super::lock;
use super::notice::{Level, Notices};
use super::signals::{CHILD, INT, Signals, TERM};
use super::supervise::become_reaper;

/// What bash does: the profile script as a dyno has it, then the command.
const BOOT: &str = r#". <("$DD_HEROKU_BINARY" runtime profile); exec "$@""#;
/// How long the agents may take to end after the command did.
const FLUSH: Duration = Duration::from_secs(10);

/// Boots and runs `command`; gives back its status, 128 and the signal's number when one ended it.
pub(super) fn run(env: &Environment, command: &[OsString], notices: Notices) -> ExitCode {
    let program = std::env::current_exe();
    let result = Signals::listen(&[TERM, INT, CHILD, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGWINCH, SIGCONT])
        .and_then(|signals| Ok((signals, boot(&program?, command)?)));
    let (signals, child) = match result {
        Ok(started) => started,
        Err(error) => {
            notices.say(Level::Error, &format!("cannot start the command: {error}"));
            return ExitCode::from(127);
        }
    };
    become_reaper();
    let Some(pid) = i32::try_from(child.id()).ok().and_then(Pid::from_raw) else { return ExitCode::FAILURE };
    let status = follow(signals, pid, env);
    ExitCode::from(status)
}

/// Starts the command behind bash and the profile script; without a bash in the image, bare.
fn boot(program: &std::path::Path, command: &[OsString]) -> io::Result<Child> {
    let booted = Command::new("bash")
        .args(["-c", BOOT, "dd-heroku"])
        .args(command)
        .env(DD_HEROKU_BINARY, program)
        .spawn();
    match (booted, command.split_first()) {
        (Err(error), Some((program, arguments))) if error.kind() == io::ErrorKind::NotFound => {
            Command::new(program).args(arguments).spawn()
        }
        (booted, _) => booted,
    }
}

/// Whether the command has this signal already: what is typed at a terminal, or a new size of it, reaches all processes in
/// its foreground.
fn has_from_terminal(command: Pid, signal: i32) -> bool {
    let foreground = || tcgetpgrp(File::open("/dev/tty").ok()?).ok();
    let group = |pid| getpgid(pid).ok();
    [INT, SIGQUIT, SIGWINCH].contains(&signal)
        && foreground().is_some_and(|both| group(Some(command)) == Some(both) && group(None) == Some(both))
}

/// Passes signals on until the command has ended and the agents too.
fn follow(mut signals: Signals, command: Pid, env: &Environment) -> u8 {
    let mut ended: Option<(u8, Instant)> = None;
    loop {
        for signal in signals.wait(ended.map(|(_, until)| until), None) {
            if signal != CHILD
                && ended.is_none()
                && !has_from_terminal(command, signal)
                && let Some(signal) = Signal::from_named_raw(signal)
            {
                let _ = kill_process(command, signal);
            }
        }
        while let Ok(Some((pid, status))) = wait(WaitOptions::NOHANG) {
            if pid == command {
                let code = status
                    .exit_status()
                    .or_else(|| status.terminating_signal().map(|n| 128 + n))
                    .unwrap_or(1);
                ended = Some((u8::try_from(code).unwrap_or(1), Instant::now() + FLUSH));
                if let Some(supervisor) = Layout::find(env, None).and_then(|layout| lock::supervisor(&layout))
                {
                    let _ = kill_process(supervisor, Signal::TERM);
                }
            }
        }
        if let Some((code, until)) = ended {
            let quiet = Layout::find(env, None).is_none_or(|layout| !lock::is_held(&layout));
            if quiet || until <= Instant::now() {
                return code;
            }
        }
    }
}
