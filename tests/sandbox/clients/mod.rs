//! Clients for Python and Node.js: those of the APIs, and those that send a trace and a metric from a booted dyno.

mod apis;
mod whole_way;

use std::fs;

use serde_json::{Value, json};

use crate::sandbox::booting::{Dyno, free_port, notes};
use crate::sandbox::client::write;
use crate::support::registries;
use crate::support::sandbox::Sandbox;

/// The clients for Python, at the versions that were current when the test was written.
const PYTHON: [&str; 2] = ["datadog==0.52.1", "ddtrace==2.17.0"];
/// The clients for Node.js.
const NODE: [&str; 2] = ["hot-shots@17.1.1", "dd-trace@5.132.0"];

/// The app in Python: sends once the agents listen.
const PYTHON_APP: &str = r#"
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

/// The app in JavaScript.
const NODE_APP: &str = r#"
const fs = require('fs')
const whenThere = (path, then) => fs.existsSync(path) ? then() : setTimeout(whenThere, 10, path, then)
const { DD_APM_RECEIVER_SOCKET: traces, DD_DOGSTATSD_SOCKET: metrics, HOME } = process.env
whenThere(traces, () => whenThere(metrics, () => {
  const tracer = require('dd-trace').init({ flushInterval: 0 })
  tracer.trace('order.placed', { service: 'shop' }, () => {})
  new (require('hot-shots'))({ protocol: 'uds', path: metrics }).increment('orders.placed')
  whenThere(HOME + '/done', () => process.exit(0))
}))
"#;

#[test]
fn traces_and_metrics_of_clients_for_python_arrive_over_unix_sockets() {
    if let Some(python) = registries::pypi(&PYTHON) {
        arrive(&format!("exec '{}'", python.display()), PYTHON_APP);
    }
}

#[test]
fn traces_and_metrics_of_clients_for_node_arrive_over_unix_sockets() {
    if let Some(folder) = registries::npm(&NODE) {
        let modules = folder.join("node_modules");
        arrive(&format!("NODE_PATH='{}' exec node", modules.display()), NODE_APP);
    }
}

/// Boots a dyno whose process is `program` with `text` as its script, and waits for what it sends.
fn arrive(program: &str, text: &str) {
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
    let (home, app) = (folder.path().join("app"), folder.path().join("script"));
    fs::write(&app, text).unwrap();
    let command = format!("{program} '{}'", app.display());
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
