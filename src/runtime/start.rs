//! `runtime start`: after `prerun.sh`, decides whether the Agent runs, hands over to the supervisor, and gives back what
//! the app's environment is to have. Pure decisions, then one process started.

use std::fs::File;
use std::io;
use std::process::{Command, Stdio};

use crate::datadog::{AgentVersion, boolean};
use crate::env::{
    DD_API_KEY, DD_DISCOVERY_ENABLED, DD_GIT_COMMIT_SHA, DD_HEROKU_DYNO, DD_HEROKU_SKIP_DYNOS,
    DD_INSTRUMENTATION_TELEMETRY_ENABLED, DD_PROFILING_ENABLED, DD_TAGS, DD_TRACE_ENABLED, DD_VERSION,
    DISABLE_DATADOG_AGENT, DYNO, Environment, HEROKU_APP_NAME, HEROKU_BUILD_COMMIT, HEROKU_SLUG_COMMIT,
};
use crate::platform::dyno::{is_one_off, process_type};

use super::layout::Layout;
use super::lock::{self, Lock};
use super::notice::{Level, Notices};
use super::prerun::Handed;
use super::shell::Script;
use super::template::Template;
use super::{identity, prerun, repeated, sockets, text, version};

/// The longest text that Linux takes as one variable, with room for its name.
const LONGEST: usize = 130_000;

/// Why the Agent does not run.
#[derive(Debug, PartialEq, Eq)]
enum Off {
    Skipped,
    Disabled(String),
    NoKey,
    NoAgent,
}

/// Starts the supervisor unless the Agent is off or runs already, and gives back the script to evaluate.
/// `output` is where the Agent writes to, except on one-off dynos.
pub(super) fn start(
    env: &Environment,
    layout: &Layout,
    handed: &Handed,
    output: Stdio,
    notices: Notices,
) -> Script {
    let off = off(env, handed, layout);
    let changes = changes(env, handed, off == Some(Off::Skipped), notices);
    let output = if is_one_off(process_type(&text(env, DYNO))) { stderr(output) } else { output };
    let mut script = Script::default();
    for (name, value) in &changes {
        match value {
            Some(value) => script.export(name, value),
            None => script.unset(name),
        }
    }
    let handed_version = || handed.agent_version.as_deref().and_then(AgentVersion::parse);
    let version = version::recorded(layout).or_else(handed_version);
    match Lock::take(layout) {
        Lock::Held => {}
        lock => {
            if let Some(off) = off {
                off.report(layout, notices);
            } else {
                let tags =
                    changes.iter().find(|(name, _)| *name == DD_TAGS).and_then(|(_, tags)| tags.as_deref());
                notices.say(Level::Debug, &format!("tags: {}", tags.unwrap_or_default()));
                let lock = match lock {
                    Lock::Taken(file) => Some(file),
                    _ => None,
                };
                repeated::report(env, layout, notices);
                if let Err(error) = supervise(&script.applied_to(env), layout, handed, version, lock, output)
                {
                    notices.say(Level::Error, &format!("the Agent is not started: {error}"));
                }
            }
        }
    }
    script
}

/// Where the agents of a one-off dyno write to: its stdout is the answer of its command. `other` where stderr is closed.
fn stderr(other: Stdio) -> Stdio {
    rustix::io::fcntl_dupfd_cloexec(io::stderr(), 3).map_or(other, Stdio::from)
}

/// Starts `runtime supervise` as a process of its own, in the environment `env`, with the lock as its stdin.
fn supervise(
    env: &Environment,
    layout: &Layout,
    handed: &Handed,
    version: Option<AgentVersion>,
    lock: Option<File>,
    output: Stdio,
) -> io::Result<()> {
    let mut command = Command::new(std::env::current_exe()?);
    command.args(["runtime", "supervise"]);
    if let Some(version) = version {
        command.args(["--agent-version", &version.to_string()]);
    }
    // Not the environment of this process: without `prerun.sh` it is the one before `prepare`.
    command.env_clear().envs(env.vars().filter(|(name, _)| !prerun::is_own(name)));
    command.envs(quiet(env, layout));
    for name in &handed.app_only {
        command.env_remove(name);
    }
    let held = lock.as_ref().map(File::try_clone).transpose()?;
    let child = command.stdin(held.map_or_else(Stdio::null, Stdio::from)).stdout(output).spawn()?;
    if let Some(mut file) = lock {
        lock::record(&mut file, child.id());
    }
    Ok(())
}

/// What the agents alone get so that they log no errors about what a dyno does not have.
fn quiet(env: &Environment, layout: &Layout) -> Vec<(&'static str, String)> {
    let mut all = sockets::of_agents(env, layout);
    // Discovery asks the system-probe, which needs privileges that a dyno does not have.
    let asked = std::fs::read(layout.conf.join("system-probe.yaml"));
    let asked = asked.is_ok_and(|bytes| Template::new(&String::from_utf8_lossy(&bytes)).has("discovery"));
    if env.raw(DD_DISCOVERY_ENABLED).is_none() && !asked {
        all.push((DD_DISCOVERY_ENABLED, boolean::text(false).into()));
    }
    all
}

fn off(env: &Environment, handed: &Handed, layout: &Layout) -> Option<Off> {
    let disabled = match &handed.disabled {
        Some(value) => value.into(),
        None => text(env, DISABLE_DATADOG_AGENT),
    };
    if identity::is_skipped(&text(env, DD_HEROKU_SKIP_DYNOS), &text(env, DYNO)) {
        Some(Off::Skipped)
    } else if !disabled.is_empty() {
        Some(Off::Disabled(disabled.into_owned()))
    } else if text(env, DD_API_KEY).trim().is_empty() {
        Some(Off::NoKey)
    } else if !layout.bin().join("agent").is_file() {
        Some(Off::NoAgent)
    } else {
        None
    }
}

impl Off {
    fn report(&self, layout: &Layout, notices: Notices) {
        let (level, text) = match self {
            Self::Skipped => (Level::Debug, format!("the Agent is off on this dyno: {DD_HEROKU_SKIP_DYNOS}")),
            Self::Disabled(value) if boolean::parse_input(value) == Some(false) => (
                Level::Warn,
                format!(
                    "the Datadog Agent is off: any value of {DISABLE_DATADOG_AGENT} disables it, this one too. Run: heroku config:unset {DISABLE_DATADOG_AGENT}"
                ),
            ),
            Self::Disabled(_) => {
                (Level::Info, format!("the Datadog Agent is off: {DISABLE_DATADOG_AGENT} is set"))
            }
            Self::NoKey => (
                Level::Warn,
                format!(
                    "the Datadog Agent is off: {DD_API_KEY} is not set. Run: heroku config:set {DD_API_KEY}=<your key>"
                ),
            ),
            Self::NoAgent => {
                (Level::Warn, format!("no Datadog Agent in `{}`: it is not started", layout.bin().display()))
            }
        };
        notices.say(level, &text);
    }
}

/// A variable and its value, or None to take it away.
type Change = (&'static str, Option<String>);

/// What changes in the environment of the app and the Agent.
fn changes(env: &Environment, handed: &Handed, skipped: bool, notices: Notices) -> Vec<Change> {
    let mut changes: Vec<Change> = vec![(DD_HEROKU_DYNO, Some(boolean::text(true).into()))];
    let made = identity::dyno_tags(&text(env, DYNO), &text(env, HEROKU_APP_NAME), super::BUILDPACK_VERSION);
    let tags = identity::all_tags(handed.dyno_tags.as_deref().unwrap_or(&made), &text(env, DD_TAGS));
    if tags.len() < LONGEST {
        changes.push((DD_TAGS, Some(tags)));
    } else {
        notices.say(Level::Warn, "DD_TAGS is too long to add the dyno's tags to it");
    }
    let commit = env.get(HEROKU_BUILD_COMMIT).or_else(|| env.get(HEROKU_SLUG_COMMIT));
    for name in [DD_VERSION, DD_GIT_COMMIT_SHA] {
        if text(env, name).is_empty() && (commit.is_some() || env.raw(name).is_some()) {
            changes.push((name, commit.map(Into::into)));
        }
    }
    changes.extend(sockets::changes(env, notices).into_iter().map(|(name, value)| (name, Some(value))));
    if skipped {
        let tracer = [DD_TRACE_ENABLED, DD_PROFILING_ENABLED, DD_INSTRUMENTATION_TELEMETRY_ENABLED];
        changes.extend(tracer.map(|name| (name, Some(boolean::text(false).into()))));
    }
    changes
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The value a variable is to have: `-` when it is to go, nothing when it stays as it is.
    fn value<'a>(changes: &'a [Change], name: &str) -> &'a str {
        let change = changes.iter().find(|(n, _)| *n == name);
        change.map_or("", |(_, value)| value.as_deref().unwrap_or("-"))
    }

    fn changed(vars: &[(&str, &str)], skipped: bool) -> Vec<Change> {
        let env = vars.iter().fold(Environment::default(), |env, (name, value)| env.with(name, *value));
        changes(&env, &Handed::default(), skipped, Notices::default())
    }

    #[test]
    fn an_empty_version_goes_unless_a_commit_gives_one() {
        assert_eq!(value(&changed(&[], false), DD_VERSION), "");
        assert_eq!(value(&changed(&[(DD_VERSION, "")], false), DD_VERSION), "-");
        assert_eq!(
            value(&changed(&[(DD_VERSION, "v1"), (HEROKU_SLUG_COMMIT, "abc")], false), DD_VERSION),
            ""
        );
        let both = changed(&[(HEROKU_SLUG_COMMIT, "abc"), (HEROKU_BUILD_COMMIT, "def")], false);
        assert_eq!(value(&both, DD_VERSION), "def");
        assert_eq!(value(&both, DD_GIT_COMMIT_SHA), "def");
    }

    #[test]
    fn a_skipped_dyno_tells_the_tracer() {
        assert_eq!(value(&changed(&[], true), DD_TRACE_ENABLED), "false");
        assert_eq!(value(&changed(&[], false), DD_TRACE_ENABLED), "");
    }

    #[test]
    fn tags_too_long_for_a_process_are_left_alone() {
        let long = format!("a:{}", "x".repeat(LONGEST));
        assert_eq!(value(&changed(&[(DD_TAGS, &long)], false), DD_TAGS), "");
    }
}
