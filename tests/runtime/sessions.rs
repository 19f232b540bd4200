//! Second shells in a dyno (`heroku ps:exec`), and `agent-wrapper`.

use std::fs;

use super::{CONF, Home, until};

const WRAPPER: &str = ".apt/opt/datadog-agent/bin/agent/agent-wrapper";

/// Every file of the Agent's configuration with its text and the time it was written.
fn files(home: &Home) -> Vec<(String, String, std::time::SystemTime)> {
    let mut all = Vec::new();
    let mut folders = vec![home.path(CONF)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap().flatten() {
            if entry.file_type().unwrap().is_dir() {
                folders.push(entry.path());
            } else {
                let when = entry.metadata().unwrap().modified().unwrap();
                all.push((
                    entry.path().display().to_string(),
                    fs::read_to_string(entry.path()).unwrap(),
                    when,
                ));
            }
        }
    }
    all.sort();
    all
}

#[test]
fn a_session_without_config_vars_leaves_the_running_agent_alone() {
    let home = Home::new().set("DD_SITE", "datadoghq.eu").prerun("echo 'own: 1' >>\"$DATADOG_CONF\"\n");
    home.boot();
    home.launch("agent");
    let before = files(&home);
    let home = home.unset("DD_API_KEY").unset("DD_SITE").unset("DYNO");
    let boot = home.boot_with(". .profile.d/datadog.sh\nagent-wrapper status >/dev/null");
    assert_eq!(boot.stderr, "");
    assert_eq!(files(&home), before);
    until("the status is asked", || home.launches("agent").len() == 2);
    let asked = home.launch("agent");
    assert_eq!(asked.arguments[2..], ["status"]);
    assert_eq!((asked.env["DD_SITE"].as_str(), asked.env["DYNO"].as_str()), ("datadoghq.eu", "web.1"));
    assert!(asked.env.contains_key("DD_API_KEY"));
}

#[test]
fn the_wrapper_works_in_a_bare_shell_with_its_arguments_untouched() {
    let home = Home::new().unset("DD_API_KEY");
    let status = home.command(home.path(WRAPPER)).args(["status", "a b", "*", "$HOME", ""]).status().unwrap();
    assert!(status.success());
    let agent = home.launch("agent");
    let conf = home.path(&format!("{CONF}/datadog.yaml")).display().to_string();
    assert_eq!(agent.arguments, ["-c", &conf, "status", "a b", "*", "$HOME"]);
    assert!(agent.env["PYTHONPATH"].contains("python3.13/site-packages"));
    assert!(agent.env["LD_LIBRARY_PATH"].contains("embedded/lib"));
}

#[test]
fn without_an_agent_the_wrapper_says_so() {
    let home = Home::new();
    fs::remove_file(home.path(".apt/opt/datadog-agent/bin/agent/agent")).unwrap();
    let output = home.command(home.path(WRAPPER)).arg("status").output().unwrap();
    assert_eq!(output.status.code(), Some(127));
    assert!(String::from_utf8_lossy(&output.stderr).contains("cannot run"));
}
