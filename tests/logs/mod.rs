//! `logs`: one drain to Datadog, and what is said of every drain.

mod forms;

use serde_json::{Value, json};

use crate::sandbox::client::{heroku, write};
use crate::support::kinds;
use crate::support::sandbox::{Sandbox, Setup};

const KEY: &str = "0123456789abcdef0123456789ab3f9a";
const OTHER: &str = "fedcba9876543210fedcba9876541234";

fn output(sandbox: &Sandbox, key: &str, arguments: &[&str]) -> Value {
    let run = sandbox.command(arguments).env("DD_API_KEY", key).assert().success();
    let text = String::from_utf8(run.get_output().stdout.clone()).unwrap();
    assert!(!text.contains(key), "{text}");
    serde_json::from_str(&text).unwrap()
}

fn drains(sandbox: &Sandbox, app: &str) -> Vec<String> {
    let drains = sandbox.app(app)["drains"].as_array().unwrap().clone();
    drains.iter().map(|drain| drain["url"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn an_app_gets_one_drain_and_a_second_run_changes_nothing() {
    let sandbox = Sandbox::start();
    let enable = ["logs", "enable", "-a", "shop", "--env", "prod", "--yes", "--json"];
    assert_eq!(kinds(&output(&sandbox, KEY, &enable)), ["drain.add"]);
    assert_eq!(
        drains(&sandbox, "shop"),
        [format!(
            "https://http-intake.logs.datadoghq.com/api/v2/logs?dd-api-key={KEY}&ddsource=heroku&ddtags=env:prod\
             &service=shop&host=shop"
        )]
    );
    let writes = sandbox.writes();
    assert_eq!(kinds(&output(&sandbox, KEY, &enable)), Vec::<&str>::new());
    assert_eq!(sandbox.writes(), writes);
}

#[test]
fn a_drain_with_another_key_is_replaced_and_keeps_its_labels() {
    let sandbox = Sandbox::start();
    output(
        &sandbox,
        OTHER,
        &["logs", "enable", "-a", "shop", "--env", "prod", "--service", "s", "--yes", "--json"],
    );
    let rotated = output(&sandbox, KEY, &["logs", "enable", "-a", "shop", "--yes", "--json"]);
    assert_eq!(kinds(&rotated), ["drain.add", "drain.remove"]);
    let urls = drains(&sandbox, "shop");
    assert_eq!(urls.len(), 1);
    assert!(urls[0].contains(KEY) && urls[0].contains("ddtags=env:prod&service=s&"), "{urls:?}");
}

#[test]
fn doubles_and_drains_to_another_site_go() {
    let sandbox = Sandbox::start();
    assert_eq!(drains(&sandbox, "legacy").len(), 2);
    output(&sandbox, KEY, &["logs", "enable", "-a", "legacy", "--yes", "--json"]);
    let urls = drains(&sandbox, "legacy");
    assert_eq!(urls.len(), 1);
    assert!(urls[0].starts_with("https://http-intake.logs.datadoghq.com/"), "{urls:?}");
    let gone = output(&sandbox, KEY, &["logs", "disable", "-a", "legacy", "--yes", "--json"]);
    assert_eq!(kinds(&gone), ["drain.remove"]);
    assert_eq!(drains(&sandbox, "legacy"), Vec::<String>::new());
    assert_eq!(
        kinds(&output(&sandbox, KEY, &["logs", "disable", "-a", "legacy", "--yes", "--json"])),
        Vec::<&str>::new()
    );
}

#[test]
fn a_dry_run_writes_nothing_and_tells_by_its_exit_code() {
    let sandbox = Sandbox::start();
    let mut dry = sandbox.command(&["logs", "enable", "-a", "shop", "-n", "--exit-code"]);
    let run = dry.env("DD_API_KEY", KEY).assert().code(3);
    let text = String::from_utf8_lossy(&run.get_output().stdout).into_owned();
    assert!(text.contains("+ drain") && !text.contains(KEY), "{text}");
    assert_eq!(sandbox.writes(), Vec::<String>::new());
}

#[test]
fn a_key_that_the_site_refuses_changes_nothing() {
    let sandbox = Sandbox::start();
    let mut command = sandbox.command(&["logs", "enable", "-a", "shop", "--yes"]);
    let run = command.env("DD_API_KEY", "bad0".repeat(8)).assert().code(4);
    assert!(String::from_utf8_lossy(&run.get_output().stderr).contains("refuses the key ••••bad0"));
    assert_eq!(sandbox.writes(), Vec::<String>::new());
}

#[test]
fn an_app_at_its_limit_of_drains_makes_room_first_or_says_so() {
    let sandbox = Sandbox::start();
    let add = |url: &str| {
        let call = heroku(&sandbox, "POST", "/apps/shop/log-drains").json(&json!({ "url": url }));
        call.send().unwrap().status().as_u16()
    };
    for port in 1..=4 {
        assert_eq!(add(&format!("syslog+tls://logs.example.com:{port}")), 201);
    }
    output(&sandbox, OTHER, &["logs", "enable", "-a", "shop", "--yes", "--json"]);
    assert_eq!(add("syslog+tls://logs.example.com:6"), 422);
    let full = output(&sandbox, KEY, &["logs", "enable", "-a", "shop", "--yes", "--json"]);
    assert_eq!(kinds(&full), ["drain.remove", "drain.add"]);
    output(&sandbox, KEY, &["logs", "disable", "-a", "shop", "--yes", "--json"]);
    assert_eq!(add("syslog+tls://logs.example.com:7"), 201);
    let mut command = sandbox.command(&["logs", "enable", "-a", "shop", "--yes"]);
    let run = command.env("DD_API_KEY", KEY).assert().code(1);
    let text = String::from_utf8_lossy(&run.get_output().stderr).into_owned();
    assert!(text.contains("You've reached the limit of 5 log drains") && !text.contains(KEY), "{text}");
}

#[test]
fn the_status_names_every_drain_and_shows_no_key() {
    let sandbox = Sandbox::start();
    let status = output(&sandbox, KEY, &["logs", "status", "-a", "legacy", "--json"]);
    let datadog: Vec<_> =
        status["drains"].as_array().unwrap().iter().map(|drain| drain["datadog"].clone()).collect();
    assert_eq!(datadog[0]["disagrees"], json!(["site"]));
    assert_eq!(datadog[1]["disagrees"], json!(["site", "double"]));
    assert_eq!(datadog[0]["key"], json!({"last4": "0f0d"}));
    let run = sandbox.command(&["logs", "status", "-a", "legacy", "--exit-code"]).assert().code(3);
    let text = String::from_utf8_lossy(&run.get_output().stdout).into_owned();
    assert!(text.contains("one too") && !text.contains("1e9ac1e900d06f00d1e9"), "{text}");
}

#[test]
fn a_fir_app_has_a_telemetry_drain_instead() {
    let sandbox = Sandbox::start();
    let enable = ["logs", "enable", "-a", "fjord", "--yes", "--json"];
    assert_eq!(kinds(&output(&sandbox, OTHER, &enable)), ["telemetry.add"]);
    assert_eq!(kinds(&output(&sandbox, OTHER, &enable)), Vec::<&str>::new());
    let rotated = output(
        &sandbox,
        KEY,
        &["logs", "enable", "-a", "fjord", "--signals", "traces,logs", "--yes", "--json"],
    );
    assert_eq!(rotated["changes"][0]["kind"], "telemetry.set");
    assert_eq!(rotated["changes"][0]["signals"], json!(["traces", "logs"]));
    let state = sandbox.state();
    let drain = &state["telemetry_drains"][0];
    assert_eq!(drain["exporter"]["endpoint"], "https://heroku.integrations.otlp.datadoghq.com");
    assert_eq!(drain["exporter"]["headers"]["dd-api-key"], KEY);
    let status = output(&sandbox, KEY, &["logs", "status", "-a", "fjord", "--json"]);
    assert_eq!(status["drains"][0]["signals"], json!(["traces", "logs"]));
    let off = ["logs", "disable", "-a", "fjord", "--yes", "--json"];
    assert_eq!(kinds(&output(&sandbox, KEY, &off)), ["telemetry.set"]);
    assert_eq!(kinds(&output(&sandbox, KEY, &off)), Vec::<&str>::new());
}

#[test]
fn init_on_fir_makes_the_telemetry_drain_and_a_second_init_nothing() {
    let sandbox = Sandbox::start();
    let init = ["init", "-a", "fjord", "--yes", "--json"];
    let first = output(&sandbox, KEY, &init);
    assert!(kinds(&first).contains(&"telemetry.add"), "{first}");
    assert_eq!(kinds(&output(&sandbox, KEY, &init)), Vec::<&str>::new());
}

#[test]
fn a_lost_answer_never_makes_a_second_drain() {
    let faults = json!([{"method": "post", "path": "/apps/*/log-drains", "fault": "lost"}]);
    let sandbox = Setup::default().faults(faults).start();
    output(&sandbox, KEY, &["logs", "enable", "-a", "shop", "--yes", "--json"]);
    assert_eq!(drains(&sandbox, "shop").len(), 1);
}

#[test]
fn a_key_goes_to_datadog_in_its_header_and_to_heroku_in_the_drain_only() {
    let sandbox = Sandbox::start();
    output(&sandbox, KEY, &["logs", "enable", "-a", "shop", "--yes", "--json"]);
    let journal = sandbox.journal();
    let with_key = journal.iter().filter(|line| line["credentials"].to_string().contains("dd-api-key"));
    let paths: Vec<_> = with_key.map(|line| line["path"].as_str().unwrap()).collect();
    assert!(!paths.is_empty() && paths.iter().all(|path| path.starts_with("/datadog/")), "{paths:?}");
    assert!(!sandbox.journal_text().contains(KEY));
}

#[test]
fn the_doctor_finds_a_telemetry_drain_with_another_key_and_fixes_it() {
    let sandbox = Sandbox::start();
    output(&sandbox, OTHER, &["init", "-a", "fjord", "--yes", "--json"]);
    let set = ["config", "set", "-a", "fjord", "DD_API_KEY", "--no-verify", "--yes", "-q"];
    sandbox.command(&set).write_stdin(KEY).assert().success();
    let doctor = |arguments: &[&str], code: i32| {
        let all = [&["doctor", "-a", "fjord", "--no-verify", "--json"], arguments].concat();
        let run = sandbox.command(&all).assert().code(code);
        serde_json::from_slice::<Value>(&run.get_output().stdout).unwrap()
    };
    let report = doctor(&[], 3);
    assert_eq!(report["findings"][1]["code"], "DDH066", "{report}");
    doctor(&["--fix", "--yes"], 0);
    assert_eq!(sandbox.state()["telemetry_drains"][0]["exporter"]["headers"]["dd-api-key"], KEY);
}

#[test]
fn a_drain_of_an_add_on_is_reported_and_not_doubled() {
    let sandbox = Sandbox::start();
    let url = format!("https://http-intake.logs.datadoghq.com/api/v2/logs?dd-api-key={KEY}");
    write(&sandbox, "PUT", "/sandbox/apps/shop/addon-drain", json!({ "addon": "logs-flat-1", "url": url }));
    let enabled = output(&sandbox, KEY, &["logs", "enable", "-a", "shop", "--yes", "--json"]);
    assert_eq!(kinds(&enabled), Vec::<&str>::new());
    assert!(enabled["notes"].to_string().contains("logs-flat-1"), "{enabled:#}");
    assert_eq!(drains(&sandbox, "shop"), [url.as_str()]);

    let doubled = format!("{url}&ddsource=heroku");
    write(&sandbox, "POST", "/apps/shop/log-drains", json!({ "url": doubled }));
    write(&sandbox, "PATCH", "/apps/shop/config-vars", json!({ "DD_API_KEY": KEY }));
    let run = sandbox.command(&["doctor", "-a", "shop", "--json"]).output().unwrap();
    let findings = String::from_utf8(run.stdout).unwrap();
    assert!(findings.contains("of the add-on logs-flat-1"), "{findings}");
    let disabled = output(&sandbox, KEY, &["logs", "disable", "-a", "shop", "--yes", "--json"]);
    assert_eq!(kinds(&disabled), ["drain.remove"]);
    assert_eq!(drains(&sandbox, "shop"), [url]);
}
