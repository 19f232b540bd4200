//! The dyno side: configures, starts and supervises the Agent when a dyno boots. It never fails a boot, writes nothing
//! of its own to stdout, and needs neither network nor the rest of the program.

mod agent_conf;
mod confs;
mod databases;
mod disk;
mod entrypoint;
mod fill;
mod identity;
mod install;
mod layout;
mod lock;
mod notice;
mod prepare;
mod python;
mod shell;
mod signals;
mod start;
mod supervise;
mod template;
mod url;
mod version;
mod wrapper;
mod yaml;

use std::borrow::Cow;
use std::ffi::OsString;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::{ExitCode, Stdio};

use crate::datadog::{AgentVersion, boolean};
use crate::env::Environment;
use layout::Layout;
use notice::{Level, Notices};
use start::Handed;
use supervise::Supervisor;

pub use fill::{Filled, MARKER, fill, is_marked};
pub use identity::all_tags;
pub use install::install;
pub use url::ServiceUrl;
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
    /// Write the Agent's configuration; print what bash is to evaluate before prerun.sh
    Prepare,
    /// Start the supervisor; print what bash is to evaluate after prerun.sh. The Agent writes to stdin's file
    Start {
        /// The dyno's tags, as prerun.sh left them
        #[arg(long, value_name = "TAGS")]
        dyno_tags: Option<String>,
        /// The Agent's version, where it is not recorded
        #[arg(long, value_name = "VERSION")]
        agent_version: Option<String>,
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
        Verb::Prepare => with_layout(env, notices, |layout| answer(&prepare::prepare(env, layout, notices))),
        Verb::Start { dyno_tags, agent_version } => with_layout(env, notices, |layout| {
            let output =
                rustix::io::fcntl_dupfd_cloexec(io::stdin(), 3).map_or_else(|_| Stdio::null(), Stdio::from);
            answer(&start::start(env, layout, &Handed { dyno_tags, agent_version }, output, notices))
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

/// Writes the one answer of a verb to stdout. A reader that has gone away is no error.
fn answer(text: &str) -> ExitCode {
    let _ = io::stdout().write_all(text.as_bytes());
    ExitCode::SUCCESS
}

/// The value of a variable; what is no UTF-8 in it is replaced. Empty when it is not set.
fn text<'a>(env: &'a Environment, name: &str) -> Cow<'a, str> {
    env.raw(name).map(|value| value.to_string_lossy()).unwrap_or_default()
}

/// A boolean variable. One that is unset, or that cannot be read, is `default`.
fn boolean(env: &Environment, name: &str, default: bool) -> bool {
    boolean::parse(&text(env, name)).unwrap_or(default)
}
