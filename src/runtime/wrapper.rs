//! `agent-wrapper ARGS…`: the Agent's own CLI with the environment it needs, its arguments untouched. In a session that
//! has no config vars (`heroku ps:exec`) the running Agent's are taken, so that its status can be read.

use std::ffi::OsString;
use std::os::unix::process::CommandExt;
use std::process::{Command, ExitCode};

use crate::env::{DATADOG_CONF, DD_API_KEY, DD_PYTHONPATH, Environment};

use super::layout::Layout;
use super::lock;
use super::notice::{Level, Notices};
use super::python::{self, Python};
use super::supervise::agent_variables;

/// Becomes the Agent's CLI. Comes back only when that is not possible, with 127.
pub(super) fn run(env: &Environment, layout: &Layout, arguments: &[OsString], notices: Notices) -> ExitCode {
    let running = if env.get(DD_API_KEY).is_none() { lock::running_environment(layout) } else { None };
    let mut env = env.clone();
    let from_agent =
        |name: &str| ["DD_", "DATADOG_", "HEROKU_", "DYNO"].iter().any(|start| name.starts_with(start));
    for (name, value) in running.iter().flat_map(Environment::vars) {
        if let Some(name) = name.to_str().filter(|name| from_agent(name)) {
            env = env.with(name, value);
        }
    }
    if env.get(DD_PYTHONPATH).is_none() {
        env = env.with(DD_PYTHONPATH, python::path(layout, Python::find(layout, None, 7).as_ref()));
    }
    let agent = layout.bin().join("agent");
    let conf = env.raw(DATADOG_CONF).map_or_else(|| layout.datadog_yaml().into(), OsString::from);
    let mut command = Command::new(&agent);
    command.arg("-c").arg(conf).args(arguments).envs(env.vars()).envs(agent_variables(&env, layout));
    let error = command.exec();
    notices.say(Level::Error, &format!("cannot run `{}`: {error}", agent.display()));
    ExitCode::from(127)
}
