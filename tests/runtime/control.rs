//! `agent-wrapper restart|stop|start`: the agents without a dyno restart.

use std::fs;

use super::{Home, is_alive, until};

fn asked(home: &Home, verb: &str) -> String {
    let output = home.wrapper(&[verb]);
    assert!(output.status.success(), "{verb}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn pids(home: &Home) -> [u32; 2] {
    ["agent", "trace-agent"].map(|name| home.launch(name).pid)
}

#[test]
fn a_restart_lets_the_agents_flush_and_starts_them_under_the_same_supervisor() {
    let home = Home::new();
    home.boot();
    let (before, supervisor) = (pids(&home), home.supervisor());
    assert_eq!(asked(&home, "restart"), "restarted agent, trace-agent\n");
    assert!(!before.iter().any(|&pid| is_alive(pid)));
    assert_eq!(fs::read_to_string(home.log().join("flushed")).unwrap().lines().count(), 2);
    until("both run", || home.launches("agent").len() == 2 && home.launches("trace-agent").len() == 2);
    assert!(pids(&home).iter().all(|&pid| is_alive(pid)) && is_alive(supervisor));
    assert_eq!(home.said(), "dd-heroku: agent-wrapper restart: the agents are restarted\n");
}

#[test]
fn stopped_agents_stay_off_until_they_are_started() {
    let home = Home::new();
    home.boot();
    let (before, supervisor) = (pids(&home), home.supervisor());
    for _ in 0..2 {
        assert_eq!(asked(&home, "stop"), "stopped agent, trace-agent\n");
    }
    assert!(!before.iter().any(|&pid| is_alive(pid)) && is_alive(supervisor));
    home.boot();
    assert_eq!(home.launches("agent").len(), 1, "another sourcing starts nothing");
    for _ in 0..2 {
        assert_eq!(asked(&home, "start"), "started agent, trace-agent\n");
    }
    until("both run", || home.launches("agent").len() == 2 && home.launches("trace-agent").len() == 2);
}

#[test]
fn a_restart_brings_back_at_once_what_kept_failing() {
    let home = Home::new().set("DD_APM_ENABLED", "false");
    fs::write(home.log().join("broken"), "").unwrap();
    home.boot();
    until("the pauses get long", || home.said().contains("9 times in a row"));
    fs::remove_file(home.log().join("broken")).unwrap();
    assert_eq!(asked(&home, "restart"), "restarted agent\n");
    until("it runs", || home.launches("agent").last().is_some_and(|launch| is_alive(launch.pid)));
    assert!(!home.said().contains("10 times"), "{}", home.said());
}

#[test]
fn without_a_supervisor_it_says_what_to_do() {
    let home = Home::new().unset("DD_API_KEY");
    home.boot();
    for verb in ["restart", "stop", "start"] {
        let output = home.wrapper(&[verb]);
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!((output.status.code(), &*output.stdout), (Some(1), &b""[..]), "{said}");
        let start = format!("dd-heroku: cannot {verb} the Agent: no supervisor runs in this dyno");
        assert!(said.starts_with(&start) && said.contains("heroku ps:restart"), "{said}");
    }
    assert!(home.launches("agent").is_empty());
}

#[test]
fn only_the_bare_verbs_are_the_supervisors() {
    let home = Home::new();
    let output = home.wrapper(&["restart", "status"]);
    assert!(output.status.success());
    assert_eq!(home.launch("agent").arguments[2..], ["restart", "status"]);
}
