//! The supervisor: restarts, waits longer, passes SIGTERM on, reaps, and is the only one.

use std::fs;

use super::{Home, is_alive, signal, until};

#[test]
fn an_agent_that_dies_is_started_again() {
    let home = Home::new();
    home.boot();
    let first = home.launch("agent").pid;
    signal("KILL", first);
    until("it is started again", || home.launch("agent").pid != first);
    until("its end is said", || {
        fs::read_to_string(home.log().join("err")).unwrap().contains("the agent was ended by signal 9")
    });
}

#[test]
fn an_agent_that_cannot_stay_is_tried_at_long_intervals_and_the_others_stay() {
    let home = Home::new();
    home.program(".apt/opt/datadog-agent/embedded/bin/trace-agent", "#!/bin/sh\nexit 3\n");
    home.boot();
    let often =
        "the trace-agent ended with status 3, 9 times in a row; trying again in 4 s. Run: agent-wrapper";
    until("the pauses get long", || home.said().contains(often));
    assert_eq!(home.said().lines().count(), 9, "{}", home.said());
    assert!(is_alive(home.launch("agent").pid) && is_alive(home.supervisor()));
    until("it is tried again, in one line", || {
        home.said().contains("10 times in a row; trying again in 4 s")
    });
    assert_eq!(home.said().lines().count(), 10, "{}", home.said());
}

#[test]
fn an_agent_that_works_again_after_many_failures_is_found_to() {
    let home = Home::new().set("DD_APM_ENABLED", "false").set("DD_HEROKU_RESTART_MS", "1");
    fs::write(home.log().join("broken"), "").unwrap();
    home.boot();
    let supervisor = home.supervisor();
    until("the pauses get long", || home.said().contains("9 times in a row"));
    fs::remove_file(home.log().join("broken")).unwrap();
    until("it runs", || home.launches("agent").last().is_some_and(|launch| is_alive(launch.pid)));
    assert!(is_alive(supervisor));
}

/// An agent that puts itself in the background: what stays notes its end.
const DAEMON: &str = r#"#!/bin/bash
cd @LOG@
(
  trap 'echo daemon >>flushed; exit 0' TERM
  { printf '%s\0' "$@"; printf '\0'; cat /proc/self/environ; } >".new.$BASHPID"
  mv ".new.$BASHPID" "trace-agent.$BASHPID"
  exec 9<>.fifo
  while [ -p .fifo ]; do read -rt 0.1 -u 9; done
) &
exit @STATUS@
"#;

fn daemon(status: &str) -> Home {
    let home = Home::new();
    let script = DAEMON.replace("@LOG@", &home.log().display().to_string()).replace("@STATUS@", status);
    home.program(".apt/opt/datadog-agent/embedded/bin/trace-agent", &script);
    home
}

#[test]
fn an_agent_that_puts_itself_in_the_background_is_followed_and_ends_with_the_dyno() {
    let home = daemon("0");
    home.boot();
    let first = home.launch("trace-agent").pid;
    signal("KILL", first);
    until("it is started again", || home.launch("trace-agent").pid != first);
    until("its end is said", || home.said().contains("the trace-agent ended in the background"));
    let (second, supervisor) = (home.launch("trace-agent").pid, home.supervisor());
    assert_eq!(home.launches("trace-agent").len(), 2);
    home.launch("agent");
    signal("TERM", supervisor);
    until("all ended", || !is_alive(second) && !is_alive(supervisor));
    assert!(fs::read_to_string(home.log().join("flushed")).unwrap().contains("daemon"));
}

#[test]
fn what_an_agent_that_crashed_leaves_behind_ends_before_it_is_started_again() {
    let home = daemon(
        "$([ -e crashed ] && echo 0 || { : >crashed; until [ -e trace-agent.* ]; do :; done; echo 3; })",
    );
    home.boot();
    until("it is started again", || home.launches("trace-agent").len() == 2);
    let all: Vec<_> = home.launches("trace-agent").iter().map(|launch| launch.pid).collect();
    until("the first has ended", || !is_alive(all[0]));
    assert!(is_alive(all[1]));
}

/// The nice value of a process.
fn niceness(pid: u32) -> i32 {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
    stat.rsplit_once(") ").unwrap().1.split(' ').nth(16).unwrap().parse().unwrap()
}

#[test]
fn agents_have_a_lower_priority_until_the_app_is_up() {
    let usual = niceness(std::process::id());
    let home = Home::new().set("DD_HEROKU_RESTART_MS", "1000");
    home.boot();
    assert!(niceness(home.launch("agent").pid) > usual);
    if !rustix::process::getuid().is_root() {
        return; // It stays so where a process may not take its priority back.
    }
    let home = Home::new();
    home.boot();
    let agents = ["agent", "trace-agent"].map(|name| home.launch(name).pid);
    until("the usual priority is back", || agents.iter().all(|&pid| niceness(pid) == usual));
    signal("KILL", agents[0]);
    until("it is started again", || home.launch("agent").pid != agents[0]);
    assert_eq!(niceness(home.launch("agent").pid), usual);
}

#[test]
fn agents_have_the_usual_priority_once_the_app_listens() {
    if !rustix::process::getuid().is_root() {
        return; // It stays lower where a process may not take its priority back.
    }
    let usual = niceness(std::process::id());
    let app = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = app.local_addr().unwrap().port().to_string();
    // A whole minute passes otherwise.
    let home = Home::new().set("DD_HEROKU_RESTART_MS", "1000").set("PORT", &port);
    home.boot();
    let agents = ["agent", "trace-agent"].map(|name| home.launch(name).pid);
    until("the usual priority is back", || agents.iter().all(|&pid| niceness(pid) == usual));
}

#[test]
fn a_trace_agent_that_ends_in_peace_is_left_in_peace() {
    let home = Home::new();
    home.program(
        ".apt/opt/datadog-agent/embedded/bin/trace-agent",
        &format!("#!/bin/sh\necho x >>{}\n", home.log().join("ends").display()),
    );
    home.boot();
    let first = home.launch("agent").pid;
    signal("KILL", first);
    until("a later restart", || home.launch("agent").pid != first);
    assert_eq!(fs::read_to_string(home.log().join("ends")).unwrap(), "x\n");
}

#[test]
fn sigterm_lets_the_agents_flush_and_everything_ends() {
    let home = Home::new();
    home.boot();
    let pids = [home.launch("agent").pid, home.launch("trace-agent").pid, home.supervisor()];
    signal("TERM", pids[2]);
    until("all ended", || !pids.iter().any(|&pid| is_alive(pid)));
    let mut flushed: Vec<_> =
        fs::read_to_string(home.log().join("flushed")).unwrap().lines().map(String::from).collect();
    flushed.sort();
    assert_eq!(flushed, ["agent", "trace-agent"]);
}

#[test]
fn what_an_agent_leaves_behind_is_reaped() {
    let home = Home::new();
    fs::write(home.log().join("orphan"), "").unwrap();
    home.boot();
    let supervisor = home.supervisor();
    home.launch("agent");
    until("no zombie is left", || {
        let orphan = fs::read_to_string(home.log().join("orphan")).unwrap();
        !orphan.is_empty() && !fs::exists(format!("/proc/{}", orphan.trim())).unwrap()
    });
    assert!(is_alive(supervisor));
}

#[test]
fn a_second_sourcing_starts_nothing_and_doubles_nothing() {
    let home = Home::new().prerun("echo sourced\n");
    let boot = home.boot_with(". .profile.d/datadog.sh\n. .profile.d/datadog.sh");
    home.launch("agent");
    assert_eq!(boot.stdout.matches("sourced").count(), 1);
    assert_eq!(boot.var("DD_TAGS").unwrap().matches("dyno:web.1").count(), 1);
    assert_eq!(boot.var("PATH").unwrap().matches("bin/agent").count(), 1);
    home.boot();
    assert_eq!(home.launches("agent").len(), 1);
}

#[test]
fn while_an_agent_lives_no_second_one_starts_even_when_the_supervisor_was_killed() {
    let home = Home::new();
    home.boot();
    let (agent, supervisor) = (home.launch("agent").pid, home.supervisor());
    home.launch("trace-agent");
    signal("KILL", supervisor);
    until("it is gone", || !is_alive(supervisor));
    home.boot();
    assert_eq!((home.supervisor(), home.launches("agent").len()), (supervisor, 1));
    assert!(is_alive(agent));
}

#[test]
fn the_app_has_no_children_it_did_not_start() {
    let home = Home::new();
    let boot = home.boot_with(
        ". .profile.d/datadog.sh\nexport CHILDREN=$(cat /proc/$$/task/$$/children) JOBS=$(jobs -p)",
    );
    home.launch("agent");
    let mut children = boot.var("CHILDREN").unwrap().split_whitespace();
    assert!(children.all(|pid| pid != home.supervisor().to_string()), "{:?}", boot.var("CHILDREN"));
    assert_eq!(boot.var("JOBS"), Some(""));
}

#[test]
fn the_supervisor_stays_small() {
    let home = Home::new();
    home.boot();
    home.launch("agent");
    let status = fs::read_to_string(format!("/proc/{}/status", home.supervisor())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:")).unwrap();
    let kilobytes: u64 = line.split_whitespace().next().unwrap().parse().unwrap();
    assert!(kilobytes < 5000, "{kilobytes} kB of its own");
}
