//! One agent under supervision: its processes, and what is to happen next. Each agent has a process group of its own,
//! so that what it leaves behind is known and ends with it.

use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, WaitStatus, kill_process_group, test_kill_process_group};

use super::agents::Program;
use super::memory::Budget;
use super::processes;

/// How often in a row an agent is started again before the pauses become long.
const LIMIT: u32 = 8;
/// The longest pause before that.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);
/// The pause after that, as a multiple of the first one: 15 minutes by default.
const LONG_PAUSE: u32 = 900;
/// An agent that ran this long has recovered: its failures are forgotten.
const RECOVERED: Duration = Duration::from_secs(120);
/// How often an agent that ignores its end is killed.
const INSIST: Duration = Duration::from_secs(1);

/// What an agent does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// To be started at this time.
    Due(Instant),
    /// Runs since.
    Running(Instant),
    /// Was asked to end, and is killed at this time.
    Ending(Instant, Next),
    /// Does not run, and is not started.
    Off,
}

/// What follows the end of an agent that was asked to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// It is started.
    Start,
    /// It stays off.
    Stay,
    /// It counts as failed, and is started after the pause that this calls for.
    Pause,
}

/// What the end of a process came to.
pub(super) enum End {
    /// Nothing to say.
    Quiet,
    /// It failed in this way, after which [`Supervised::failed`] plans its next start.
    Failed(String),
}

/// An agent.
pub(super) struct Supervised {
    pub(super) program: Program,
    pub(super) budget: Option<Budget>,
    pub(super) state: State,
    /// The group of its processes, while any of them is left.
    pub(super) group: Option<Pid>,
    /// Whether the process that was started still runs. One that puts itself in the background leaves others.
    leads: bool,
    failures: u32,
    /// Whether it was said that it is over its budget.
    is_over: bool,
}

impl Supervised {
    pub(super) fn new(program: Program, budget: Option<Budget>, now: Instant) -> Self {
        let state = State::Due(now);
        Self { program, budget, state, group: None, leads: false, failures: 0, is_over: false }
    }

    /// Its name in messages.
    pub(super) fn name(&self) -> &'static str {
        self.program.agent.name()
    }

    /// Its process was started.
    pub(super) fn started(&mut self, pid: Pid) {
        self.state = State::Running(Instant::now());
        (self.group, self.leads, self.is_over) = (Some(pid), true, false);
    }

    /// When something is to be done with it.
    pub(super) fn due(&self) -> Option<Instant> {
        match self.state {
            State::Due(at) | State::Ending(at, _) => Some(at),
            State::Running(_) | State::Off => None,
        }
    }

    pub(super) fn is_running(&self) -> bool {
        matches!(self.state, State::Running(_))
    }

    /// Sends a signal to all of its processes.
    pub(super) fn send(&self, signal: Signal) {
        if let Some(group) = self.group {
            let _ = kill_process_group(group, signal);
        }
    }

    /// Asks it to end for its memory. It counts as a failure: an agent that grows fast is started later each time.
    pub(super) fn end_for_memory(&mut self, until: Instant) {
        self.forget_if_recovered();
        self.end(until, Next::Pause);
    }

    /// Forgets its failures if it has run for long.
    fn forget_if_recovered(&mut self) {
        if matches!(self.state, State::Running(since) if since.elapsed() >= RECOVERED) {
            self.failures = 0;
        }
    }

    /// Asks it to end, what it left behind included; one that does not run is at once what follows.
    pub(super) fn end(&mut self, until: Instant, next: Next) {
        self.send(Signal::TERM);
        self.state = match self.state {
            State::Due(_) | State::Off if self.group.is_none() => Self::after(next),
            _ => State::Ending(until, next),
        };
    }

    /// Forgets its failures, and has it started now unless it runs.
    pub(super) fn start_now(&mut self) {
        self.failures = 0;
        match self.state {
            State::Due(_) | State::Off => self.state = State::Due(Instant::now()),
            State::Ending(until, _) => self.state = State::Ending(until, Next::Start),
            State::Running(_) => {}
        }
    }

    /// Kills it, as it did not end in time. Its end is heard of like any other.
    pub(super) fn kill(&mut self) {
        self.send(Signal::KILL);
        if let State::Ending(_, next) = self.state {
            self.state = State::Ending(Instant::now() + INSIST, next);
        }
    }

    /// Takes note that a child of the supervisor ended, when it is this agent's.
    pub(super) fn child_ended(&mut self, pid: Pid, status: WaitStatus) -> End {
        if self.group != Some(pid) || !self.leads {
            return End::Quiet;
        }
        self.leads = false;
        if !self.is_running() {
            return End::Quiet;
        }
        self.forget_if_recovered();
        let is_clean = status.exit_status() == Some(0);
        if is_clean && self.has_processes() {
            return End::Quiet;
        }
        if is_clean && self.program.agent.may_end() {
            self.state = State::Off;
            return End::Quiet;
        }
        // What it leaves behind would hold its ports.
        self.send(Signal::TERM);
        End::Failed(match (status.exit_status(), status.terminating_signal()) {
            (Some(code), _) => format!("ended with status {code}"),
            (_, Some(signal)) => format!("was ended by signal {signal}"),
            _ => "ended".into(),
        })
    }

    /// Looks whether the last of its processes has ended.
    pub(super) fn look(&mut self) -> End {
        if self.group.is_none() || self.leads || self.has_processes() {
            return End::Quiet;
        }
        self.group = None;
        self.forget_if_recovered();
        match self.state {
            State::Ending(_, Next::Pause) => return End::Failed("was ended for its memory".into()),
            State::Ending(_, next) => self.state = Self::after(next),
            State::Running(_) => return End::Failed("ended in the background".into()),
            State::Due(_) | State::Off => {}
        }
        End::Quiet
    }

    /// Plans its next start after a failure. Gives back the pause, and how often in a row it failed when the pauses are
    /// long by now.
    pub(super) fn failed(&mut self, first: Duration) -> (Duration, Option<u32>) {
        self.failures = self.failures.saturating_add(1);
        let (pause, often) = if self.failures > LIMIT {
            (first.saturating_mul(LONG_PAUSE), Some(self.failures))
        } else {
            (first.saturating_mul(1 << (self.failures - 1)).min(LONGEST_PAUSE), None)
        };
        let at = Instant::now() + pause;
        self.state = State::Due(at);
        (pause, often)
    }

    /// The bytes it has in memory, with its budget, while it runs.
    pub(super) fn memory(&self) -> Option<(u64, Budget)> {
        let (group, budget) = (self.group.filter(|_| self.is_running())?, self.budget?);
        let bytes = if self.leads { processes::resident(group) } else { processes::resident_of_group(group) };
        Some((bytes?, budget))
    }

    /// Whether it is over its budget for the first time since it was started.
    pub(super) fn passes(&mut self, bytes: u64, budget: Budget) -> bool {
        budget.is_passed(bytes) && !std::mem::replace(&mut self.is_over, true)
    }

    fn after(next: Next) -> State {
        match next {
            Next::Start | Next::Pause => State::Due(Instant::now()),
            Next::Stay => State::Off,
        }
    }

    fn has_processes(&self) -> bool {
        self.group.is_some_and(|group| test_kill_process_group(group).is_ok())
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::super::agents::Agent;
    use super::*;

    #[test]
    fn an_agent_that_ran_long_in_the_background_has_recovered() {
        let started = Instant::now().checked_sub(RECOVERED).unwrap();
        let program = Program { agent: Agent::Trace, path: PathBuf::new(), arguments: Vec::new() };
        let mut agent = Supervised::new(program, None, started);
        (agent.state, agent.failures) = (State::Running(started), LIMIT);
        // The highest number is that of no process.
        agent.group = Pid::from_raw(i32::MAX);
        assert!(matches!(agent.look(), End::Failed(_)));
        assert_eq!(agent.failed(Duration::from_secs(1)), (Duration::from_secs(1), None));
    }
}
