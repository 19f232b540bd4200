//! Stored values of options are judged as the Agent, the build and the dyno script read them.

use serde_json::{Value, json};

use crate::sandbox::client::write;
use crate::support::sandbox::Sandbox;

fn run(sandbox: &Sandbox, arguments: &[&str], code: i32) -> Value {
    sandbox.command(arguments).env("DD_API_KEY", "c".repeat(32)).json(code)
}

fn set_up() -> Sandbox {
    let sandbox = Sandbox::start();
    run(&sandbox, &["init", "-a", "shop", "--yes", "--json"], 0);
    sandbox
}

/// The codes of the findings that name a variable.
fn codes(report: &Value, name: &str) -> Vec<String> {
    let findings = report["findings"].as_array().unwrap().iter();
    let named = findings.filter(|finding| finding["evidence"].as_str().unwrap().starts_with(name));
    named.map(|finding| finding["code"].as_str().unwrap().to_owned()).collect()
}

/// What a fix of everything would set a variable to.
fn fixed(sandbox: &Sandbox, name: &str) -> Value {
    let plan = run(sandbox, &["doctor", "--fix", "-a", "shop", "-n", "--json"], 0);
    let mut changes = plan["changes"].as_array().unwrap().iter();
    changes.find(|change| change["key"] == name).map_or(Value::Null, |change| change["after"].clone())
}

#[test]
fn a_stored_site_that_the_agent_does_not_take_is_found_and_fixed() {
    let sandbox = set_up();
    for (stored, meant) in [
        ("https://app.datadoghq.eu", "datadoghq.eu"),
        ("app.datadoghq.com", "datadoghq.com"),
        ("EU", "datadoghq.eu"),
        ("US3", "us3.datadoghq.com"),
        ("datadoghq.com/", "datadoghq.com"),
        (" datadoghq.com", "datadoghq.com"),
        ("Datadoghq.com", "datadoghq.com"),
    ] {
        write(&sandbox, "PATCH", "/apps/shop/config-vars", json!({ "DD_SITE": stored }));
        let report = run(&sandbox, &["doctor", "-a", "shop", "--json"], 3);
        assert_eq!(codes(&report, "DD_SITE"), ["DDH004"], "{stored}: {report:#}");
        assert_eq!(fixed(&sandbox, "DD_SITE"), meant, "{stored}");
        let status = sandbox.command(&["status", "-a", "shop"]).assert().success();
        let screen = String::from_utf8_lossy(&status.get_output().stdout).into_owned();
        assert!(screen.contains("is not a site"), "{screen}");
        let init = run(&sandbox, &["init", "-a", "shop", "-n", "--json"], 0);
        assert_eq!(init["changes"][0]["after"], meant, "{init}");
    }
    write(&sandbox, "PATCH", "/apps/shop/config-vars", json!({ "DD_SITE": "datadoghq.eu" }));
    assert_eq!(codes(&run(&sandbox, &["doctor", "-a", "shop", "--json"], 0), "DD_SITE"), [""; 0]);
}

#[test]
fn stored_values_that_only_people_understand_are_found_and_fixed() {
    let sandbox = set_up();
    for (name, stored, better) in [
        ("DD_APM_ENABLED", "yes", json!("true")),
        ("DD_PROCESS_AGENT", "1", json!("true")),
        ("DD_TRACE_ENABLED", "off", json!("false")),
        ("DD_ENV", "my env", json!("my_env")),
        ("DD_SERVICE", "\"shop\"", json!("shop")),
        ("DD_PYTHON_VERSION", "3.11", Value::Null),
    ] {
        write(&sandbox, "PATCH", "/apps/shop/config-vars", json!({ name: stored }));
        let report = run(&sandbox, &["doctor", "-a", "shop", "--json"], 3);
        assert_eq!(codes(&report, name), ["DDH073"], "{name}={stored}: {report:#}");
        assert_eq!(fixed(&sandbox, name), better, "{name}={stored}");
        write(&sandbox, "PATCH", "/apps/shop/config-vars", json!({ name: null }));
    }
}
