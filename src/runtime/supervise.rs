//! `runtime supervise`: keeps the agents of a dyno running. What ends is started again, later each time; what takes too
//! much memory is restarted; sessions in the dyno may restart, stop and start the agents; SIGTERM is passed on, and the
//! agents get the time to send what they hold. Everything that ends below is reaped.

use std::fs::File;
use std::io;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, WaitOptions, wait};

use crate::datadog::AgentVersion;
use crate::env::{DD_HEROKU_AGENT_MEMORY, DD_HEROKU_RESTART_MS, DD_HOSTNAME, Environment};

use super::agents::{self, Program};
use super::control::{Control, Session, Verb};
use super::layout::Layout;
use super::memory;
use super::notice::{Level, Notices};
use super::priority::Priority;
use super::signals::{CHILD, INT, Signals, TERM};
use super::supervised::{End, Next, State, Supervised};
use super::{port, text, version};

/// How long the agents may take to end. Heroku kills a dyno 30 s after its SIGTERM.
const FLUSH: Duration = Duration::from_secs(25);
/// How often the agents' memory is looked at, as a multiple of the first pause: every 2 s by default.
const LOOK: u32 = 2;
/// When the app should be up in any case, as a multiple of the first pause: after 60 s by default, within which Heroku requires a web
/// process to listen (<https://devcenter.heroku.com/articles/limits#boot-timeout>).
const UP: u32 = 60;

/// The supervisor.
pub(super) struct Supervisor<'a> {
    all: Vec<Supervised>,
    env: &'a Environment,
    layout: &'a Layout,
    notices: Notices,
    first_pause: Duration,
    /// Each agent holds a copy: while one of them lives, no second supervisor starts, even when this one was killed.
    lock: Option<File>,
    /// Sessions that wait until what they asked for is done.
    sessions: Vec<(Session, Verb)>,
    /// When the agents are killed, once the dyno stops.
    stop: Option<Instant>,
}

impl<'a> Supervisor<'a> {
    /// A supervisor of the agents that the environment asks for. `lock` is the lock that makes it the only one.
    pub(super) fn new(
        env: &'a Environment,
        layout: &'a Layout,
        version: Option<AgentVersion>,
        lock: Option<File>,
        notices: Notices,
    ) -> Self {
        let version = version.or_else(|| version::find(layout)).unwrap_or(version::NEWEST);
        let programs = agents::programs(env, layout, version, notices);
        let names: Vec<_> = programs.iter().map(|program| program.agent).collect();
        let budgets = memory::budgets(env, &names, notices);
        let now = Instant::now();
        let all = programs.into_iter().zip(budgets);
        let all = all.map(|(program, budget)| Supervised::new(program, budget, now)).collect();
        let pause =
            env.get(DD_HEROKU_RESTART_MS).and_then(|text| text.parse().ok()).unwrap_or(1000).min(60_000);
        let first_pause = Duration::from_millis(pause);
        Self { all, env, layout, notices, first_pause, lock, sessions: Vec::new(), stop: None }
    }

    /// Runs until it gets SIGTERM; not at all where there is no agent to run.
    pub(super) fn run(&mut self) -> io::Result<()> {
        if self.all.is_empty() {
            return Ok(());
        }
        // Not in the session of the app: what a terminal sends to that is not meant for the Agent.
        let _ = rustix::process::setsid();
        let mut signals = Signals::listen(&[TERM, INT, CHILD])?;
        become_reaper();
        let control = Control::listen(self.layout);
        let up = Instant::now() + self.first_pause * UP;
        let mut priority = Priority::lower(up, port::of_app(self.env), self.first_pause);
        let mut look = self.next_look();
        loop {
            self.act();
            if self.stop.is_some() && self.all.iter().all(|agent| agent.group.is_none()) {
                return Ok(());
            }
            let now = Instant::now();
            if self.stop.is_some_and(|stop| stop <= now) {
                self.notices.say(Level::Warn, "the agents did not end in time");
                self.send(Signal::KILL);
                return Ok(());
            }
            self.answer();
            let due = self.all.iter().filter_map(Supervised::due);
            let due = due.chain(priority.due()).chain(look).chain(self.stop).min();
            let came = signals.wait(due, control.as_fd());
            if self.stop.is_none() && came.iter().any(|signal| [TERM, INT].contains(signal)) {
                self.stop = Some(Instant::now() + FLUSH);
                self.end(Next::Stay);
            }
            while let Ok(Some((pid, status))) = wait(WaitOptions::NOHANG) {
                for n in 0..self.all.len() {
                    let end = self.all[n].child_ended(pid, status);
                    self.ended(n, end);
                }
            }
            for n in 0..self.all.len() {
                let end = self.all[n].look();
                self.ended(n, end);
            }
            while let Some((session, verb)) = control.accept() {
                self.obey(session, verb);
            }
            let now = Instant::now();
            if priority.due().is_some_and(|due| due <= now) {
                priority.look(self.all.iter().filter_map(|agent| agent.group));
            }
            if look.is_some_and(|look| look <= now) {
                self.look_at_memory();
                look = self.next_look();
            }
        }
    }

    /// Starts the agents that are due, and kills those that did not end in time.
    fn act(&mut self) {
        let now = Instant::now();
        for n in 0..self.all.len() {
            match self.all[n].state {
                State::Due(at) if at <= now && self.stop.is_none() => self.start(n),
                State::Ending(until, _) if until <= now && self.stop.is_none() => self.all[n].kill(),
                _ => {}
            }
        }
    }

    fn start(&mut self, n: usize) {
        let agent = &mut self.all[n];
        let text = format!("Starting Datadog {} on {}", agent.name(), text(self.env, DD_HOSTNAME));
        self.notices.say(Level::Debug, &text);
        // What an earlier one left behind has had its time.
        agent.send(Signal::KILL);
        agent.group = None;
        match self.spawn(n) {
            Ok(pid) => self.all[n].started(pid),
            Err(error) => self.failed(n, &format!("cannot be started ({error})")),
        }
    }

    fn spawn(&self, n: usize) -> io::Result<Pid> {
        use std::os::unix::process::CommandExt;
        let Supervised { program: Program { agent, path, arguments }, budget, .. } = &self.all[n];
        let mut command = Command::new(path);
        command.args(arguments).stdin(Stdio::null()).process_group(0);
        command.envs(agents::variables(self.env, self.layout));
        command.envs(budget.iter().flat_map(|budget| memory::variables(*agent, *budget, self.env)));
        if self.notices.is_off() {
            command.stdout(Stdio::null()).stderr(Stdio::null());
        } else {
            let output = rustix::io::fcntl_dupfd_cloexec(io::stdout(), 3)?;
            command.stderr(output);
        }
        let held = self.lock.as_ref().map(rustix::io::dup).transpose()?;
        let child = command.spawn();
        drop(held);
        let id = child?.id();
        i32::try_from(id).ok().and_then(Pid::from_raw).ok_or_else(|| io::Error::other("no process id"))
    }

    fn send(&self, signal: Signal) {
        self.all.iter().for_each(|agent| agent.send(signal));
    }

    /// Asks all agents to end.
    fn end(&mut self, next: Next) {
        let until = Instant::now() + FLUSH;
        self.all.iter_mut().for_each(|agent| agent.end(until, next));
    }

    fn ended(&mut self, n: usize, end: End) {
        match end {
            End::Failed(how) if self.stop.is_none() => self.failed(n, &how),
            End::Failed(_) | End::Quiet => {}
        }
    }

    /// Plans the next start of an agent, and says when it is.
    fn failed(&mut self, n: usize, how: &str) {
        let agent = &mut self.all[n];
        let (pause, often) = agent.failed(self.first_pause);
        let name = agent.name();
        let (level, text) = match often {
            None => (Level::Warn, format!("the {name} {how}; starting it again in {} ms", pause.as_millis())),
            Some(often) => {
                let pause = shown(pause);
                let text = format!(
                    "the {name} {how}, {often} times in a row; trying again in {pause}. Run: agent-wrapper diagnose"
                );
                (Level::Error, text)
            }
        };
        self.notices.say(level, &text);
    }

    /// Says which agents are over their budget, and restarts those that are far over it.
    fn look_at_memory(&mut self) {
        for agent in &mut self.all {
            let Some((bytes, budget)) = agent.memory() else { continue };
            let (name, uses) = (agent.name(), memory::megabytes(bytes));
            if budget.is_far_passed(bytes) {
                let limit = budget.hard_shown();
                let text = format!(
                    "the {name} uses {uses} of memory, more than its limit of {limit}: restarting it ({DD_HEROKU_AGENT_MEMORY})"
                );
                self.notices.say(Level::Warn, &text);
                agent.end_for_memory(Instant::now() + FLUSH);
            } else if agent.passes(bytes, budget) {
                let text = format!(
                    "the {name} uses {uses} of memory, more than its budget of {}; it is restarted at {} ({DD_HEROKU_AGENT_MEMORY})",
                    budget.shown(),
                    budget.hard_shown()
                );
                self.notices.say(Level::Warn, &text);
            }
        }
    }

    /// The next time to look; None where no agent has a budget.
    fn next_look(&self) -> Option<Instant> {
        let has_budget = self.all.iter().any(|agent| agent.budget.is_some());
        has_budget.then(|| Instant::now() + self.first_pause * LOOK)
    }

    /// Does what a session asks for; it is answered when that is done.
    fn obey(&mut self, session: Session, verb: Verb) {
        if self.stop.is_some() {
            return session.answer("the dyno is stopping");
        }
        self.notices
            .say(Level::Info, &format!("agent-wrapper {}: the agents are {}", verb.name(), verb.done()));
        match verb {
            Verb::Stop => self.end(Next::Stay),
            Verb::Start => self.all.iter_mut().for_each(Supervised::start_now),
            Verb::Restart => {
                self.end(Next::Start);
                self.all.iter_mut().for_each(Supervised::start_now);
            }
        }
        self.sessions.push((session, verb));
    }

    /// Answers the sessions, once no agent is about to end or to start.
    fn answer(&mut self) {
        let now = Instant::now();
        let is_busy = |agent: &Supervised| {
            agent.due().is_some_and(|due| due <= now) || matches!(agent.state, State::Ending(..))
        };
        if self.sessions.is_empty() || self.all.iter().any(is_busy) {
            return;
        }
        for (session, verb) in std::mem::take(&mut self.sessions) {
            let is_done = |agent: &&Supervised| agent.is_running() == (verb != Verb::Stop);
            let names: Vec<_> = self.all.iter().filter(is_done).map(Supervised::name).collect();
            session.answer(&match names.as_slice() {
                [] => format!("no agent could be {}: see the dyno's log", verb.done()),
                names => format!("{} {}", verb.done(), names.join(", ")),
            });
        }
    }
}

/// A pause for people.
fn shown(pause: Duration) -> String {
    match pause.as_secs() {
        0 => format!("{} ms", pause.as_millis()),
        seconds if seconds % 60 == 0 => format!("{} min", seconds / 60),
        seconds => format!("{seconds} s"),
    }
}

/// Makes this process the reaper of what its children leave behind.
pub(super) fn become_reaper() {
    #[cfg(target_os = "linux")]
    let _ = rustix::process::set_child_subreaper(Some(rustix::process::getpid()));
}
