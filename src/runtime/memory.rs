//! The agents' memory: a budget for all of them, made of the dyno's limit or set by `DD_HEROKU_AGENT_MEMORY`, split between
//! them, and the variables that hold each to its part. Never anything of the app's.

use std::ffi::OsStr;
use std::fs;

use crate::datadog::AgentMemory;
use crate::env::{DD_APM_MAX_MEMORY, DD_HEROKU_AGENT_MEMORY, DYNO_RAM, Environment};

use super::agents::Agent;
use super::notice::{Level, Notices};
use super::text;

const MIB: u64 = 1 << 20;
/// What the agents may use of the dyno's memory, in percent, and the most that they get together.
const SHARE: u64 = 50;
const MOST: u64 = 2048 * MIB;
/// The hard limit, in percent of an agent's budget. The trace-agent ends itself, and loses what it holds, at 150.
const HARD: u64 = 140;
/// `GOMEMLIMIT`, in percent of an agent's budget: Go does not count Python, C libraries and the program's own code.
const GO: u64 = 80;
/// Below this budget an agent gets two of Go's threads, else four.
const SMALL: u64 = 256 * MIB;
/// A cgroup without a limit has a number of this size or more.
const UNLIMITED: u64 = 1 << 50;
/// The limit of the dyno's cgroup, version 2 and 1.
const CGROUPS: [&str; 2] = ["/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"];

/// What one agent may use, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Budget(u64);

impl Budget {
    /// Whether so many bytes are over it.
    pub(super) fn is_passed(self, bytes: u64) -> bool {
        bytes > self.0
    }

    /// Whether so many bytes are over the hard limit, at which the agent is restarted.
    pub(super) fn is_far_passed(self, bytes: u64) -> bool {
        bytes > self.hard()
    }

    fn hard(self) -> u64 {
        percent(self.0, HARD)
    }

    /// For people: `58 MB`.
    pub(super) fn shown(self) -> String {
        megabytes(self.0)
    }

    /// The hard limit for people.
    pub(super) fn hard_shown(self) -> String {
        megabytes(self.hard())
    }
}

fn percent(bytes: u64, percent: u64) -> u64 {
    bytes.saturating_mul(percent) / 100
}

/// Bytes as Heroku shows memory.
pub(super) fn megabytes(bytes: u64) -> String {
    format!("{} MB", bytes / MIB)
}

/// The budgets of these agents, in their order; none when nothing limits the dyno or the user turned them off.
pub(super) fn budgets(env: &Environment, agents: &[Agent], notices: Notices) -> Vec<Option<Budget>> {
    let asked = text(env, DD_HEROKU_AGENT_MEMORY);
    let limit = dyno_limit(env);
    let auto = || limit.map(|limit| percent(limit, SHARE).min(MOST));
    let total = match AgentMemory::parse(&asked) {
        Some(AgentMemory::Auto) => auto(),
        Some(AgentMemory::Off) => None,
        Some(AgentMemory::Bytes(bytes)) => {
            let limit = limit.filter(|&limit| bytes > limit);
            if let Some(limit) = limit {
                let has = megabytes(limit);
                let text = format!("{DD_HEROKU_AGENT_MEMORY} is `{asked}`, the dyno has {has}: that is used");
                notices.say(Level::Warn, &text);
            }
            Some(limit.unwrap_or(bytes))
        }
        None => {
            notices.say(
                Level::Warn,
                &format!("{DD_HEROKU_AGENT_MEMORY} is `{asked}`, not `auto`, `off` or a size such as `200M`: `auto` is used"),
            );
            auto()
        }
    };
    let Some(total) = total else { return vec![None; agents.len()] };
    let all: u64 = agents.iter().map(|agent| weight(*agent)).sum();
    let of_user =
        env.get(DD_APM_MAX_MEMORY).and_then(|text| text.trim().parse().ok()).filter(|&bytes| bytes > 0);
    let of = |agent: &Agent| match of_user {
        Some(bytes) if *agent == Agent::Trace => bytes,
        _ => total * weight(*agent) / all,
    };
    agents.iter().map(|agent| Some(Budget(of(agent)))).collect()
}

/// The parts: the core Agent has Python and the checks in it.
fn weight(agent: Agent) -> u64 {
    match agent {
        Agent::Core => 5,
        Agent::Trace | Agent::Process => 2,
    }
}

/// The variables that hold an agent to its budget, without those that the user has set.
pub(super) fn variables(agent: Agent, budget: Budget, env: &Environment) -> Vec<(&'static str, String)> {
    let threads = if budget.0 < SMALL { 2 } else { 4 };
    let mut all = vec![
        ("GOMEMLIMIT", format!("{}MiB", (percent(budget.0, GO) / MIB).max(1))),
        ("GOMAXPROCS", threads.to_string()),
        ("MALLOC_ARENA_MAX", "2".into()),
    ];
    if agent == Agent::Trace {
        all.push((DD_APM_MAX_MEMORY, budget.0.to_string()));
    }
    all.retain(|(name, _)| env.raw(name).is_none_or(OsStr::is_empty));
    all
}

/// The memory of the dyno: the limit of its cgroup, or what Heroku says it has, whichever is less.
fn dyno_limit(env: &Environment) -> Option<u64> {
    let cgroups = CGROUPS.iter().filter_map(|path| fs::read_to_string(path).ok()?.trim().parse().ok());
    let ram = env.get(DYNO_RAM).and_then(|text| text.trim().parse::<u64>().ok()?.checked_mul(MIB));
    cgroups.chain(ram).filter(|&bytes| (1..UNLIMITED).contains(&bytes)).min()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(vars: &[(&str, &str)], agents: &[Agent]) -> Vec<u64> {
        let env = vars.iter().fold(Environment::default(), |env, (name, value)| env.with(name, *value));
        let budgets = budgets(&env, agents, Notices::default());
        budgets.into_iter().map(|budget| budget.map_or(0, |Budget(bytes)| bytes / MIB)).collect()
    }

    #[test]
    fn the_budget_is_split_by_agent_and_the_users_limit_of_the_trace_agent_holds() {
        use Agent::{Core, Process, Trace};
        let set = [(DD_HEROKU_AGENT_MEMORY, "210M")];
        assert_eq!(split(&set, &[Core, Trace]), [150, 60]);
        assert_eq!(split(&set, &[Core, Trace, Process]), [116, 46, 46]);
        assert_eq!(split(&[set[0], (DD_APM_MAX_MEMORY, "104857600")], &[Core, Trace]), [150, 100]);
        assert_eq!(split(&[(DD_HEROKU_AGENT_MEMORY, "off"), (DYNO_RAM, "64")], &[Core]), [0]);
        assert_eq!(split(&[(DYNO_RAM, "64")], &[Core]), [32]);
        assert_eq!(split(&[(DYNO_RAM, "64"), (DD_HEROKU_AGENT_MEMORY, "10G")], &[Core]), [64]);
        assert_eq!(split(&[(DYNO_RAM, "64"), (DD_HEROKU_AGENT_MEMORY, "200")], &[Core]), [32]);
    }

    #[test]
    fn what_the_user_set_is_left_and_only_the_trace_agent_gets_its_own_limit() {
        let env = Environment::default().with("MALLOC_ARENA_MAX", "1").with("GOMAXPROCS", "");
        let names = |agent| {
            let all = variables(agent, Budget(100 * MIB), &env);
            all.into_iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>()
        };
        assert_eq!(names(Agent::Core), ["GOMEMLIMIT=80MiB", "GOMAXPROCS=2"]);
        assert_eq!(names(Agent::Trace)[2..], ["DD_APM_MAX_MEMORY=104857600"]);
    }
}
