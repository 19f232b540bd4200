//! `doctor`: what is found on the sandbox's apps, and what is left after the fix.

use serde_json::{Value, json};

use crate::support::codes;
use crate::support::package_repository::PackageRepository;
use crate::support::sandbox::Sandbox;

/// A signed repository with a few versions of the Agent.
fn agents() -> PackageRepository {
    let mut repository = PackageRepository::new();
    for version in ["1:7.80.0-1", "1:7.81.2-1", "1:6.53.1-1"] {
        repository.add("datadog-heroku-agent", version, Vec::new());
    }
    repository.publish();
    repository
}

fn run(sandbox: &Sandbox, agents: &PackageRepository, arguments: &[&str], code: i32) -> Value {
    sandbox.command(arguments).envs(agents.variables()).json(code)
}

#[test]
fn every_fault_of_legacy_is_found() {
    let (sandbox, agents) = (Sandbox::start(), agents());
    let report = run(&sandbox, &agents, &["doctor", "-a", "legacy", "--json"], 3);
    assert_eq!(
        codes(&report),
        [
            "DDH005", "DDH006", "DDH007", "DDH009", "DDH010", "DDH011", "DDH012", "DDH013", "DDH015",
            "DDH017", "DDH017", "DDH018", "DDH019", "DDH020", "DDH022", "DDH023", "DDH024", "DDH025",
            "DDH027", "DDH028", "DDH029", "DDH033", "DDH034", "DDH035",
        ],
        "{report:#}"
    );
    let text = report.to_string();
    assert!(!text.contains("1e9ac1e900d06f00d1e9ac1e900d0f0d") && !text.contains("redis://"), "{text}");
    assert_eq!(sandbox.writes(), Vec::<String>::new());
}

#[test]
fn a_fix_is_one_plan_and_a_second_finds_nothing() {
    let (sandbox, agents) = (Sandbox::start(), agents());
    let done = run(&sandbox, &agents, &["doctor", "-a", "legacy", "--fix", "--yes", "--json"], 0);
    assert_eq!(done["applied"], json!(true), "{done:#}");
    let patches = sandbox.writes().iter().filter(|line| line.ends_with("/config-vars")).count();
    assert_eq!((patches, &done["rebuilds"]), (1, &json!(1)));
    let left = run(&sandbox, &agents, &["doctor", "-a", "legacy", "--json"], 0);
    assert_eq!(left["findings"], json!([]));

    let writes = sandbox.writes();
    let again = run(&sandbox, &agents, &["doctor", "-a", "legacy", "--fix", "--yes", "--json"], 0);
    assert_eq!((&again["changes"], sandbox.writes()), (&json!([]), writes));
}

#[test]
fn what_only_a_person_can_fix_is_left() {
    let (sandbox, agents) = (Sandbox::start(), agents());
    let fix = ["doctor", "-a", "legacy", "--fix", "--no-rebuild", "--yes", "--json"];
    run(&sandbox, &agents, &fix, 3);
    let left = run(&sandbox, &agents, &["doctor", "-a", "legacy", "--json"], 3);
    assert_eq!(codes(&left), ["DDH015", "DDH033"], "{left:#}");
}

#[test]
fn only_what_is_asked_for_is_fixed() {
    let (sandbox, agents) = (Sandbox::start(), agents());
    let done =
        run(&sandbox, &agents, &["doctor", "-a", "legacy", "--fix", "--only", "DDH007,ddh028", "--json"], 0);
    let keys: Vec<_> =
        done["changes"].as_array().unwrap().iter().map(|change| change["key"].clone()).collect();
    assert_eq!(keys, ["DD_HOSTNAME", "DD_LOG_LEVEL"]);
    sandbox.command(&["doctor", "-a", "legacy", "--only", "DDH999"]).assert().code(2);
}

#[test]
fn an_app_that_init_set_up_is_sound() {
    let (sandbox, agents) = (Sandbox::start(), agents());
    let key = "c0ffee00c0ffee00c0ffee00c0ff3f9a";
    for app in ["shop", "mobile-api", "imagery", "vault"] {
        sandbox.command(&["init", "-a", app, "--yes", "-q"]).env("DD_API_KEY", key).assert().success();
        let report = run(&sandbox, &agents, &["doctor", "-a", app, "--json"], 0);
        assert_eq!(report["findings"], json!([]), "{app}");
    }
    let report = run(&sandbox, &agents, &["doctor", "-a", "fjord", "--json"], 0);
    assert_eq!(codes(&report), ["DDH032"]);
}

#[test]
fn a_small_dyno_with_traces_and_processes_is_found() {
    let (sandbox, agents) = (Sandbox::start(), agents());
    let key = "c0ffee00c0ffee00c0ffee00c0ff3f9a";
    sandbox.command(&["init", "-a", "shop", "--yes", "-q"]).env("DD_API_KEY", key).assert().success();
    let set = ["config", "set", "DD_PROCESS_AGENT=true", "-a", "shop", "--yes", "--no-rebuild", "-q"];
    sandbox.command(&set).assert().success();
    let doctor = ["doctor", "-a", "shop", "--only", "DDH071", "--json"];
    let report = run(&sandbox, &agents, &doctor, 3);
    assert_eq!(codes(&report), ["DDH071"]);
    let evidence = report["findings"][0]["evidence"].as_str().unwrap();
    assert!(evidence.contains("web (Standard-1X)"), "{evidence}");
    for kind in ["web", "worker"] {
        let larger = json!({ "size": "Standard-2X" });
        crate::sandbox::client::write(&sandbox, "PATCH", &format!("/apps/shop/formation/{kind}"), larger);
    }
    assert_eq!(codes(&run(&sandbox, &agents, &doctor, 0)), [""; 0]);
}

#[test]
fn a_key_of_another_site_is_told_from_a_wrong_one() {
    let (sandbox, agents) = (Sandbox::start(), agents());
    for (key, code) in
        [("e0ffee00c0ffee00c0ffee00c0ff3f9a", "DDH003"), ("bad00000c0ffee00c0ffee00c0ff3f9a", "DDH002")]
    {
        let set = ["config", "set", "-a", "shop", "DD_API_KEY", "--no-verify", "--yes", "-q"];
        sandbox.command(&set).write_stdin(key).assert().success();
        let report =
            run(&sandbox, &agents, &["doctor", "-a", "shop", "--only", "DDH002,DDH003", "--json"], 3);
        assert_eq!(codes(&report), [code]);
    }
    let fix = ["doctor", "-a", "shop", "--only", "DDH003", "--no-verify", "--json"];
    assert_eq!(codes(&run(&sandbox, &agents, &fix, 0)), [""; 0]);
}

#[test]
fn a_person_sees_evidence_and_what_to_do() {
    let (sandbox, agents) = (Sandbox::start(), agents());
    let run = sandbox.command(&["doctor", "-a", "legacy"]).envs(agents.variables()).assert().code(3);
    let screen = String::from_utf8(run.get_output().stdout.clone()).unwrap();
    assert!(screen.starts_with("legacy  "), "{screen}");
    for expected in ["✗ DDH010", "! DDH033", "489 MB of 500 MB", "→ `.slugignore`", "doctor --fix -a legacy"]
    {
        assert!(screen.contains(expected), "{expected}\n{screen}");
    }
    assert!(screen.lines().all(|line| line.chars().count() <= 80), "{screen}");
}

#[test]
fn a_code_is_explained_without_an_app() {
    let sandbox = Sandbox::start();
    let run = sandbox.command(&["explain", "ddh014", "--json"]).assert().success();
    let report: Value = serde_json::from_slice(&run.get_output().stdout).unwrap();
    assert_eq!((&report["code"], &report["severity"]), (&json!("DDH014"), &json!("warning")));
    let run = sandbox.command(&["explain", "DDH1"]).assert().code(2);
    let message = String::from_utf8_lossy(&run.get_output().stderr).into_owned();
    assert!(
        message.contains("did you mean DDH001") && message.contains("dd-heroku explain lists"),
        "{message}"
    );
    let list = sandbox.command(&["explain", "--json"]).json(0);
    assert!(list.as_array().unwrap().len() > 60, "{list}");
    assert_eq!(sandbox.journal().len(), 0);
}
