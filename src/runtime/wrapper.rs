//! `agent-wrapper ARGS…`: the Agent's own CLI with the environment it needs, its arguments untouched. In a session that
//! has no config vars (`heroku ps:exec`) the running Agent's are taken, so that its status can be read. Only `restart`,
//! `stop` and `start` alone are for the supervisor.

use std::ffi::OsString;
use std::io::{self, ErrorKind};
use std::os::unix::process::CommandExt;
use std::process::{Command, ExitCode};

use crate::env::{DATADOG_CONF, DD_API_KEY, DD_PYTHONPATH, Environment};

use super::agents;
use super::control::{self, Verb};
use super::layout::Layout;
use super::lock;
use super::notice::{Level, Notices};
use super::python::{self, Python};

/// Becomes the Agent's CLI. Comes back only when that is not possible, with 127, or when it asked the supervisor.
pub(super) fn run(env: &Environment, layout: &Layout, arguments: &[OsString], notices: Notices) -> ExitCode {
    if let [verb] = arguments
        && let Some(verb) = verb.to_str().and_then(Verb::parse)
    {
        return ask(layout, verb, notices);
    }
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
    command.arg("-c").arg(conf).args(arguments).envs(env.vars()).envs(agents::variables(&env, layout));
    let error = command.exec();
    notices.say(Level::Error, &format!("cannot run `{}`: {error}", agent.display()));
    ExitCode::from(127)
}

/// Asks the supervisor, and prints its answer.
fn ask(layout: &Layout, verb: Verb, notices: Notices) -> ExitCode {
    let failure = match control::ask(layout, verb) {
        Ok(answer) if answer.starts_with(verb.done()) => {
            return super::answer(format!("{answer}\n"));
        }
        Ok(answer) if answer.is_empty() => "the supervisor ended before it answered".to_owned(),
        Ok(answer) => answer,
        Err(error) => reason(&error),
    };
    notices.say(Level::Error, &format!("cannot {} the Agent: {failure}", verb.name()));
    ExitCode::FAILURE
}

fn reason(error: &io::Error) -> String {
    match error.kind() {
        ErrorKind::NotFound => {
            "no supervisor runs in this dyno: the Agent was off when it started. Restart the dyno: heroku ps:restart"
                .into()
        }
        ErrorKind::WouldBlock | ErrorKind::TimedOut => "the agents take long to end; see the dyno's log".into(),
        _ => error.to_string(),
    }
}
