//! The agents of a dyno: which of them the environment asks for, and how each is started.

use std::path::{Path, PathBuf};

use crate::datadog::AgentVersion;
use crate::env::{DD_APM_ENABLED, DD_LD_LIBRARY_PATH, DD_PROCESS_AGENT, DD_PYTHONPATH, Environment};

use super::disk;
use super::layout::Layout;
use super::notice::{Level, Notices};
use super::{boolean, text, version};

/// One of the agents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Agent {
    /// The Agent itself: checks and `DogStatsD`.
    Core,
    /// Takes traces.
    Trace,
    /// Lists processes; below 7.68.
    Process,
}

impl Agent {
    /// Its name in messages.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Core => "agent",
            Self::Trace => "trace-agent",
            Self::Process => "process-agent",
        }
    }

    /// Whether an end without an error is intended: the trace-agent ends so when its configuration turns it off.
    pub(super) fn may_end(self) -> bool {
        self != Self::Core
    }
}

/// How an agent is started.
#[derive(Clone, Debug)]
pub(super) struct Program {
    pub(super) agent: Agent,
    pub(super) path: PathBuf,
    pub(super) arguments: Vec<String>,
}

/// The agents that the environment asks for.
pub(super) fn programs(
    env: &Environment,
    layout: &Layout,
    version: AgentVersion,
    notices: Notices,
) -> Vec<Program> {
    let conf = layout.agent_conf(env).to_string_lossy().into_owned();
    if !Path::new(&conf).exists() {
        notices.say(Level::Warn, &format!("`{conf}` is missing: the Agent may not start"));
    }
    let program = |agent, path: PathBuf, arguments: &[&str]| {
        let arguments = arguments.iter().map(|&word| word.to_owned()).chain([conf.clone()]).collect();
        Program { agent, path, arguments }
    };
    let mut all =
        vec![program(Agent::Core, layout.bin().join("agent"), &[version::run_command(version), "-c"])];
    if boolean(env, DD_APM_ENABLED, true) {
        let path = layout.embedded().join("bin/trace-agent");
        all.push(program(Agent::Trace, path, &[version::trace_flag(version)]));
    } else {
        notices.say(Level::Debug, "the trace-agent is off: DD_APM_ENABLED is false");
    }
    if boolean(env, DD_PROCESS_AGENT, false)
        && let Some(path) = version::process_program(version, layout)
    {
        if path.parent() == Some(&layout.bin()) {
            let _ = disk::link(&path, "agent");
        }
        all.push(program(Agent::Process, path, &[version::process_flag(version)]));
    }
    all.retain(|program| {
        let is_built = program.path.is_file();
        if !is_built {
            let text = format!(
                "this slug has no {}: set its options, then rebuild (`{}`)",
                program.agent.name(),
                program.path.display()
            );
            notices.say(Level::Warn, &text);
        }
        is_built
    });
    all
}

/// The variables that an agent needs in addition to those of the app.
pub(super) fn variables(env: &Environment, layout: &Layout) -> [(&'static str, String); 2] {
    let or = |name, other: String| {
        Some(text(env, name).into_owned()).filter(|text| !text.is_empty()).unwrap_or(other)
    };
    [
        ("PYTHONPATH", or(DD_PYTHONPATH, layout.embedded().join("lib").to_string_lossy().into_owned())),
        ("LD_LIBRARY_PATH", or(DD_LD_LIBRARY_PATH, layout.library_path())),
    ]
}
