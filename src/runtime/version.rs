//! The Agent's version and what depends on it.

use std::fmt;
use std::fs;
use std::io::Read;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use super::layout::{AGENT_VERSION, Layout};

/// How long the Agent may take to say its version.
const PATIENCE: Duration = Duration::from_secs(5);

/// A version of the Agent: major, minor, patch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct AgentVersion(pub(super) u32, pub(super) u32, pub(super) u32);

impl AgentVersion {
    /// What an Agent is taken for that does not say its version.
    pub(super) const NEWEST: Self = Self(7, u32::MAX, 0);

    /// Reads `7.81.2`, `1:7.81.2-1`, `6.53`, `7.60.0-rc.1`.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let epoch = text.split_once(':').filter(|(epoch, _)| epoch.parse::<u32>().is_ok());
        let text = epoch.map_or(text, |(_, rest)| rest);
        let mut parts = text.split(['.', '-', '+', '~', ' ']).map(str::parse::<u32>);
        let major = parts.next()?.ok()?;
        let mut next = || parts.next().and_then(Result::ok).unwrap_or(0);
        Some(Self(major, next(), next()))
    }

    /// The version recorded in the home, else what the Agent says; the answer is then recorded where that is possible.
    pub(super) fn find(layout: &Layout) -> Option<Self> {
        let record = layout.home.join(AGENT_VERSION);
        if let Some(version) = fs::read_to_string(&record).ok().and_then(|text| Self::parse(&text)) {
            return Some(version);
        }
        let version = Self::ask(layout)?;
        let _ = super::record_agent_version(&layout.home, &version.to_string());
        Some(version)
    }

    /// Runs `agent version`, whose answer begins with `Agent 7.81.2 - …`. None when there is no Agent or no answer.
    pub(super) fn ask(layout: &Layout) -> Option<Self> {
        let mut agent = Command::new(layout.bin().join("agent"))
            .arg("version")
            .env("LD_LIBRARY_PATH", layout.library_path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .ok()?;
        let mut output = agent.stdout.take()?;
        let (sender, receiver) = mpsc::channel();
        thread::spawn(move || {
            let mut text = String::new();
            let _ = output.read_to_string(&mut text);
            let _ = sender.send(text);
        });
        let text = receiver.recv_timeout(PATIENCE);
        let _ = agent.kill();
        let _ = agent.wait();
        Self::parse(text.ok()?.trim().strip_prefix("Agent ")?)
    }

    /// From this version of its line on.
    fn since(self, minor: u32, patch: u32) -> bool {
        (self.1, self.2) >= (minor, patch)
    }

    /// The command that keeps the core Agent running.
    pub(super) fn run_command(self) -> &'static str {
        if self > Self(6, 4, 1) { "run" } else { "start" }
    }

    /// How the trace-agent is told its configuration.
    pub(super) fn trace_flag(self) -> &'static str {
        if self.since(48, 0) { "--config" } else { "-config" }
    }

    /// How the process-agent is told its configuration.
    pub(super) fn process_flag(self) -> &'static str {
        if self.since(36, 0) { "--cfgpath" } else { "--config" }
    }

    /// Where the process-agent's program lies; None from 7.68 on, where the core Agent does its work.
    pub(super) fn process_program(self, layout: &Layout) -> Option<PathBuf> {
        match self {
            Self(7.., ..) if self >= Self(7, 68, 0) => None,
            _ if self.since(52, 0) => Some(layout.bin().join("process-agent")),
            _ => Some(layout.embedded().join("bin/process-agent")),
        }
    }
}

impl fmt::Display for AgentVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.0, self.1, self.2)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_in_every_form_they_are_written_in() {
        for (text, version) in [
            ("7.81.2", AgentVersion(7, 81, 2)),
            ("1:7.81.2-1\n", AgentVersion(7, 81, 2)),
            ("6.4.1 - Commit: x", AgentVersion(6, 4, 1)),
            ("7.60.0-rc.1", AgentVersion(7, 60, 0)),
            ("6.53", AgentVersion(6, 53, 0)),
        ] {
            assert_eq!(AgentVersion::parse(text), Some(version), "{text}");
        }
        assert_eq!(AgentVersion::parse("latest"), None);
        assert_eq!(AgentVersion::parse(""), None);
    }

    #[test]
    fn flags_are_those_of_the_version() {
        let layout = Layout::of_home("/app".as_ref());
        for (version, run, trace, process, program) in [
            ("6.4.0", "start", "-config", "--config", Some("embedded/bin")),
            ("6.4.1", "start", "-config", "--config", Some("embedded/bin")),
            ("6.4.2", "run", "-config", "--config", Some("embedded/bin")),
            ("6.36.0", "run", "-config", "--cfgpath", Some("embedded/bin")),
            ("6.48.0", "run", "--config", "--cfgpath", Some("embedded/bin")),
            ("6.52.0", "run", "--config", "--cfgpath", Some("bin/agent")),
            ("7.27.0", "run", "-config", "--config", Some("embedded/bin")),
            ("7.47.1", "run", "-config", "--cfgpath", Some("embedded/bin")),
            ("7.51.0", "run", "--config", "--cfgpath", Some("embedded/bin")),
            ("7.52.0", "run", "--config", "--cfgpath", Some("bin/agent")),
            ("7.67.1", "run", "--config", "--cfgpath", Some("bin/agent")),
            ("7.68.0", "run", "--config", "--cfgpath", None),
        ] {
            let v = AgentVersion::parse(version).unwrap();
            assert_eq!(
                (v.run_command(), v.trace_flag(), v.process_flag()),
                (run, trace, process),
                "{version}"
            );
            let expected = program.map(|folder| layout.agent.join(folder).join("process-agent"));
            assert_eq!(v.process_program(&layout), expected, "{version}");
        }
    }
}
