//! What a plan looks like where there is no color and little room.

use super::{APPS, init};
use crate::support::sandbox::Sandbox;

#[test]
fn plans_fit_in_80_columns_and_have_no_color_in_a_pipe() {
    let sandbox = Sandbox::start();
    for app in APPS {
        let output =
            init(&sandbox, &["-a", app, "--dry-run", "--logs"]).env_remove("NO_COLOR").output().unwrap();
        let shown = String::from_utf8(output.stdout).unwrap();
        assert!(!shown.contains('\u{1b}'), "{app}: {shown}");
        let wide: Vec<_> = shown.lines().filter(|line| line.chars().count() > 80).collect();
        assert!(wide.is_empty(), "{app}: {wide:#?}");
        assert!(output.stderr.is_empty(), "{app}: {}", String::from_utf8_lossy(&output.stderr));
    }
}

#[test]
fn colors_come_where_they_are_asked_for() {
    let sandbox = Sandbox::start();
    let run =
        |flags: &[&str]| init(&sandbox, &["-a", "shop", "--dry-run"]).args(flags).output().unwrap().stdout;
    assert!(run(&["--color", "always"]).contains(&0x1b));
    assert!(!run(&["--color", "never"]).contains(&0x1b));
}
