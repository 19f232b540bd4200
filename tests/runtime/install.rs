//! What `runtime install` puts into a home.

use std::fs;
use std::process::Command;

use super::Home;

#[test]
fn a_home_gets_binary_script_and_wrapper_and_can_be_moved() {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path().join("build");
    let install = || {
        crate::support::run(
            Command::new(env!("CARGO_BIN_EXE_dd-heroku")).args(["runtime", "install", "--home"]).arg(&home),
        )
    };
    install();
    install();
    let moved = folder.path().join("app");
    fs::rename(&home, &moved).unwrap();
    let wrapper = moved.join(".apt/opt/datadog-agent/bin/agent/agent-wrapper");
    assert_eq!(
        fs::canonicalize(&wrapper).unwrap(),
        fs::canonicalize(moved.join(".dd-heroku/bin/dd-heroku")).unwrap()
    );
    let script = fs::read_to_string(moved.join(".profile.d/datadog.sh")).unwrap();
    let build = home.display().to_string();
    assert!(!script.contains(&build));
    assert!(!fs::read_link(&wrapper).unwrap().is_absolute());
}

#[test]
fn a_script_of_the_apps_own_is_kept_and_both_are_sourced() {
    let home = Home::new();
    fs::remove_file(home.path(".profile.d/datadog.sh")).unwrap();
    home.write(".profile.d/datadog.sh", "export MINE=1\n");
    assert!(home.runtime(&["install", "--home", home.path("").to_str().unwrap()]).status.success());
    assert_eq!(home.read(".profile.d/datadog.sh"), "export MINE=1\n");
    let boot = home.boot_with("for f in .profile.d/*.sh; do . $f; done");
    assert_eq!((boot.var("MINE"), boot.var("DD_HEROKU_DYNO")), (Some("1"), Some("true")));
}

#[test]
fn profile_prints_the_script_that_install_writes() {
    let home = Home::new();
    assert_eq!(
        String::from_utf8(home.runtime(&["profile"]).stdout).unwrap(),
        home.read(".profile.d/datadog.sh")
    );
}
