//! `dbm`, against a real PostgreSQL.

use std::fs;

use assert_cmd::assert::Assert;
use serde_json::{Value, json};

use crate::sandbox::client::{VERSION, bare};
use crate::support::postgres::Postgres;
use crate::support::sandbox::{Sandbox, TOKEN};

/// The sandbox's app `shop`, whose database is a real one.
fn shop(postgres: &Postgres, user: &str) -> Sandbox {
    let sandbox = Sandbox::start();
    use_database(&sandbox, &postgres.url(user));
    sandbox
}

fn use_database(sandbox: &Sandbox, url: &str) {
    let request = bare("PUT", &format!("{}/sandbox/apps/shop/database", sandbox.url())).bearer_auth(TOKEN);
    let request = request.header("Accept", VERSION).json(&json!({ "url": url }));
    assert!(request.send().unwrap().status().is_success());
}

fn dbm(sandbox: &Sandbox, arguments: &[&str]) -> Assert {
    sandbox.command(&[&["dbm"], arguments].concat()).env("HEROKU_DATA_HOST", "127.0.0.1").assert()
}

fn json_of(assert: &Assert) -> Value {
    serde_json::from_slice(&assert.get_output().stdout).unwrap()
}

fn kinds(document: &Value) -> Vec<&str> {
    document["changes"].as_array().unwrap().iter().filter_map(|change| change["kind"].as_str()).collect()
}

#[test]
fn setup_does_everything_and_a_second_time_nothing() {
    let postgres = Postgres::start();
    let sandbox = shop(&postgres, "app");
    let setup = ["setup", "-a", "shop", "--yes", "--json"];
    let done = json_of(&dbm(&sandbox, &setup).success());
    assert_eq!(
        kinds(&done),
        ["credential.create", "addon.attach", "sql.run", "config.set", "config.set", "config.set"]
    );
    assert_eq!(done["restarts"], 2, "one for the attachment, one for the config vars");
    assert!(done["changes"].as_array().unwrap().iter().all(|change| change["result"] == "done"));
    assert_eq!(sandbox.app("shop")["config"]["DD_POSTGRES_URL_VAR"], "DATADOG_URL");
    let again = json_of(&dbm(&sandbox, &setup).success());
    assert_eq!(again["changes"], json!([]));

    let asked =
        postgres.sql("shop", "SET ROLE datadog; SELECT datadog.explain_statement('SELECT * FROM orders')");
    assert!(asked.contains("Seq Scan"), "a table that the user itself may not read is explained: {asked}");
    let check = dbm(&sandbox, &["check", "-a", "shop", "--json"]);
    let needs = json_of(&check)["needs"].clone();
    let missing: Vec<_> = needs
        .as_array()
        .unwrap()
        .iter()
        .filter(|need| need["met"] != true)
        .map(|need| need["what"].clone())
        .collect();
    assert_eq!(missing, ["track_activity_query_size"], "PostgreSQL's default is 1024");
    check.code(3);
    assert!(!sandbox.journal_text().contains("canary-of-app"));
}

#[test]
fn what_explains_takes_one_statement_and_runs_none() {
    let postgres = Postgres::start();
    let sandbox = shop(&postgres, "app");
    dbm(&sandbox, &["setup", "-a", "shop", "--yes"]).success();
    let explain = |statement: &str| {
        let call = format!("SET ROLE datadog; SELECT datadog.explain_statement($q${statement}$q$)");
        std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| postgres.sql("shop", &call)))
    };
    postgres.sql("shop", "INSERT INTO orders VALUES (1)");
    assert!(explain("SELECT 1; DELETE FROM orders").is_err());
    assert!(explain("DELETE FROM orders").is_ok(), "explained, not run");
    assert_eq!(postgres.sql("shop", "SELECT count(*) FROM orders"), "1");
    let other = "CREATE ROLE other; SET ROLE other; SELECT datadog.explain_statement('SELECT 1')";
    let refused = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| postgres.sql("shop", other)));
    assert!(refused.is_err(), "nobody else may call it");
}

#[test]
fn a_dry_run_writes_nothing_and_print_sql_needs_no_connection() {
    let postgres = Postgres::start();
    let sandbox = shop(&postgres, "app");
    let dry = json_of(&dbm(&sandbox, &["setup", "-a", "shop", "--json"]).success());
    assert_eq!(kinds(&dry)[..3], ["credential.create", "addon.attach", "sql.run"]);
    assert!(dry["changes"][2]["statements"].as_array().unwrap().len() >= 6);
    assert_eq!(postgres.sql("shop", "SELECT to_regnamespace('datadog') IS NULL"), "t");
    assert_eq!(sandbox.writes(), ["PUT /sandbox/apps/shop/database"], "the test's own");
    let printed = dbm(&sandbox, &["setup", "-a", "no-such-app", "--print-sql", "--dry-run"]).success();
    let as_json = ["setup", "-a", "no-such-app", "--print-sql", "--dry-run", "--json"];
    let document = json_of(&dbm(&sandbox, &as_json).success());
    assert!(document["statements"].as_str().unwrap().contains("GRANT"), "{document}");
    let script = sandbox.home().join("grants.sql");
    fs::write(&script, &printed.get_output().stdout).unwrap();
    for _ in 0..2 {
        assert!(postgres.script(&script), "the printed statements may be run by hand, and again");
    }
    let planned = json_of(&dbm(&sandbox, &["setup", "-a", "shop", "--json"]).success());
    assert!(!kinds(&planned).contains(&"sql.run"), "what was run by hand is not run again");
}

#[test]
fn a_right_that_is_missing_is_named() {
    let postgres = Postgres::start();
    postgres.sql("shop", "CREATE ROLE weak LOGIN");
    let sandbox = shop(&postgres, "weak");
    let assert = dbm(&sandbox, &["setup", "-a", "shop", "--yes"]).code(1);
    let message = String::from_utf8(assert.get_output().stderr.clone()).unwrap();
    assert!(message.contains("CREATE EXTENSION") && message.contains("permission denied"), "{message}");
    assert!(message.contains("--print-sql") && !message.contains("canary"), "{message}");
}

#[test]
fn what_cannot_be_is_refused_with_the_reason() {
    let postgres = Postgres::start();
    let sandbox = shop(&postgres, "nobody-there");
    let said = |code, arguments: &[&str]| {
        let assert = dbm(&sandbox, arguments).code(code);
        String::from_utf8(assert.get_output().stderr.clone()).unwrap()
    };
    let refused = said(1, &["setup", "-a", "shop", "--yes"]);
    assert!(refused.contains("refuses the connection") && !refused.contains("canary"), "{refused}");
    use_database(&sandbox, "postgres://u:canary@127.0.0.1:1/d");
    let unreachable = said(1, &["setup", "-a", "shop", "--yes"]);
    assert!(
        unreachable.contains("cannot reach the database") && !unreachable.contains("canary"),
        "{unreachable}"
    );
    assert!(said(1, &["setup", "-a", "mobile-api", "--yes"]).contains("essential-0"));
    assert!(said(2, &["setup", "NOTHING_URL", "-a", "shop", "--yes"]).contains("postgresql-cubic-31415"));
    assert_eq!(sandbox.writes().len(), 2, "the test's own");
}
