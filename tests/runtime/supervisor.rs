//! The supervisor: restarts, gives up, passes SIGTERM on, reaps, and is the only one.

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
fn an_agent_that_cannot_stay_is_given_up_loudly_and_the_others_stay() {
    let home = Home::new();
    home.program(".apt/opt/datadog-agent/embedded/bin/trace-agent", "#!/bin/sh\nexit 3\n");
    home.boot();
    let said = || fs::read_to_string(home.log().join("err")).unwrap();
    until("it is given up", || {
        said().contains("the trace-agent ended with status 3, 9 times in a row: giving it up")
    });
    assert_eq!(said().lines().count(), 9);
    assert!(is_alive(home.launch("agent").pid) && is_alive(home.supervisor()));
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
fn the_supervisor_ends_when_nothing_is_left_to_run() {
    let home = Home::new().set("DD_APM_ENABLED", "false");
    fs::write(home.log().join("broken"), "").unwrap();
    home.boot();
    let supervisor = home.supervisor();
    until("it gives up", || !is_alive(supervisor));
    fs::remove_file(home.log().join("broken")).unwrap();
    home.boot();
    until("another supervises", || home.supervisor() != supervisor);
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
