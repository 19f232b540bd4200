//! `config`: the options of an app.

use serde_json::{Value, json};

use crate::support::package_repository::PackageRepository;
use crate::support::sandbox::Sandbox;

const KEY: &str = "c0ffee00c0ffee00c0ffee00c0ff3f9a";

fn document(sandbox: &Sandbox, arguments: &[&str]) -> Value {
    let run = sandbox.command(arguments).assert().success();
    serde_json::from_slice(&run.get_output().stdout).unwrap()
}

fn complaint(sandbox: &Sandbox, arguments: &[&str], code: i32) -> String {
    let run = sandbox.command(arguments).write_stdin("").assert().code(code);
    String::from_utf8_lossy(&run.get_output().stderr).into_owned()
}

#[test]
fn options_are_set_in_one_request_and_read_back() {
    let sandbox = Sandbox::start();
    let done = document(
        &sandbox,
        &["config", "set", "-a", "shop", "DD_ENV=prod", "DD_LOG_LEVEL=WARN", "--yes", "--json"],
    );
    assert_eq!(
        (&done["applied"], &done["restarts"], &done["rebuilds"]),
        (&json!(true), &json!(1), &json!(0))
    );
    assert_eq!(sandbox.writes(), ["PATCH /apps/shop/config-vars"]);
    let list = document(&sandbox, &["config", "list", "-a", "shop", "--json"]);
    let option = |name: &str| {
        list["options"].as_array().unwrap().iter().find(|row| row["name"] == name).unwrap().clone()
    };
    assert_eq!(
        option("DD_LOG_LEVEL"),
        json!({"name": "DD_LOG_LEVEL", "set": true, "value": "warn", "default": "info", "recompile": false, "source": "app"})
    );
    assert_eq!(option("DD_APM_ENABLED")["recompile"], true);
}

#[test]
fn a_dry_run_changes_nothing_and_says_that_changes_are_pending() {
    let sandbox = Sandbox::start();
    sandbox.command(&["config", "set", "-a", "shop", "DD_ENV=prod", "-n", "--exit-code"]).assert().code(3);
    assert_eq!(sandbox.writes(), Vec::<String>::new());
    sandbox.command(&["config", "unset", "-a", "shop", "DD_ENV", "-n", "--exit-code"]).assert().code(0);
}

#[test]
fn a_bad_value_is_refused_with_what_was_expected() {
    let sandbox = Sandbox::start();
    for (given, expected) in [
        ("DD_LOG_LEVEL=LOUD", "trace, debug, info, warn, error, critical, off"),
        ("DD_TAGS=env:prod team:", "`team:`"),
        ("RAILS_ENV=production", "heroku config:set"),
        ("SITE=x", "not an option of Datadog"),
        ("DD_API_KEY=c0ffee00c0ffee00c0ffee00c0ff3f9a", "config set DD_API_KEY"),
        ("DD_POSTGRES_URL_VAR=postgres://u:p@h/d", "secret"),
    ] {
        let message = complaint(&sandbox, &["config", "set", "-a", "shop", given], 2);
        assert!(message.contains(expected), "{given}: {message}");
        assert!(!message.contains("c0ffee00c0") && !message.contains("u:p@h"), "{message}");
    }
    assert_eq!(sandbox.writes(), Vec::<String>::new());
}

#[test]
fn a_version_that_does_not_exist_is_refused_with_the_nearest() {
    let sandbox = Sandbox::start();
    let mut repository = PackageRepository::new();
    for version in ["1:7.80.0-1", "1:7.81.2-1", "1:6.53.1-1"] {
        repository.add("datadog-heroku-agent", version, Vec::new());
    }
    repository.publish();
    let run = |version: &str| {
        let given = format!("DD_AGENT_VERSION={version}");
        let mut command = sandbox.command(&["config", "set", "-a", "shop", &given, "--dry-run"]);
        command.envs(repository.variables()).assert()
    };
    for version in ["9.9.9", "7.79.9"] {
        let run = run(version).code(2);
        let message = String::from_utf8_lossy(&run.get_output().stderr).into_owned();
        assert!(message.contains("7.80.0-1") && message.contains("7.81.2-1"), "{message}");
    }
    run("7.80.0").success();
    // The second and third look came from the cache.
    let lists =
        repository.server.asked().iter().filter(|request| request.path.ends_with("InRelease")).count();
    assert_eq!(lists, 1);
}

#[test]
fn a_key_comes_from_standard_input_and_is_checked_first() {
    let sandbox = Sandbox::start();
    let set = |key: &str, code: i32| {
        sandbox
            .command(&["config", "set", "-a", "shop", "DD_API_KEY", "--yes"])
            .write_stdin(key)
            .assert()
            .code(code)
    };
    set("bad0000000000000000000000000beef", 4);
    assert_eq!(sandbox.writes(), Vec::<String>::new());
    let run = set(KEY, 0);
    assert!(!String::from_utf8_lossy(&run.get_output().stdout).contains(KEY));
    let run = sandbox.command(&["config", "get", "-a", "shop", "DD_API_KEY"]).assert().success();
    assert_eq!(run.get_output().stdout, "••••3f9a\n".as_bytes());
}

#[test]
fn what_is_compiled_in_is_rebuilt_only_when_asked() {
    let sandbox = Sandbox::start();
    let set = ["config", "set", "-a", "shop", "DD_APM_ENABLED=no", "--yes", "--json"];
    let done = document(&sandbox, &set);
    assert_eq!((&done["rebuilds"], &done["notes"][0]["code"]), (&json!(0), &json!("DDH015")));
    let done = document(&sandbox, &[&set[..], &["--rebuild"]].concat());
    assert_eq!(done["changes"][0]["kind"], "rebuild");
}

#[test]
fn an_unknown_option_is_set_with_a_note() {
    let sandbox = Sandbox::start();
    let plan = document(&sandbox, &["config", "set", "-a", "shop", "DD_LOG_LEVELS_OF_APP=info", "--json"]);
    assert_eq!(plan["notes"][0]["code"], "DDH043");
    assert!(plan["notes"][0]["message"].as_str().unwrap().contains("DD_LOG_LEVEL"));
}

#[test]
fn a_mistyped_option_is_refused_with_the_near_one_unless_it_is_forced() {
    let sandbox = Sandbox::start();
    for (given, near) in [
        ("DD_ENVV=production", "DD_ENV"),
        ("DD_SERVCE=shop", "DD_SERVICE"),
        ("DD_LOGLEVEL=info", "DD_LOG_LEVEL"),
        ("DD_TRACE_SAMPLE_RATES=0.5", "DD_TRACE_SAMPLE_RATE"),
        ("DD_OTLP_CONFIG_METRICS_ENABLE=true", "DD_OTLP_CONFIG_METRICS_ENABLED"),
    ] {
        let message = complaint(&sandbox, &["config", "set", "-a", "shop", given, "--yes"], 2);
        assert!(message.contains(&format!("`{near}`")) && message.contains("--force"), "{message}");
    }
    assert_eq!(sandbox.writes(), Vec::<String>::new());
    let set = ["config", "set", "-a", "shop", "DD_ENVV=production", "--force", "--json"];
    assert_eq!(document(&sandbox, &set)["changes"][0]["key"], "DD_ENVV");
    sandbox.command(&["config", "unset", "-a", "shop", "DD_ENVV", "--dry-run"]).assert().success();
}

#[test]
fn an_address_without_a_password_is_set_as_an_argument_and_one_with_a_password_is_refused() {
    let sandbox = Sandbox::start();
    for given in [
        "DD_TRACE_AGENT_URL=http://localhost:8126",
        "DD_TRACE_AGENT_URL=unix:///tmp/apm.socket",
        "DD_DOGSTATSD_URL=udp://localhost:8125",
        "DD_HEROKU_APT_URL=https://apt.example/",
        "DD_HEROKU_APT_KEY_FINGERPRINTS=0123456789ABCDEF0123456789ABCDEF01234567",
        "DD_CIVISIBILITY_AGENTLESS_URL=https://intake.example",
    ] {
        let plan = document(&sandbox, &["config", "set", "-a", "shop", given, "--json"]);
        let change = &plan["changes"][0];
        assert_eq!(format!("{}={}", change["key"], change["after"]).replace('"', ""), given);
    }
    for given in
        ["DD_TRACE_AGENT_URL=http://u:hunter2@localhost:8126", "DD_DOGSTATSD_URL=udp://u:hunter2@h:1"]
    {
        let message = complaint(&sandbox, &["config", "set", "-a", "shop", given], 2);
        assert!(message.contains("secret") && !message.contains("hunter2"), "{message}");
    }
}

#[test]
fn options_of_the_agent_and_the_tracers_are_known_and_checked() {
    let sandbox = Sandbox::start();
    for given in [
        "DD_REMOTE_CONFIGURATION_ENABLED=false",
        "DD_OTLP_CONFIG_RECEIVER_PROTOCOLS_HTTP_ENDPOINT=localhost:4318",
        "DD_OTLP_CONFIG_METRICS_SUMS_CUMULATIVE_MONOTONIC_MODE=to_delta",
        "DD_DOGSTATSD_MAPPER_PROFILES=[]",
        "DD_APM_RECEIVER_PORT=8126",
        "DD_AGENT_HOST=localhost",
        "DD_TRACE_SAMPLE_RATE=0.5",
        "DD_TRACE_RAILS_ENABLED=false",
        "DD_HEROKU_RESTART_MS=2000",
    ] {
        let plan = document(&sandbox, &["config", "set", "-a", "shop", given, "--json"]);
        assert_eq!(plan["changes"][0]["kind"], "config.set", "{given}: {plan}");
        assert!(!plan["notes"].to_string().contains("DDH043"), "{given}: {plan}");
    }
    for given in ["DD_TRACE_SAMPLE_RATE=50", "DD_DOGSTATSD_PORT=high", "DD_HEROKU_APT_KEY_FINGERPRINTS=0123"]
    {
        assert!(
            complaint(&sandbox, &["config", "set", "-a", "shop", given], 2).contains("expected"),
            "{given}"
        );
    }
}

#[test]
fn explaining_an_option_needs_no_app() {
    let sandbox = Sandbox::start();
    let explained = document(&sandbox, &["config", "explain", "DD_APM_ENABLED", "--json"]);
    assert_eq!((&explained["default"], &explained["recompile"]), (&json!("true"), &json!(true)));
    assert!(complaint(&sandbox, &["config", "explain", "DD_SIET"], 2).contains("DD_SITE"));
    assert_eq!(sandbox.journal().len(), 0);
}

/// How the names of options begin.
const OPTIONS: [&str; 4] = ["DD_", "DISABLE_DATADOG_", "ENABLE_HEROKU_", "DATADOG_CONF"];

#[test]
fn every_variable_that_the_docs_name_is_in_the_catalogue() {
    let package = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let docs = std::fs::read_dir(package.join("docs")).unwrap().flatten().map(|entry| entry.path());
    let pages = docs.filter(|path| path.extension().is_some_and(|end| end == "md"));
    let pages = pages.chain([package.join("README.md"), package.join("src/env.rs")]);
    let text: String = pages.map(|page| std::fs::read_to_string(page).unwrap()).collect();
    let sandbox = Sandbox::start();
    let list = document(&sandbox, &["config", "list", "--all", "-a", "shop", "--json"]);
    let known: Vec<_> = list["options"].as_array().unwrap().iter().map(|row| row["name"].as_str()).collect();
    let names = text
        .split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))
        .filter(|word| OPTIONS.iter().any(|start| word.starts_with(start)) && !word.ends_with('_'));
    let missing: std::collections::BTreeSet<_> = names.filter(|name| !known.contains(&Some(*name))).collect();
    assert!(missing.is_empty() && known.len() > 200, "{missing:?}");
}
