//! A signal at any step of the boot ends it, as it ends a plain sourcing; neither app nor Agent starts.

use std::fs;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, Command, Stdio};

use super::{CONF, Home, signal, until};

/// A boot in a process group of its own, which ends with it.
struct Group(Child);

impl Drop for Group {
    fn drop(&mut self) {
        send("KILL", self.0.id());
        let _ = self.0.wait();
    }
}

/// Boots; the app would leave a file.
fn start(home: &Home) -> Group {
    let words = format!(". .profile.d/datadog.sh\nexec touch {}", home.log().join("started").display());
    let mut bash = home.command("bash");
    bash.args(["--noprofile", "--norc", "-c", &words]).process_group(0).stdout(Stdio::null());
    Group(bash.spawn().unwrap())
}

/// Sends the signal to the whole group, as a dyno's stop and a terminal do.
fn send(name: &str, group: u32) {
    let _ = Command::new("bash")
        .args(["-c", &format!("kill -{name} -- -{group}")])
        .stderr(Stdio::null())
        .status();
}

/// The processes of a group that run `words`.
fn running(group: u32, words: &str) -> Vec<u32> {
    let output = Command::new("ps").args(["-eo", "pid=,pgid=,stat=,args="]).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let lines = text.lines().filter(|line| line.contains(words));
    lines
        .filter_map(|line| {
            let mut fields = line.split_whitespace();
            let (pid, of) = (fields.next()?.parse().ok()?, fields.next()?.parse::<u32>().ok()?);
            (of == group && !fields.next()?.starts_with('Z')).then_some(pid)
        })
        .collect()
}

/// Sends the signal once the boot has come `to` the step.
fn ends_at(home: &Home, name: &str, number: i32, to: impl Fn(u32) -> bool) {
    let mut bash = start(home);
    let group = bash.0.id();
    until("the step", || to(group));
    send(name, group);
    let status = bash.0.wait().unwrap();
    assert_eq!(status.signal(), Some(number), "{name}: {status}");
    until("all have ended", || running(group, "").is_empty());
    assert!(!home.log().join("started").exists() && !home.is_supervised(), "{name}");
}

const SIGNALS: [(&str, i32); 3] = [("TERM", 15), ("INT", 2), ("HUP", 1)];

fn fifo(home: &Home, path: &str) {
    let path = home.path(path);
    let _ = fs::remove_file(&path);
    crate::support::run(Command::new("mkfifo").arg(path));
}

#[test]
fn a_signal_while_it_prepares_ends_the_boot() {
    for (name, number) in SIGNALS {
        for home in [Home::new(), Home::new().prerun(":\n")] {
            // Anyone who reads it waits for a writer.
            fifo(&home, &format!("{CONF}/datadog.yaml.example"));
            ends_at(&home, name, number, |group| !running(group, "runtime prepare").is_empty());
        }
    }
}

#[test]
fn a_signal_during_prerun_ends_the_boot() {
    for (name, number) in SIGNALS {
        for script in [
            "cat wait\ntouch late\n",
            "set -e\ntrap ': >cleaned' EXIT\ncat wait\ntouch late\n",
            "trap 'exit 130' INT\n(exec cat wait)\ntouch late\n",
        ] {
            let home = Home::new().prerun(script);
            fifo(&home, "wait");
            ends_at(&home, name, number, |group| !running(group, "cat wait").is_empty());
            assert!(!home.path("late").exists(), "{name}: {script}");
        }
        let home = Home::new().prerun(": >in\nread -r _ <wait\ntouch late\n");
        fifo(&home, "wait");
        ends_at(&home, name, number, |_| home.path("in").exists());
        assert!(!home.path("late").exists(), "{name}");
    }
}

#[test]
fn a_signal_while_it_starts_the_agent_ends_the_boot() {
    for (name, number) in SIGNALS {
        let home = Home::new().prerun("rm .dd-heroku/agent-version\nmkfifo .dd-heroku/agent-version\n");
        ends_at(&home, name, number, |group| !running(group, "runtime start").is_empty());
    }
}

#[test]
fn a_signal_that_reaches_the_shell_alone_starts_no_agent_later() {
    for (name, number) in [("TERM", 15), ("HUP", 1), ("KILL", 9)] {
        let home = Home::new().prerun("cat wait\nexport LATE=1\n");
        fifo(&home, "wait");
        let mut bash = start(&home);
        let group = bash.0.id();
        until("prerun.sh runs", || !running(group, "cat wait").is_empty());
        signal(name, group);
        assert_eq!(bash.0.wait().unwrap().signal(), Some(number));
        fs::write(home.path("wait"), "").unwrap();
        until("the subshell has ended", || running(group, "").is_empty());
        assert!(!home.log().join("started").exists() && !home.is_supervised());
    }
}

#[test]
fn an_interrupt_that_prerun_has_a_trap_for_does_not_end_the_boot() {
    let home = Home::new().prerun("trap 'export GOT=1' INT\ncat wait\ntouch \"after-$GOT\"\n");
    fifo(&home, "wait");
    let mut bash = start(&home);
    until("prerun.sh runs", || !running(bash.0.id(), "cat wait").is_empty());
    send("INT", bash.0.id());
    assert!(bash.0.wait().unwrap().success());
    assert!(home.log().join("started").exists() && home.path("after-1").exists());
}

#[test]
fn a_job_that_prerun_ends_itself_is_no_signal_to_the_boot() {
    let home = Home::new().prerun("sleep 30 & p=$!; kill $p; wait $p\nexport RC=$?\n");
    let boot = home.boot();
    assert_eq!(boot.var("RC"), Some("143"), "{}", boot.stderr);
    home.launch("agent");
    assert_eq!(home.launches("agent").len(), 1);
}
