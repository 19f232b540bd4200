//! What a plan shows is what is confirmed: whole, and of every kind of app.

use serde_json::json;

use super::{command, document, set_up};
use crate::support::checkout::{create, git};
use crate::support::sandbox::Sandbox;

fn text(sandbox: &Sandbox, arguments: &[&str]) -> String {
    let output = command(sandbox, arguments).output().unwrap();
    String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap()
}

#[test]
fn a_long_value_is_shown_whole() {
    let sandbox = Sandbox::start();
    let tags = "DD_TAGS=env:production team:checkout-and-payments cost-center:12345 owner:platform region:eu tier:critical-path";
    let plan = text(&sandbox, &["config", "set", tags, "-a", "shop", "--dry-run"]);
    let words: Vec<_> = plan.split_whitespace().collect();
    assert!(words.join(" ").contains("owner:platform region:eu tier:critical-path"), "{plan}");
    assert!(plan.lines().all(|line| line.chars().count() <= 80), "{plan}");
}

#[test]
fn a_changed_file_is_shown_as_a_diff_and_a_slip_is_noted() {
    let sandbox = Sandbox::start();
    let folder = sandbox.folder().join("shop");
    create(&folder, "shop");
    let prerun = |types: &[&str]| {
        let mut program = command(&sandbox, &[&["prerun", "skip"], types, &["-a", "shop"]].concat());
        let output = program.current_dir(&folder).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    prerun(&["run,release,worker", "--yes"]);
    git(&folder, &["add", "."]);
    let plan = prerun(&["run,relase", "--dry-run"]);
    assert!(plan.contains("- # skip: run release worker") && plan.contains("+ # skip: run relase"), "{plan}");
    assert!(plan.contains("did you mean `release`?"), "{plan}");
}

#[test]
fn a_dry_run_finds_and_misses_what_the_run_does() {
    // The checkout lacks the commit that runs: the source of the last build serves, as long as Heroku has it.
    for (faults, expected) in [
        (json!([]), 0),
        (json!([{"path": "/uploads/*", "every": true, "fault": "status", "status": 404}]), 1),
    ] {
        let sandbox = Sandbox::with_faults(faults);
        let folder = sandbox.folder().join("shop");
        create(&folder, "shop");
        for flag in ["--dry-run", "--yes"] {
            let mut rebuild = command(&sandbox, &["rebuild", "-a", "shop", flag]);
            let output = rebuild.current_dir(&folder).output().unwrap();
            assert_eq!(
                output.status.code(),
                Some(expected),
                "{flag}: {}",
                String::from_utf8_lossy(&output.stderr)
            );
        }
    }
}

#[test]
fn receipts_of_several_apps_name_them() {
    let sandbox = Sandbox::start();
    let receipts = text(&sandbox, &["init", "-a", "shop", "-a", "mobile-api", "--yes", "--no-rebuild"]);
    let named = |app: &str| receipts.lines().any(|line| line == app);
    assert!(named("shop") && named("mobile-api"), "{receipts}");
}

#[test]
fn a_fir_app_gets_no_options_of_an_agent_and_no_word_of_docker() {
    let sandbox = Sandbox::start();
    let arguments =
        ["init", "-a", "fjord", "--no-apm", "--agent-version", "7.80.2", "--process-agent", "--dry-run"];
    let (plan, code) = document(&sandbox, &arguments);
    assert_eq!(code, 0, "{plan:#}");
    let changes = plan["changes"].to_string();
    assert!(!changes.contains("DD_AGENT_VERSION") && !changes.contains("DD_PROCESS_AGENT"), "{changes}");
    assert!(!changes.contains("traces") && changes.contains("metrics"), "{changes}");
    assert!(plan["notes"].to_string().contains("DD_AGENT_VERSION"), "{plan:#}");
    for verb in [
        &["rebuild", "-a", "fjord", "--yes"][..],
        &["upgrade", "-a", "fjord", "--agent-version", "7.80.0", "--yes"],
    ] {
        let refusal = text(&sandbox, verb);
        assert!(!refusal.contains("docker") && refusal.contains("Fir"), "{refusal}");
    }
}

#[test]
fn what_a_fix_cannot_do_is_said_at_its_end() {
    let sandbox = Sandbox::start();
    let output = sandbox.command(&["doctor", "--fix", "-a", "shop", "--yes"]).output().unwrap();
    assert_eq!(output.status.code(), Some(3));
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(text.contains("not fixed") && text.contains("DDH001"), "{text}");
}

#[test]
fn a_removal_or_restart_that_was_cut_off_is_completed() {
    let sandbox = Sandbox::with_faults(json!([
        {"method": "POST", "path": "/apps/shop/builds", "nth": 2, "fault": "status", "status": 422},
    ]));
    set_up(&sandbox, "shop");
    let remove = ["remove", "-a", "shop", "--yes", "--confirm", "shop"];
    assert_eq!(document(&sandbox, &remove).1, 1);
    let (second, code) = document(&sandbox, &remove);
    assert_eq!((code, super::results(&second)), (0, vec![("rebuild", "done")]), "{second:#}");
}
