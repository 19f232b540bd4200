//! Datadog's own clients for Python in a booted dyno: a trace and a metric over the Unix sockets of the agents.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use super::booting::{Dyno, free_port, notes};
use super::client::write;
use crate::support::run;
use crate::support::sandbox::Sandbox;

/// The clients, at the versions that were current when the test was written.
const CLIENTS: [&str; 2] = ["datadog==0.52.1", "ddtrace==2.17.0"];

/// The app: sends once the agents listen.
const APP: &str = r#"
import os, time
import ddtrace
from datadog.dogstatsd import DogStatsd
for name in ("DD_APM_RECEIVER_SOCKET", "DD_DOGSTATSD_SOCKET"):
    while not os.path.exists(os.environ[name]): time.sleep(0.01)
with ddtrace.tracer.trace("order.placed", service="shop"): pass
ddtrace.tracer.shutdown()
DogStatsd(socket_path=os.environ["DD_DOGSTATSD_SOCKET"], disable_buffering=True).increment("orders.placed")
while not os.path.exists(os.environ["HOME"] + "/done"): time.sleep(0.01)
"#;

/// A Python that has the clients: installed once, beside what cargo builds.
fn python() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(CLIENTS.join("-"));
    let ready = folder.join("ready");
    if !ready.exists() {
        run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&folder));
        run(Command::new(folder.join("bin/pip")).args(["install", "--quiet"]).args(CLIENTS));
        fs::write(ready, "").unwrap();
    }
    folder.join("bin/python")
}

#[test]
fn traces_and_metrics_of_real_clients_arrive_over_unix_sockets() {
    let (sandbox, folder) = (Sandbox::start(), tempfile::tempdir().unwrap());
    let socket = |name: &str| folder.path().join(name).display().to_string();
    let config = json!({
        "DD_DOGSTATSD_PORT": free_port().to_string(),
        "DD_APM_RECEIVER_PORT": free_port().to_string(),
        "DD_APM_RECEIVER_SOCKET": format!("unix://{}", socket("apm.socket")),
        "DD_DOGSTATSD_SOCKET": socket("dsd.socket"),
        "DD_TRACE_AGENT_URL": format!("unix://{}", socket("apm.socket")),
        "DD_INSTRUMENTATION_TELEMETRY_ENABLED": "false",
        "DD_ENV": "staging",
    });
    write(&sandbox, "PATCH", "/apps/shop/config-vars", config);
    // Datadog's own buildpack does not know sockets with a scheme.
    let init = ["init", "-a", "shop", "--buildpack-url", "https://example.com/dd-heroku.tgz", "--yes"];
    sandbox.command(&init).env("DD_API_KEY", "c".repeat(32)).assert().success();
    let (home, app) = (folder.path().join("app"), folder.path().join("app.py"));
    fs::write(&app, APP).unwrap();
    let command = format!("exec '{}' '{}'", python().display(), app.display());
    let (mut dyno, _) = Dyno::boot(&sandbox, &home, &["--command", &command]);
    let all = notes(&home, |notes| {
        let has = |event: &str, text: &str| {
            notes.iter().any(|note| {
                note["event"] == event
                    && note["through"] == "socket"
                    && note["line"].as_str().is_some_and(|line| line.contains(text))
            })
        };
        let is_span = |note: &Value| note["event"] == "span";
        has("request", "/traces HTTP/1.1") && has("metric", "orders.placed:1|c") && notes.iter().any(is_span)
    });
    let span = all.iter().find(|note| note["event"] == "span").map(|note| &note["span"]);
    let span = span.unwrap_or_else(|| panic!("{all:?}"));
    assert_eq!(
        (&span["service"], &span["name"], &span["env"]),
        (&json!("shop"), &json!("order.placed"), &json!("staging"))
    );
    assert!(all.iter().all(|note| note["through"] != "port"), "{all:?}");
    fs::write(home.join("done"), "").unwrap();
    assert_eq!(dyno.0.wait().unwrap().code(), Some(0));
}
