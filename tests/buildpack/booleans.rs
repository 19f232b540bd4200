//! Booleans mean the same to the build and to the dyno: a slug is compiled, then its agents are started with the same
//! config vars.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use super::{Build, HEROKU};
use crate::support::package::{File, debian_package};
use crate::support::package_repository::PackageRepository;

/// Notes its name, then ends.
const STAND_IN: &str = "#!/bin/sh\necho \"${0##*/}\" >>\"$HOME/started\"\n";

/// What became of a slug: the agents that were started, and what the supervisor wrote.
struct Started {
    build: Build,
    agents: String,
    messages: String,
}

/// Compiles a slug with an Agent whose trace-agent and process-agent are programs of their own, then starts them. Waits
/// until `expected` was started, and the Agent so often that everything else had its turn.
fn started(name: &str, value: &str, expected: &str) -> Started {
    let program = || File::Program(STAND_IN);
    let files = [
        ("opt/datadog-agent/bin/agent/agent", program()),
        ("opt/datadog-agent/embedded/bin/trace-agent", program()),
        ("opt/datadog-agent/embedded/bin/process-agent", program()),
        ("etc/datadog-agent/datadog.yaml", File::Text("api_key:\n")),
    ];
    let mut repository = PackageRepository::new();
    repository.add(HEROKU, "1:7.50.0-1", debian_package(HEROKU, "1:7.50.0-1", "xz", &files));
    repository.publish();
    let build = Build::of(&repository).config("DD_AGENT_VERSION", "7.50.0").config(name, value);
    build.succeeds();

    let home = build.path("build");
    let log = home.join("supervisor.log");
    let mut supervisor = Command::new(home.join(".dd-heroku/bin/dd-heroku"))
        .args(["runtime", "supervise"])
        .current_dir(&home)
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .env("HOME", &home)
        .env("DD_HEROKU_RESTART_MS", "1")
        .env(name, value)
        .stdout(Stdio::null())
        .stderr(fs::File::create(&log).unwrap())
        .spawn()
        .unwrap();
    let read = |path: &Path| fs::read_to_string(path).unwrap_or_default();
    let until = Instant::now() + Duration::from_secs(60);
    while !(read(&log).contains("9 times in a row")
        && read(&home.join("started")).lines().any(|name| name == expected))
    {
        assert!(Instant::now() < until, "{}", read(&log));
        std::thread::yield_now();
    }
    kill_process(Pid::from_child(&supervisor), Signal::TERM).unwrap();
    assert!(supervisor.wait().unwrap().success());
    let messages = read(&log);
    let agents =
        fs::read_to_string(home.join("started")).unwrap_or_else(|error| format!("{error}: {messages}"));
    Started { build, agents, messages }
}

impl Started {
    fn has_started(&self, agent: &str) -> bool {
        assert!(self.agents.lines().any(|name| name == "agent"), "{} {}", self.agents, self.messages);
        self.agents.lines().any(|name| name == agent)
    }
}

#[test]
fn a_trace_agent_that_the_build_left_out_is_not_missed_by_the_dyno() {
    for off in ["0", "f", "F", "false", "FALSE", "False"] {
        let slug = started("DD_APM_ENABLED", off, "agent");
        assert!(!slug.build.agent("embedded/bin/trace-agent").exists(), "{off}");
        assert!(!slug.has_started("trace-agent"), "{off}");
        assert!(!slug.messages.contains("trace-agent"), "{off}: {}", slug.messages);
    }
}

#[test]
fn a_process_agent_that_was_built_in_is_started() {
    for on in ["1", "t", "T", "true", "TRUE", "True"] {
        let slug = started("DD_PROCESS_AGENT", on, "process-agent");
        assert!(slug.build.agent("embedded/bin/process-agent").is_file(), "{on}");
        assert!(slug.has_started("process-agent"), "{on}: {}", slug.messages);
    }
}
