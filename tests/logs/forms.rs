//! Log drains whose URL is not the one of Datadog's guide, and keys in any part of a URL.

use serde_json::{Value, json};

use crate::sandbox::client::{get, write};
use crate::support::sandbox::Sandbox;

const KEY: &str = "0123456789abcdef0123456789abcdef";
const NEW: &str = "fedcba9876543210fedcba9876543210";
const INTAKE: &str = "https://http-intake.logs.datadoghq.com";
const LABELS: &str = "ddsource=heroku&ddtags=env:production&service=shop&host=shop";

fn set_up() -> Sandbox {
    let sandbox = Sandbox::start();
    sandbox.command(&["init", "-a", "shop", "--yes", "-q"]).env("DD_API_KEY", KEY).assert().success();
    sandbox
}

fn run(sandbox: &Sandbox, arguments: &[&str], code: i32) -> Value {
    sandbox.command(arguments).json(code)
}

fn drains(sandbox: &Sandbox) -> Vec<String> {
    let drains = get(sandbox, "/apps/shop/log-drains");
    let urls = drains.as_array().unwrap().iter().map(|drain| drain["url"].as_str().unwrap().to_owned());
    urls.collect()
}

#[test]
fn a_drain_whose_url_is_not_the_guides_is_found_and_replaced() {
    for url in [
        format!("{INTAKE}/api/v2/logs/?dd-api-key={KEY}&{LABELS}"),
        format!("{INTAKE}/v1/input/{KEY}/?{LABELS}"),
        format!("{INTAKE}/v1/input/{KEY}?{LABELS}"),
        format!("http://http-intake.logs.datadoghq.com/api/v2/logs?dd-api-key={KEY}&{LABELS}"),
    ] {
        let sandbox = set_up();
        write(&sandbox, "POST", "/apps/shop/log-drains", json!({ "url": url }));
        let report = run(&sandbox, &["doctor", "-a", "shop", "--json"], 3);
        let codes: Vec<_> = report["findings"].as_array().unwrap().iter().map(|item| &item["code"]).collect();
        assert!(codes.contains(&&json!("DDH074")), "{url}: {report:#}");
        assert!(!report.to_string().contains(KEY), "{report:#}");
        let status = run(&sandbox, &["logs", "status", "-a", "shop", "--json", "--exit-code"], 3);
        assert_eq!(status["drains"][0]["datadog"]["disagrees"], json!(["url"]), "{url}");
        let enable = ["logs", "enable", "-a", "shop", "--env", "production", "--service", "shop", "--json"];
        let plan = run(&sandbox, &[&enable[..], &["--yes"]].concat(), 0);
        let kinds: Vec<_> = plan["changes"].as_array().unwrap().iter().map(|item| &item["kind"]).collect();
        assert_eq!(kinds, ["drain.add", "drain.remove"], "{url}");
        assert_eq!(drains(&sandbox), [format!("{INTAKE}/api/v2/logs?dd-api-key={KEY}&{LABELS}")]);
        assert_eq!(run(&sandbox, &enable, 0)["changes"], json!([]));
    }
}

#[test]
fn a_rotation_leaves_the_old_key_nowhere() {
    let sandbox = set_up();
    for url in [
        format!("{INTAKE}/v1/input/{KEY}/?{LABELS}"),
        format!("{INTAKE}/api/v2/logs/{}?{LABELS}", KEY.to_uppercase()),
        format!("{INTAKE}/api/v2/logs?api_key={KEY}&{LABELS}"),
        format!("https://logs.example.com/proxy/{KEY}/heroku"),
    ] {
        write(&sandbox, "POST", "/apps/shop/log-drains", json!({ "url": url }));
    }
    let vars = json!({ "LOG_FORWARDER": format!("https://logs.example.com/?k={}&x=1", KEY.to_uppercase()) });
    write(&sandbox, "PATCH", "/apps/shop/config-vars", vars);
    let rotate = ["rotate-key", "-a", "shop", "--api-key-stdin", "--yes", "--json"];
    sandbox.command(&rotate).write_stdin(NEW).assert().success();
    let vars = get(&sandbox, "/apps/shop/config-vars");
    assert_eq!(vars["DD_API_KEY"], NEW);
    let left = format!("{:?} {vars}", drains(&sandbox)).to_lowercase();
    assert!(!left.contains(KEY), "{left}");
    assert_eq!(left.matches(NEW).count(), 6, "{left}");
    let run = sandbox.command(&rotate).write_stdin(NEW).assert().success();
    let again: Value = serde_json::from_slice(&run.get_output().stdout).unwrap();
    assert_eq!(again["changes"], json!([]));
}
