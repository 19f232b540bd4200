//! Heroku's rate limit: a run keeps to it as a whole.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::sandbox::{Sandbox, Setup};

/// So many requests may be under way at the same time.
const UNDER_WAY: usize = 16;

/// How many requests were answered 429.
fn refused(sandbox: &Sandbox) -> usize {
    sandbox.journal().iter().filter(|line| line["status"] == 429).count()
}

fn many(count: u32) -> Vec<String> {
    (1..=count).map(|number| format!("shop-{number:03}")).collect()
}

#[test]
fn of_many_apps_at_most_the_requests_under_way_meet_a_spent_budget() {
    let sandbox = Setup::default().extra_apps(8).rate_limit(10, 1200).start();
    let apps = many(8);
    let mut arguments = vec!["status", "--no-verify", "--json"];
    arguments.extend(apps.iter().map(String::as_str));
    let run = sandbox.command(&arguments).assert().success();
    let documents: Value = serde_json::from_slice(&run.get_output().stdout).unwrap();
    assert_eq!(documents.as_array().unwrap().len(), 8);
    assert!(refused(&sandbox) <= UNDER_WAY, "{} of {}", refused(&sandbox), sandbox.journal().len());
    let stderr = String::from_utf8_lossy(&run.get_output().stderr).into_owned();
    assert_eq!(
        stderr.matches("rate limit is reached").count(),
        usize::from(refused(&sandbox) > 0),
        "{stderr}"
    );
}

#[test]
fn reads_slow_down_to_the_refill_under_the_reserve() {
    let sandbox = Setup::default().extra_apps(10).start();
    let apps = many(10);
    let listed = |reserve: &str| {
        let mut arguments = vec!["config", "list", "--rate-reserve", reserve];
        arguments.extend(apps.iter().flat_map(|app| ["-a", app]));
        let began = Instant::now();
        let run = sandbox.command(&arguments).assert().success();
        let stderr = String::from_utf8_lossy(&run.get_output().stderr).into_owned();
        (stderr.matches("are left of Heroku's rate limit").count(), began.elapsed())
    };
    assert_eq!(listed("500").0, 0);
    // Of twenty requests, sixteen are under way before the first answer says what is left.
    let (warnings, took) = listed("4500");
    assert_eq!(warnings, 1);
    assert!(took >= Duration::from_millis(3 * 800), "{took:?}");
    assert_eq!(sandbox.journal().len(), 40);
}

#[test]
fn a_wait_that_is_too_long_stops_all_requests_and_names_what_is_done_and_left() {
    let body =
        json!({ "id": "rate_limit", "message": "Your account reached the API rate limit" }).to_string();
    let limit = json!([{
        "path": "/apps/shop-003*", "every": true, "fault": "status", "status": 429, "retry_after": 3600, "body": body,
    }]);
    let sandbox = Setup::default().extra_apps(30).faults(limit).start();
    let apps = many(30);
    let mut arguments = vec!["status", "--no-verify"];
    arguments.extend(apps.iter().map(String::as_str));
    let run = sandbox.command(&arguments).assert().code(1);
    let stderr = String::from_utf8_lossy(&run.get_output().stderr).into_owned();
    assert!(stderr.contains("this account has reached Heroku's rate limit"), "{stderr}");
    assert!(stderr.contains("run the command again in 3600 seconds"), "{stderr}");
    assert!(stderr.contains("hint: not read: ") && stderr.contains("shop-030"), "{stderr}");
    assert!(refused(&sandbox) <= UNDER_WAY, "{}", refused(&sandbox));
    assert!(sandbox.journal().len() < 4 * UNDER_WAY, "{}", sandbox.journal().len());
}

#[test]
fn an_app_that_gives_up_ends_a_run_with_what_is_done_and_what_is_left() {
    let limit = json!([
        { "method": "PATCH", "path": "/apps/shop-002/config-vars", "fault": "status", "status": 429, "retry_after": 3600 },
    ]);
    let sandbox = Setup::default().extra_apps(3).faults(limit).start();
    let run = sandbox
        .command(&[
            "config",
            "set",
            "DD_ENV=prod",
            "-a",
            "shop-001",
            "-a",
            "shop-002",
            "-a",
            "shop-003",
            "--yes",
        ])
        .assert()
        .code(1);
    let stderr = String::from_utf8_lossy(&run.get_output().stderr).into_owned();
    assert!(stderr.contains("reached Heroku's rate limit"), "{stderr}");
    assert!(
        stderr.contains("hint: done: `shop-001`") && stderr.contains("hint: not changed: `shop-003`"),
        "{stderr}"
    );
    assert_eq!(sandbox.app("shop-003")["config"]["DD_ENV"], Value::Null);
}

#[test]
fn the_sandbox_refuses_what_goes_beyond_the_budget_and_says_how_long_to_wait() {
    let sandbox = Setup::default().rate_limit(3, 6).start();
    let ask = || crate::sandbox::client::heroku(&sandbox, "GET", "/apps/shop").send().unwrap();
    let header = |answer: &reqwest::blocking::Response, name: &str| {
        answer.headers().get(name).map(|value| value.to_str().unwrap().to_owned())
    };
    for left in ["2", "1", "0"] {
        let answer = ask();
        assert_eq!(
            (answer.status().as_u16(), header(&answer, "ratelimit-remaining")),
            (200, Some(left.to_owned()))
        );
    }
    let answer = ask();
    assert_eq!(answer.status(), 429);
    assert_eq!(header(&answer, "ratelimit-remaining").as_deref(), Some("0"));
    assert!((1..=10).contains(&header(&answer, "retry-after").unwrap().parse::<u32>().unwrap()));
    let body: Value = answer.json().unwrap();
    assert_eq!(body["id"], "rate_limit");
}
