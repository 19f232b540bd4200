//! The whole way of an app: `init` in a checkout, a build of its commit, the release phase, a dyno, and what the clients in it send.

use std::fs;
use std::process::Command;

use serde_json::{Value, json};

use super::{NODE, PYTHON};
use crate::sandbox::booting::{Dyno, free_port, has, notes};
use crate::sandbox::client::write;
use crate::sandbox::release_phase;
use crate::support::checkout::git;
use crate::support::registries;
use crate::support::sandbox::Sandbox;

/// What an app does that knows nothing of the sandbox: the variables of its dyno say where the agents are and who it is.
const PYTHON_APP: &str = r#"
import ddtrace
from datadog import statsd
with ddtrace.tracer.trace("python.order"): pass
ddtrace.tracer.shutdown()
statsd.increment("python.orders")
"#;
const NODE_APP: &str = r#"
const tracer = require('dd-trace').init({ flushInterval: 0 })
tracer.trace('node.order', {}, () => {})
const metrics = new (require('hot-shots'))()
metrics.increment('node.orders', () => metrics.close())
"#;

#[test]
fn what_clients_send_from_the_dyno_of_a_released_commit_has_its_service_env_and_version() {
    let (Some(python), Some(node)) = (registries::pypi(&PYTHON), registries::npm(&NODE)) else { return };
    let sandbox = Sandbox::start();
    let checkout = sandbox.folder().join("shop");
    let mut clone = sandbox.command(&["sandbox", "clone", "shop"]);
    clone
        .env("DD_HEROKU_SANDBOX_STATE", sandbox.state_file())
        .current_dir(sandbox.folder())
        .assert()
        .success();
    let (metrics, traces) = (free_port(), free_port());
    let config = json!({
        "DD_DOGSTATSD_PORT": metrics.to_string(),
        "DD_APM_RECEIVER_PORT": traces.to_string(),
        "DD_TRACE_AGENT_URL": format!("http://127.0.0.1:{traces}"),
        "DD_INSTRUMENTATION_TELEMETRY_ENABLED": "false",
    });
    write(&sandbox, "PATCH", "/apps/shop/config-vars", config);

    // Set up, in the checkout.
    let init = ["init", "-a", "shop", "--env", "staging", "--service", "orders", "--yes"];
    for arguments in [&init[..], &["prerun", "version", "slug", "-a", "shop", "--yes"]] {
        let mut command = sandbox.command(arguments);
        command.env("DD_API_KEY", "c".repeat(32)).current_dir(&checkout).assert().success();
    }
    let send = format!(
        "until [ -e go ]; do sleep 0.02; done\n'{}' send.py\nNODE_PATH='{}' node send.js\n\
         until [ -e done ]; do sleep 0.02; done\n",
        python.display(),
        node.join("node_modules").display()
    );
    for (file, text) in [
        ("Procfile", "web: bash send.sh\nrelease: echo migrated by $DYNO of $DD_VERSION\n"),
        ("send.sh", &send),
        ("send.py", PYTHON_APP),
        ("send.js", NODE_APP),
    ] {
        fs::write(checkout.join(file), text).unwrap();
    }
    git(&checkout, &["add", "-A"]);
    git(&checkout, &["commit", "-q", "-m", "Send"]);
    let commit = git(&checkout, &["rev-parse", "HEAD"]);

    // Built, and released.
    let archive = Command::new("git")
        .args(["archive", "--format=tar.gz", "HEAD"])
        .current_dir(&checkout)
        .output()
        .unwrap();
    let build = release_phase::build_of(&sandbox, "shop", archive.stdout, &commit);
    assert_eq!(build["status"], "succeeded", "{build}");
    let (release, printed) = release_phase::ended(&sandbox, "shop", &build);
    assert_eq!((&release["status"], &release["current"]), (&json!("succeeded"), &json!(true)), "{printed}");
    let number = 1000 + release["version"].as_u64().unwrap();
    assert!(printed.contains(&format!("migrated by release.{number} of {commit}\n")), "{printed}");

    // Booted; the agents listen before the app sends.
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path().join("app");
    let (mut dyno, _) = Dyno::boot(&sandbox, &home, &["--dyno", "web.1", "--command", "bash send.sh"]);
    notes(&home, |notes| has(notes, "agent", "started") && has(notes, "trace-agent", "started"));
    fs::write(home.join("go"), "").unwrap();
    let names = ["python.order", "node.order"];
    let all = notes(&home, |notes| {
        names.iter().all(|name| span(notes, name).is_some() && metric(notes, name).is_some())
    });
    fs::write(home.join("done"), "").unwrap();
    assert_eq!(dyno.0.wait().unwrap().code(), Some(0));

    for name in names {
        let span = span(&all, name).unwrap();
        assert_eq!(
            (&span["service"], &span["env"], &span["version"]),
            (&json!("orders"), &json!("staging"), &json!(commit)),
            "{span}"
        );
        let line = metric(&all, name).unwrap();
        for tag in ["service:orders", "env:staging", &format!("version:{commit}")] {
            assert!(line.contains(tag), "{line} lacks {tag}");
        }
    }
}

/// The span of this name that the stand-in trace-agent got.
fn span<'a>(notes: &'a [Value], name: &str) -> Option<&'a Value> {
    notes.iter().map(|note| &note["span"]).find(|span| span["name"] == name)
}

/// The line of the metric that is named after that span.
fn metric<'a>(notes: &'a [Value], name: &str) -> Option<&'a str> {
    let lines =
        notes.iter().filter(|note| note["event"] == "metric").filter_map(|note| note["line"].as_str());
    lines.into_iter().find(|line| line.starts_with(&format!("{name}s:1|c")))
}
