//! Which Agent is in the home, and how it is started.

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use super::disk::{self, PUBLIC};
use super::layout::{AGENT_VERSION, Layout};
use crate::datadog::AgentVersion;

/// How long the Agent may take to report its version.
const PATIENCE: Duration = Duration::from_secs(5);

/// What an Agent is taken for that does not report its version.
pub(super) const NEWEST: AgentVersion = AgentVersion::new(7, u32::MAX, 0);

/// The version recorded in the home, else what the Agent reports, which is then recorded where that is possible.
pub(super) fn find(layout: &Layout) -> Option<AgentVersion> {
    if let Some(version) = recorded(layout) {
        return Some(version);
    }
    let version = ask(layout)?;
    let _ = record(&layout.home, &version.to_string());
    Some(version)
}

/// Records the version of the Agent that was put into `home` (such as `7.81.2`), so that no boot has to ask it.
pub fn record(home: &Path, version: &str) -> io::Result<()> {
    disk::write(&home.join(AGENT_VERSION), format!("{version}\n").as_bytes(), PUBLIC)
}

/// The version recorded in the home.
pub(super) fn recorded(layout: &Layout) -> Option<AgentVersion> {
    let text = fs::read_to_string(layout.home.join(AGENT_VERSION)).ok()?;
    AgentVersion::reported(&text)
}

/// Runs `agent version`, whose answer begins with `Agent 7.81.2 - …`. None when there is no Agent or no answer.
pub(super) fn ask(layout: &Layout) -> Option<AgentVersion> {
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
    AgentVersion::reported(text.ok()?.trim().strip_prefix("Agent ")?)
}

/// The command that keeps the core Agent running.
pub(super) fn run_command(version: AgentVersion) -> &'static str {
    if version >= AgentVersion::new(6, 4, 2) { "run" } else { "start" }
}

/// The trace-agent's flag for its configuration.
pub(super) fn trace_flag(version: AgentVersion) -> &'static str {
    if version.minor >= 48 { "--config" } else { "-config" }
}

/// The process-agent's flag for its configuration.
pub(super) fn process_flag(version: AgentVersion) -> &'static str {
    if version.minor >= 36 { "--cfgpath" } else { "--config" }
}

/// Where the process-agent's program is; None from 7.68 on, where the core Agent does its work.
pub(super) fn process_program(version: AgentVersion, layout: &Layout) -> Option<PathBuf> {
    match version {
        _ if version >= AgentVersion::new(7, 68, 0) => None,
        _ if version.minor >= 52 => Some(layout.bin().join("process-agent")),
        _ => Some(layout.embedded().join("bin/process-agent")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
            let read = AgentVersion::parse(version).unwrap();
            let flags = (run_command(read), trace_flag(read), process_flag(read));
            assert_eq!(flags, (run, trace, process), "{version}");
            let expected = program.map(|folder| layout.agent.join(folder).join("process-agent"));
            assert_eq!(process_program(read, &layout), expected, "{version}");
        }
    }
}
