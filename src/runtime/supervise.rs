//! `runtime supervise`: keeps the agents of a dyno running. What ends is started again, later each time and not forever;
//! SIGTERM is passed on, and the agents get the time to send what they hold. Everything that ends below is reaped.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, WaitOptions, WaitStatus, kill_process, wait};

use crate::datadog::AgentVersion;
use crate::env::{
    DATADOG_CONF, DD_APM_ENABLED, DD_HEROKU_RESTART_MS, DD_HOSTNAME, DD_LD_LIBRARY_PATH, DD_PROCESS_AGENT,
    DD_PYTHONPATH, Environment,
};

use super::disk;
use super::layout::Layout;
use super::notice::{Level, Notices};
use super::signals::{CHILD, INT, Signals, TERM};
use super::{boolean, text, version};

/// How often in a row an agent is started again.
const LIMIT: u32 = 8;
/// The longest pause before an agent is started again.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);
/// An agent that ran this long has recovered: its failures are forgotten.
const RECOVERED: Duration = Duration::from_secs(120);
/// How long the agents may take to end. Heroku kills a dyno 30 s after its SIGTERM.
const FLUSH: Duration = Duration::from_secs(25);

/// An agent and how its process fares.
struct Program {
    name: &'static str,
    path: PathBuf,
    arguments: Vec<String>,
    /// Whether an end without an error is what it wants: the trace-agent ends so when its configuration turns it off.
    may_end: bool,
    running: Option<(Pid, Instant)>,
    failures: u32,
    /// When to start it next; None when it runs or is given up.
    due: Option<Instant>,
}

/// The agents that the environment asks for.
fn programs(env: &Environment, layout: &Layout, version: AgentVersion, notices: Notices) -> Vec<Program> {
    let conf = match text(env, DATADOG_CONF) {
        conf if conf.is_empty() => layout.datadog_yaml().to_string_lossy().into_owned(),
        conf => conf.into_owned(),
    };
    if !Path::new(&conf).exists() {
        notices.say(Level::Warn, &format!("`{conf}` is missing: the Agent may not start"));
    }
    let program = |name, path: PathBuf, arguments: &[&str], may_end| {
        let arguments = arguments.iter().map(|&word| word.to_owned()).chain([conf.clone()]).collect();
        Program { name, path, arguments, may_end, running: None, failures: 0, due: Some(Instant::now()) }
    };
    let mut all =
        vec![program("agent", layout.bin().join("agent"), &[version::run_command(version), "-c"], false)];
    if boolean(env, DD_APM_ENABLED, true) {
        let path = layout.embedded().join("bin/trace-agent");
        all.push(program("trace-agent", path, &[version::trace_flag(version)], true));
    } else {
        notices.say(Level::Debug, "the trace-agent is off: DD_APM_ENABLED is false");
    }
    if boolean(env, DD_PROCESS_AGENT, false)
        && let Some(path) = version::process_program(version, layout)
    {
        if path.parent() == Some(&layout.bin()) {
            let _ = disk::link(&path, "agent");
        }
        all.push(program("process-agent", path, &[version::process_flag(version)], true));
    }
    all.retain(|program| {
        let is_built = program.path.is_file();
        if !is_built {
            let text = format!(
                "this slug has no {}: set its options, then rebuild (`{}`)",
                program.name,
                program.path.display()
            );
            notices.say(Level::Warn, &text);
        }
        is_built
    });
    all
}

/// The supervisor.
pub(super) struct Supervisor<'a> {
    programs: Vec<Program>,
    env: &'a Environment,
    layout: &'a Layout,
    notices: Notices,
    first_pause: Duration,
    /// Each agent holds a copy: while one of them lives, no second supervisor starts, even when this one was killed.
    lock: Option<File>,
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
        let programs = programs(env, layout, version, notices);
        let pause = env.get(DD_HEROKU_RESTART_MS).and_then(|text| text.parse().ok()).unwrap_or(1000);
        Self { programs, env, layout, notices, first_pause: Duration::from_millis(pause), lock }
    }

    /// Runs until it gets SIGTERM, or nothing is left to run.
    pub(super) fn run(&mut self) -> io::Result<()> {
        let mut signals = Signals::listen(&[TERM, INT, CHILD])?;
        // Not in the session of the app: what a terminal sends to that is not meant for the Agent.
        let _ = rustix::process::setsid();
        become_reaper();
        let mut stop: Option<Instant> = None;
        loop {
            let now = Instant::now();
            if stop.is_none() {
                for n in 0..self.programs.len() {
                    if self.programs[n].due.is_some_and(|due| due <= now) {
                        self.start(n);
                    }
                }
            }
            let idle = self.programs.iter().all(|program| program.running.is_none());
            if idle && (stop.is_some() || self.programs.iter().all(|program| program.due.is_none())) {
                return Ok(());
            }
            if stop.is_some_and(|stop| stop <= now) {
                self.notices.say(Level::Warn, "the agents did not end in time");
                self.send(Signal::KILL);
                return Ok(());
            }
            let due = self.programs.iter().filter_map(|program| program.due).min();
            let came = signals.wait(stop.or(due));
            if stop.is_none() && came.iter().any(|signal| [TERM, INT].contains(signal)) {
                stop = Some(Instant::now() + FLUSH);
                self.send(Signal::TERM);
            }
            while let Ok(Some((pid, status))) = wait(WaitOptions::NOHANG) {
                self.ended(pid, status, stop.is_some());
            }
        }
    }

    fn start(&mut self, n: usize) {
        let program = &self.programs[n];
        let text = format!("Starting Datadog {} on {}", program.name, text(self.env, DD_HOSTNAME));
        self.notices.say(Level::Debug, &text);
        let result = self.spawn(program);
        let program = &mut self.programs[n];
        program.due = None;
        match result {
            Ok(pid) => program.running = Some((pid, Instant::now())),
            Err(error) => self.failed(n, &format!("cannot be started ({error})")),
        }
    }

    fn spawn(&self, program: &Program) -> io::Result<Pid> {
        let mut command = Command::new(&program.path);
        command.args(&program.arguments).stdin(Stdio::null());
        command.envs(agent_variables(self.env, self.layout));
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
        for (pid, _) in self.programs.iter().filter_map(|program| program.running) {
            let _ = kill_process(pid, signal);
        }
    }

    /// Records that a child ended. A child that is not an agent was left behind by one of them.
    fn ended(&mut self, pid: Pid, status: WaitStatus, stopping: bool) {
        let is_this = |program: &Program| program.running.is_some_and(|(running, _)| running == pid);
        let Some(n) = self.programs.iter().position(is_this) else { return };
        let program = &mut self.programs[n];
        let ran = program.running.take().map_or(Duration::ZERO, |(_, since)| since.elapsed());
        if ran >= RECOVERED {
            program.failures = 0;
        }
        if stopping || (program.may_end && status.exit_status() == Some(0)) {
            return;
        }
        let how = match (status.exit_status(), status.terminating_signal()) {
            (Some(code), _) => format!("ended with status {code}"),
            (_, Some(signal)) => format!("was ended by signal {signal}"),
            _ => "ended".into(),
        };
        self.failed(n, &how);
    }

    /// Plans the next start of an agent, or gives it up.
    fn failed(&mut self, n: usize, how: &str) {
        let program = &mut self.programs[n];
        program.failures += 1;
        if program.failures > LIMIT {
            let text = format!(
                "the {} {how}, {} times in a row: giving it up until the dyno restarts. Run: agent-wrapper diagnose",
                program.name, program.failures
            );
            return self.notices.say(Level::Error, &text);
        }
        let pause = self.first_pause.saturating_mul(1 << (program.failures - 1)).min(LONGEST_PAUSE);
        program.due = Some(Instant::now() + pause);
        let text = format!("the {} {how}; starting it again in {} ms", program.name, pause.as_millis());
        self.notices.say(Level::Warn, &text);
    }
}

/// The variables that an agent needs beside those of the app.
pub(super) fn agent_variables(env: &Environment, layout: &Layout) -> [(&'static str, String); 2] {
    let or = |name, other: String| {
        Some(text(env, name).into_owned()).filter(|text| !text.is_empty()).unwrap_or(other)
    };
    [
        ("PYTHONPATH", or(DD_PYTHONPATH, layout.embedded().join("lib").to_string_lossy().into_owned())),
        ("LD_LIBRARY_PATH", or(DD_LD_LIBRARY_PATH, layout.library_path())),
    ]
}

/// Makes this process the reaper of what its children leave behind.
pub(super) fn become_reaper() {
    #[cfg(target_os = "linux")]
    let _ = rustix::process::set_child_subreaper(Some(rustix::process::getpid()));
}
