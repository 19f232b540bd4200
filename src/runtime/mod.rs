//! The dyno side: configures, starts and supervises the Agent when a dyno boots. It never fails a boot, writes nothing
//! of its own to stdout, and needs neither network nor the rest of the program.

mod agent_conf;
mod agents;
mod confs;
mod control;
mod cut_checks;
mod databases;
mod disk;
mod entrypoint;
mod fill;
mod identity;
mod install;
mod layout;
mod lock;
mod memory;
mod notice;
mod port;
mod prepare;
mod prerun;
mod priority;
mod processes;
mod python;
mod repeated;
mod shell;
mod signals;
mod sockets;
mod start;
mod supervise;
mod supervised;
mod template;
mod version;
mod wrapper;
mod yaml;

use std::borrow::Cow;
use std::ffi::OsString;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{ExitCode, Stdio};

use crate::datadog::{AgentVersion, boolean};
use crate::env::Environment;
use layout::Layout;
use notice::{Level, Notices};
use prepare::Prepared;
use prerun::{Handed, Subshell};
use rustix::process::Pid;
use shell::Script;
use supervise::Supervisor;

pub use cut_checks::{cut_checks, record_cut_checks};
pub use fill::{Filled, MARKER, fill, is_marked};
pub use identity::all_tags;
pub use install::install;
pub use version::record as record_agent_version;

/// What the tag `buildpackversion` says.
const BUILDPACK_VERSION: &str = concat!("dd-heroku-", env!("CARGO_PKG_VERSION"));

/// The verbs of `runtime`
#[derive(Debug, clap::Subcommand)]
pub enum Verb {
    /// Print the script that bash sources when a dyno starts
    Profile,
    /// Put the runtime into a dyno's home: binary, profile script, agent-wrapper
    Install {
        /// The home: the build folder at build, /app at boot
        #[arg(long, value_name = "DIR")]
        home: PathBuf,
    },
    /// Write the Agent's configuration; print what bash evaluates before prerun.sh
    Prepare {
        /// Start the Agent too where the app has no prerun.sh. The Agent writes to stdin's file
        #[arg(long)]
        start: bool,
        /// What scripts have set without exporting it
        #[command(flatten)]
        handed: Handed,
    },
    /// Start the supervisor; print what bash evaluates after prerun.sh. The Agent writes to stdin's file
    Start {
        /// The app's shell, where this runs in the subshell of prerun.sh
        #[arg(long, value_name = "PID", requires = "changes")]
        shell: Option<i32>,
        /// The file by which the subshell gives back what it changed
        #[arg(long, value_name = "FILE")]
        changes: Option<PathBuf>,
        /// The status that prerun.sh exited with before its end: print the changes, start nothing
        #[arg(long, value_name = "STATUS", requires = "shell")]
        exited: Option<u8>,
        /// What scripts have set without exporting it
        #[command(flatten)]
        handed: Handed,
    },
    /// Keep the agents running until SIGTERM
    Supervise {
        /// The Agent's version
        #[arg(long, value_name = "VERSION")]
        agent_version: Option<String>,
    },
    /// Boot as a dyno does, then run a command as a child (container images)
    Entrypoint {
        /// The command and its arguments
        #[arg(last = true, required = true, value_name = "CMD")]
        command: Vec<OsString>,
    },
}

/// Runs a `runtime` verb.
pub fn run(env: &Environment, verb: Verb) -> ExitCode {
    let notices = Notices::of(env);
    match verb {
        Verb::Profile => answer(install::PROFILE),
        Verb::Install { home } => match std::env::current_exe().and_then(|binary| install(&home, &binary)) {
            Ok(_) => ExitCode::SUCCESS,
            Err(error) => {
                notices.say(Level::Error, &format!("cannot install into `{}`: {error}", home.display()));
                ExitCode::FAILURE
            }
        },
        Verb::Prepare { start: at_once, handed } => with_layout(env, notices, |layout| {
            let Prepared { mut script, prerun } = prepare::prepare(env, layout, notices);
            if at_once && !prerun {
                let env = script.applied_to(env);
                script.append(start::start(&env, layout, &handed, agent_output(), notices));
            }
            answer(script.into_text())
        }),
        Verb::Start { shell, changes, exited, handed } => with_layout(env, notices, |layout| {
            let start = || start::start(env, layout, &handed, agent_output(), notices);
            match (shell.and_then(Pid::from_raw), changes) {
                (Some(shell), Some(file)) => after_prerun(env, shell, &file, exited, &handed, start),
                (_, file) => {
                    // The subshell ended before it could give it back.
                    let _ = file.map(fs::remove_file);
                    answer(start().into_text())
                }
            }
        }),
        Verb::Supervise { agent_version } => with_layout(env, notices, |layout| {
            let version = agent_version.as_deref().and_then(AgentVersion::parse);
            let lock = rustix::io::fcntl_dupfd_cloexec(io::stdin(), 3).ok().map(Into::into);
            if let Err(error) = Supervisor::new(env, layout, version, lock, notices).run() {
                notices.say(Level::Error, &format!("the Agent is not supervised: {error}"));
            }
            ExitCode::SUCCESS
        }),
        Verb::Entrypoint { command } => entrypoint::run(env, &command, notices),
    }
}

/// Gives the app's shell what `prerun.sh` changed in its subshell, and starts the Agent unless the script exited early.
/// When the shell is gone (a signal ended the boot) nothing starts.
fn after_prerun(
    env: &Environment,
    shell: Pid,
    file: &Path,
    exited: Option<u8>,
    handed: &Handed,
    start: impl FnOnce() -> Script,
) -> ExitCode {
    let Ok((subshell, mut file)) = Subshell::take(file) else { return ExitCode::FAILURE };
    let mut script = Script::default();
    script.set("__dd_heroku_left", exited.map_or("end".into(), |status| status.to_string()));
    script.append(subshell.changes(env, handed));
    if exited.is_none() {
        if rustix::process::getppid() != Some(shell) {
            return ExitCode::FAILURE;
        }
        script.append(start());
    }
    prerun::copy_limits(shell);
    file.write_all(&script.into_text()).map_or(ExitCode::FAILURE, |()| ExitCode::SUCCESS)
}

/// Where the Agent writes to: the file that the profile script gave as stdin.
fn agent_output() -> Stdio {
    rustix::io::fcntl_dupfd_cloexec(io::stdin(), 3).map_or_else(|_| Stdio::null(), Stdio::from)
}

/// Runs the Agent's own CLI with the environment it needs.
pub fn agent_wrapper(env: &Environment, arguments: &[OsString]) -> ExitCode {
    let notices = Notices::of(env);
    let mut code = ExitCode::from(127);
    with_layout(env, notices, |layout| {
        code = wrapper::run(env, layout, arguments, notices);
        code
    });
    code
}

/// Runs `act` with the layout of this dyno. Without any home there is nothing to do, which is said and no failure.
fn with_layout(env: &Environment, notices: Notices, act: impl FnOnce(&Layout) -> ExitCode) -> ExitCode {
    if let Some(layout) = Layout::find(env, std::env::current_exe().ok().as_deref()) {
        act(&layout)
    } else {
        notices.say(Level::Warn, "neither HOME nor the binary's place leads to a dyno's home");
        ExitCode::SUCCESS
    }
}

/// Writes the one answer of a verb to stdout. A reader that has gone away is not an error.
fn answer(text: impl AsRef<[u8]>) -> ExitCode {
    let mut stdout = io::stdout();
    let _ = stdout.write_all(text.as_ref()).and_then(|()| stdout.flush());
    ExitCode::SUCCESS
}

/// The value of a variable; what is not UTF-8 in it is replaced. Empty when it is not set.
fn text<'a>(env: &'a Environment, name: &str) -> Cow<'a, str> {
    env.raw(name).map(|value| value.to_string_lossy()).unwrap_or_default()
}

/// A boolean variable. One that is unset, or that cannot be read, is `default`.
fn boolean(env: &Environment, name: &str, default: bool) -> bool {
    boolean::parse(&text(env, name)).unwrap_or(default)
}
