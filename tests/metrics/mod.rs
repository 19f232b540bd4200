//! `metrics`: the labs feature, the drain, what is made at Datadog, and the preview.

mod heads;
mod rules;

use std::fs;

use serde_json::{Value, json};

use crate::sandbox::client::bare;
use crate::support::kinds;
use crate::support::sandbox::{Sandbox, Setup};

const KEY: &str = "0123456789abcdef0123456789ab3f9a";
const APPLICATION_KEY: &str = "0123456789abcdef0123456789abcdef01234567";

fn output(sandbox: &Sandbox, arguments: &[&str]) -> Value {
    let mut command = sandbox.command(arguments);
    let run = command.env("DD_API_KEY", KEY).env("DD_APP_KEY", APPLICATION_KEY).assert().success();
    let text = String::from_utf8(run.get_output().stdout.clone()).unwrap();
    assert!(!text.contains(KEY) && !text.contains(APPLICATION_KEY), "{text}");
    serde_json::from_str(&text).unwrap()
}

#[test]
fn one_command_makes_all_of_it_and_a_second_changes_nothing() {
    let sandbox = Sandbox::start();
    let enable = ["metrics", "enable", "-a", "shop", "--dashboard", "--yes", "--json"];
    let first = output(&sandbox, &enable);
    let count = |kind: &str| kinds(&first).iter().filter(|other| **other == kind).count();
    assert_eq!(count("feature.enable"), 1);
    assert_eq!(count("drain.add"), 1);
    assert_eq!(count("log_pipeline.set"), 1);
    assert_eq!(count("log_metric.create"), 11);
    assert_eq!(count("dashboard.create"), 1);
    assert_eq!((count("restart"), &first["restarts"]), (1, &json!(1)));
    let state = sandbox.state();
    assert_eq!(state["datadog"]["metrics"].as_object().unwrap().len(), 11);
    assert_eq!(state["datadog"]["pipelines"].as_array().unwrap().len(), 1);
    assert_eq!(sandbox.app("shop")["restarts"], json!({"*": 1}));
    let writes = sandbox.writes();
    assert_eq!(kinds(&output(&sandbox, &enable)), Vec::<&str>::new());
    assert_eq!(sandbox.writes(), writes);
}

#[test]
fn a_second_app_needs_nothing_more_at_datadog() {
    let sandbox = Sandbox::start();
    let both = output(&sandbox, &["metrics", "enable", "-a", "shop", "-a", "mobile-api", "--yes", "--json"]);
    assert!(kinds(&both[0]).contains(&"log_metric.create"));
    assert_eq!(kinds(&both[1]), ["feature.enable", "drain.add", "restart"]);
    assert_eq!(sandbox.state()["datadog"]["pipelines"].as_array().unwrap().len(), 1);
}

#[test]
fn somebodys_metric_of_the_same_name_is_left_alone_and_said() {
    let sandbox = Sandbox::start();
    let metric = json!({"data": {"id": "heroku.dyno.load.1", "type": "logs_metrics", "attributes": {
        "compute": {"aggregation_type": "count"}, "filter": {"query": "*"}, "group_by": []}}});
    let made = bare("POST", &format!("{}/datadog/api/v2/logs/config/metrics", sandbox.url()))
        .header("DD-API-KEY", KEY)
        .header("DD-APPLICATION-KEY", APPLICATION_KEY)
        .json(&metric)
        .send()
        .unwrap();
    assert_eq!(made.status(), 200);
    let enabled = output(&sandbox, &["metrics", "enable", "-a", "shop", "--yes", "--json"]);
    assert_eq!(enabled["notes"][0]["code"], "DDH060");
    assert_eq!(sandbox.state()["datadog"]["metrics"]["heroku.dyno.load.1"], metric["data"]);
    let status = output(&sandbox, &["metrics", "status", "-a", "shop", "--json"]);
    assert_eq!(status["datadog"]["different"], json!(["heroku.dyno.load.1"]));
    assert_eq!((&status["writes"], &status["sends"]), (&json!(true), &json!(true)));
}

#[test]
fn disabling_leaves_what_other_apps_use_unless_asked() {
    let sandbox = Sandbox::start();
    output(&sandbox, &["metrics", "enable", "-a", "shop", "--dashboard", "--yes", "--json"]);
    let off = output(&sandbox, &["metrics", "disable", "-a", "shop", "--yes", "--json"]);
    assert_eq!(kinds(&off), ["feature.disable"]);
    let gone = output(&sandbox, &["metrics", "disable", "-a", "shop", "--at-datadog", "--yes", "--json"]);
    assert_eq!(kinds(&gone).len(), 13);
    let state = sandbox.state();
    assert_eq!(state["datadog"]["metrics"], json!({}));
    assert_eq!((&state["datadog"]["pipelines"], &state["datadog"]["dashboards"]), (&json!([]), &json!([])));
}

#[test]
fn an_application_key_without_the_right_is_told_so_and_the_run_can_be_taken_up() {
    let sandbox = Sandbox::start();
    let enable = ["metrics", "enable", "-a", "shop", "--yes"];
    let may_only_read = "ab".repeat(20);
    let mut command = sandbox.command(&enable);
    let run = command.env("DD_API_KEY", KEY).env("DD_APP_KEY", &may_only_read).assert().code(4);
    let message = String::from_utf8_lossy(&run.get_output().stderr).into_owned();
    assert!(
        message.contains("the key lacks `logs_write_pipelines`") && !message.contains(&may_only_read),
        "{message}"
    );
    let rest = output(&sandbox, &["metrics", "enable", "-a", "shop", "--yes", "--json"]);
    assert_eq!(kinds(&rest).iter().filter(|kind| **kind == "log_metric.create").count(), 11);
    assert_eq!(sandbox.app("shop")["drains"].as_array().unwrap().len(), 1);
}

#[test]
fn an_answer_that_is_no_list_is_not_taken_for_an_empty_one() {
    for path in ["logs/config/pipelines", "logs/config/metrics", "dashboard"] {
        for body in ["", "\"no\"", "null", "{}"] {
            let answer = json!([{"method": "GET", "path": format!("/datadog/api/*/{path}"), "every": true,
                                 "fault": "status", "status": 200, "body": body}]);
            let sandbox = Sandbox::with_faults(answer);
            let mut command = sandbox.command(&["metrics", "enable", "-a", "shop", "--dashboard", "--yes"]);
            let run = command.env("DD_API_KEY", KEY).env("DD_APP_KEY", APPLICATION_KEY).assert().code(1);
            let message = String::from_utf8_lossy(&run.get_output().stderr).into_owned();
            assert!(message.contains("is not from Datadog"), "{path} {body}: {message}");
            assert_eq!(sandbox.writes(), [""; 0], "{path} {body}");
        }
    }
}

#[test]
fn two_runs_at_the_same_moment_leave_one_of_each() {
    // Both read before either writes.
    let sandbox = Setup::default().latency_ms(80).start();
    let run = |app| output(&sandbox, &["metrics", "enable", "-a", app, "--dashboard", "--yes", "--json"]);
    std::thread::scope(|scope| {
        let runs = ["shop", "mobile-api"].map(|app| scope.spawn(move || run(app)));
        let made = runs.map(|run| run.join().unwrap());
        assert!(made.iter().all(|document| kinds(document).contains(&"dashboard.create")), "{made:#?}");
    });
    let datadog = &sandbox.state()["datadog"];
    let count = |list: &str| datadog[list].as_array().unwrap().len();
    assert_eq!((count("dashboards"), count("pipelines")), (1, 1));
}

#[test]
fn without_an_application_key_nothing_is_changed() {
    let sandbox = Sandbox::start();
    let mut command = sandbox.command(&["metrics", "enable", "-a", "shop", "--yes"]);
    let run = command.env("DD_API_KEY", KEY).assert().code(4);
    assert!(String::from_utf8_lossy(&run.get_output().stderr).contains("DD_APP_KEY"));
    assert_eq!(sandbox.writes(), Vec::<String>::new());
}

#[test]
fn keys_go_to_datadog_only() {
    let sandbox = Sandbox::start();
    output(&sandbox, &["metrics", "enable", "-a", "shop", "--yes", "--json"]);
    for line in sandbox.journal() {
        let is_datadog = line["path"].as_str().unwrap().starts_with("/datadog/");
        let credentials = line["credentials"].to_string();
        assert!(is_datadog || !credentials.contains("dd-"), "{line}");
        assert!(!is_datadog || !credentials.contains("authorization"), "{line}");
    }
    let text = sandbox.journal_text();
    assert!(!text.contains(KEY) && !text.contains(APPLICATION_KEY));
}

#[test]
fn on_fir_the_telemetry_drain_carries_metrics_and_no_application_key_is_needed() {
    let sandbox = Sandbox::start();
    let mut command = sandbox.command(&["metrics", "enable", "-a", "fjord", "--yes", "--json"]);
    let run = command.env("DD_API_KEY", KEY).assert().success();
    let made: Value = serde_json::from_slice(&run.get_output().stdout).unwrap();
    assert_eq!((kinds(&made), &made["changes"][0]["signals"]), (vec!["telemetry.add"], &json!(["metrics"])));
    let off = output(&sandbox, &["metrics", "disable", "-a", "fjord", "--yes", "--json"]);
    assert_eq!(kinds(&off), ["telemetry.remove"]);
}

/// A dashboard of somebody else's.
fn add_dashboard(sandbox: &Sandbox, title: &str) {
    let body = json!({ "title": title, "layout_type": "ordered", "widgets": [] });
    let request = bare("POST", &format!("{}/datadog/api/v1/dashboard", sandbox.url()));
    let made = request.header("DD-API-KEY", KEY).header("DD-APPLICATION-KEY", APPLICATION_KEY).json(&body);
    assert_eq!(made.send().unwrap().status(), 200);
}

#[test]
fn a_dashboard_on_a_later_page_is_not_made_a_second_time() {
    let sandbox = Sandbox::start();
    (0..100).for_each(|number| add_dashboard(&sandbox, &format!("Other {number}")));
    let enable = ["metrics", "enable", "-a", "shop", "--dashboard", "--yes", "--json"];
    assert!(kinds(&output(&sandbox, &enable)).contains(&"dashboard.create"));
    (0..120).for_each(|number| add_dashboard(&sandbox, &format!("Later {number}")));
    assert_eq!(kinds(&output(&sandbox, &enable)), [""; 0]);
    assert_eq!(sandbox.state()["datadog"]["dashboards"].as_array().unwrap().len(), 221);
    let off = output(&sandbox, &["metrics", "disable", "-a", "shop", "--at-datadog", "--yes", "--json"]);
    assert!(kinds(&off).contains(&"dashboard.remove"));
}

#[test]
fn the_reason_of_a_refusal_is_shown_in_every_form() {
    for (path, body) in [
        (
            "*/logs/config/pipelines",
            json!({ "error": { "code": "InvalidArgument", "message": "Invalid grok rule",
            "details": [{ "code": "InvalidArgument", "message": "unknown matcher nosuch" }] } }),
        ),
        (
            "*/logs/config/metrics",
            json!({ "errors": [{ "title": "Invalid", "detail": "unknown matcher nosuch" }] }),
        ),
        ("*/dashboard", json!({ "errors": ["unknown matcher nosuch"] })),
        ("*/dashboard", json!({ "error": "unknown matcher nosuch" })),
    ] {
        let fault = json!([{ "method": "POST", "path": path, "fault": "status", "status": 400, "body": body.to_string() }]);
        let sandbox = Sandbox::with_faults(fault);
        let mut command = sandbox.command(&["metrics", "enable", "-a", "shop", "--dashboard", "--yes"]);
        let run = command.env("DD_API_KEY", KEY).env("DD_APP_KEY", APPLICATION_KEY).assert().code(1);
        let stderr = String::from_utf8_lossy(&run.get_output().stderr).into_owned();
        assert!(stderr.contains("unknown matcher nosuch"), "{body}: {stderr}");
    }
}

const LINES: &str = "\
2026-11-22T10:00:00.000000+00:00 heroku[web.1]: source=web.1 dyno=heroku.1.a sample#memory_total=256.00MB sample#memory_rss=200.00MB sample#memory_cache=1.00MB sample#memory_swap=0.00MB sample#memory_pgpgin=1pages sample#memory_pgpgout=1pages sample#memory_quota=512.00MB
2026-11-22T10:00:01.000000+00:00 app[web.1]: Started GET \"/\" status=200
2026-11-22T10:00:02.000000+00:00 heroku[router]: at=info method=GET path=\"/\" host=x fwd=\"1.1.1.1\" dyno=web.1 connect=1ms service=18ms status=200 bytes=13 protocol=https
2026-11-22T10:00:03.000000+00:00 heroku[router]: at=error code=H10 desc=\"App crashed\" method=GET path=\"/\" host=x dyno= connect= service= status=503 bytes= protocol=https
2026-11-22T10:00:20.000000+00:00 heroku[web.1]: source=web.1 dyno=heroku.1.a sample#memory_total=384.00MB sample#memory_rss=300.00MB sample#memory_cache=1.00MB sample#memory_swap=0.00MB sample#memory_pgpgin=1pages sample#memory_pgpgout=1pages sample#memory_quota=512.00MB
2026-11-22T10:00:20.000000+00:00 heroku[worker.1]: source=worker.1 dyno=heroku.1.b sample#load_avg_1m=2.46 sample#load_avg_5m=1.06 sample#load_avg_15m=0.99
";

#[test]
fn the_preview_counts_what_datadog_would() {
    let sandbox = Sandbox::start();
    let run = sandbox
        .command(&["metrics", "preview", "--from", "-", "--json"])
        .write_stdin(LINES)
        .assert()
        .success();
    let seen: Value = serde_json::from_slice(&run.get_output().stdout).unwrap();
    assert_eq!((&seen["lines"], &seen["matched"]), (&json!(6), &json!(5)));
    let of = |metric: &str| {
        let mut rows = seen["metrics"].as_array().unwrap().iter();
        rows.find(|row| row["metric"] == metric).unwrap().clone()
    };
    assert_eq!(of("heroku.dyno.memory.total")["avg"], json!(320.0 * 1024.0 * 1024.0));
    assert_eq!(of("heroku.dyno.memory.quota_percent")["max"], json!(75.0));
    assert_eq!(of("heroku.dyno.load.1")["dynotype"], "worker");
    assert_eq!(of("heroku.router.service")["last"], json!(18.0));
    assert_eq!(
        seen["requests"][0],
        json!({"metric": "heroku.router.requests", "dyno": "(none)", "dynotype": "(none)",
        "status": 503, "code": "H10", "count": 1})
    );
    assert_eq!(sandbox.journal(), Vec::<Value>::new());
}

#[test]
fn the_preview_is_a_table_and_a_plot_for_people() {
    let sandbox = Sandbox::start();
    fs::write(sandbox.home().join("lines.log"), LINES).unwrap();
    let run = sandbox.command(&["metrics", "preview", "--from", "lines.log"]).assert().success();
    snapbox::assert_data_eq!(
        String::from_utf8(run.get_output().stdout.clone()).unwrap(),
        snapbox::file!["preview.txt"].raw()
    );
}

#[test]
fn the_preview_takes_lines_of_any_shape() {
    let sandbox = Sandbox::start();
    let mut noise = vec![0_u8, 255, b'=', b'\n', b'"', b'='];
    noise.extend(vec![b'x'; 300_000]);
    let run = sandbox.command(&["metrics", "preview", "--from", "-"]).write_stdin(noise).assert().success();
    assert!(String::from_utf8_lossy(&run.get_output().stdout).contains("0 of 2 lines"));
    sandbox.command(&["metrics", "preview", "--from", "missing.log"]).assert().code(1);
    sandbox.command(&["metrics", "preview", "--from", "-", "--plot", "nonsense"]).assert().code(2);
}
