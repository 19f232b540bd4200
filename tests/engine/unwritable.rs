//! What cannot be written: a file of the checkout, found before anything is changed, and the answer itself.

use std::fs::{self, OpenOptions, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use crate::support::checkout;
use crate::support::program::CANARY;
use crate::support::sandbox::{Sandbox, TOKEN};

#[test]
fn a_file_that_may_not_be_written_stops_the_run_before_its_first_write() {
    let sandbox = Sandbox::start();
    let folder = sandbox.home().join("shop");
    checkout::create(&folder, "shop");
    let prerun = folder.join("datadog/prerun.sh");
    fs::create_dir(folder.join("datadog")).unwrap();
    fs::write(&prerun, "#!/bin/bash\n").unwrap();
    fs::set_permissions(&prerun, Permissions::from_mode(0o444)).unwrap();
    let mut command = sandbox.command(&["init", "-a", "shop", "--yes", "--no-rebuild"]);
    let run = command.env("DD_API_KEY", CANARY).current_dir(&folder).assert().code(1);
    let message = String::from_utf8_lossy(&run.get_output().stderr).into_owned();
    assert!(message.contains("`datadog/prerun.sh` could not be written"), "{message}");
    assert!(message.contains("nothing was changed"), "{message}");
    assert_eq!(sandbox.writes(), [""; 0]);
    let left: Vec<_> =
        fs::read_dir(folder.join("datadog")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["prerun.sh"]);
}

#[test]
fn what_was_changed_is_said_on_stderr_when_stdout_takes_nothing() {
    let sandbox = Sandbox::start();
    let output = Command::new(assert_cmd::cargo::cargo_bin("dd-heroku"))
        .args(["config", "set", "-a", "shop", "DD_ENV=staging", "--yes", "--json"])
        .env_clear()
        .env("HOME", sandbox.home())
        .env("HEROKU_API_URL", sandbox.url())
        .env("HEROKU_API_KEY", TOKEN)
        .current_dir(sandbox.home())
        .stdout(OpenOptions::new().write(true).open("/dev/full").unwrap())
        .output()
        .unwrap();
    let message = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{message}");
    assert!(
        message.contains("could not be written") && message.contains("`shop`: done: config DD_ENV"),
        "{message}"
    );
    assert_eq!(sandbox.app("shop")["config"]["DD_ENV"], "staging");
}
