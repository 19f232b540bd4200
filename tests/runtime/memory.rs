//! The agents' memory: their own budget, what a person sees when one grows, and nothing of it in the app.

use std::fs;

use super::{Home, is_alive, signal, until};

/// Notes its start as the other stand-ins do, and takes 16 MB more at each SIGUSR1.
const GROWING: &str = r#"#!/usr/bin/env python3
import os, signal, sys
log, held = "@LOG@", []
def end(*_):
    with open(log + "/flushed", "a") as file: file.write("grown\n")
    os._exit(0)
signal.signal(signal.SIGUSR1, lambda *_: held.append(b"x" * (16 << 20)))
signal.signal(signal.SIGTERM, end)
with open(f"{log}/.new.{os.getpid()}", "wb") as file:
    file.write(b"".join(word.encode() + b"\0" for word in sys.argv[1:]) + b"\0" + open("/proc/self/environ", "rb").read())
os.rename(f"{log}/.new.{os.getpid()}", f"{log}/trace-agent.{os.getpid()}")
while True: signal.pause()
"#;

const OF_AGENTS: [&str; 4] = ["GOMEMLIMIT", "GOMAXPROCS", "MALLOC_ARENA_MAX", "DD_APM_MAX_MEMORY"];

#[test]
fn an_agent_that_grows_is_restarted_before_the_dynos_limit() {
    let home = Home::new().set("DD_HEROKU_AGENT_MEMORY", "auto").set("DYNO_RAM", "168");
    let script = GROWING.replace("@LOG@", &home.log().display().to_string());
    home.program(".apt/opt/datadog-agent/embedded/bin/trace-agent", &script);
    let boot = home.boot();
    assert!(OF_AGENTS.iter().all(|name| boot.var(name).is_none()));
    let first = home.launch("trace-agent");
    let set = OF_AGENTS.map(|name| first.env.get(name).map(String::as_str));
    assert_eq!(set, [Some("19MiB"), Some("2"), Some("2"), Some("25165824")]);
    let core = home.launch("agent");
    let set = OF_AGENTS.map(|name| core.env.get(name).map(String::as_str));
    assert_eq!(set, [Some("48MiB"), Some("2"), Some("2"), None]);
    assert_eq!(boot.stderr, "");

    signal("USR1", first.pid);
    until("its budget is passed, which is said", || !home.said().is_empty());
    let said = home.said();
    assert!(said.starts_with("dd-heroku: the trace-agent uses 2") && said.lines().count() == 1, "{said}");
    let rest =
        " MB of memory, more than its budget of 24 MB; it is restarted at 33 MB (DD_HEROKU_AGENT_MEMORY)\n";
    assert!(said.ends_with(rest), "{said}");
    assert!(is_alive(first.pid));

    signal("USR1", first.pid);
    until("it is restarted", || home.launch("trace-agent").pid != first.pid);
    let said = home.said();
    let lines: Vec<_> = said.lines().skip(1).collect();
    assert_eq!(lines.len(), 2, "{said}");
    assert!(lines[0].contains("MB of memory, more than its limit of 33 MB: restarting it"), "{said}");
    assert_eq!(lines[1], "dd-heroku: the trace-agent was ended for its memory; starting it again in 5 ms");
    assert_eq!(fs::read_to_string(home.log().join("flushed")).unwrap(), "grown\n", "it ended by itself");
    assert!(!is_alive(first.pid) && is_alive(core.pid));
}

#[test]
fn what_the_user_set_and_off_are_honored() {
    let home = Home::new()
        .set("DD_HEROKU_AGENT_MEMORY", "210M")
        .set("DD_APM_MAX_MEMORY", "104857600")
        .set("MALLOC_ARENA_MAX", "4");
    let boot = home.boot();
    assert_eq!((boot.var("MALLOC_ARENA_MAX"), boot.var("GOMEMLIMIT")), (Some("4"), None));
    let set = OF_AGENTS.map(|name| home.launch("trace-agent").env.get(name).cloned().unwrap_or_default());
    assert_eq!(set, ["80MiB", "2", "4", "104857600"]);

    let off = Home::new().set("DYNO_RAM", "512");
    off.boot();
    let trace = off.launch("trace-agent");
    assert!(OF_AGENTS.iter().all(|name| !trace.env.contains_key(*name)));

    let wrong = Home::new().set("DD_HEROKU_AGENT_MEMORY", "half");
    wrong.boot();
    until("it is said", || wrong.said().contains("is `half`, not `auto`, `off` or a size such as `200M`"));
}
