//! Promotion is a change of the plan like any other.

use serde_json::json;

use super::{document, results, set_up};
use crate::support::sandbox::Sandbox;

const UPGRADE: [&str; 6] = ["upgrade", "--agent-version", "7.80.0", "-a", "shop-staging", "--promote"];

#[test]
fn a_dry_run_shows_the_promotion_and_sends_nothing() {
    let sandbox = Sandbox::start();
    set_up(&sandbox, "shop-staging");
    let before = sandbox.writes().len();
    let (plan, code) = document(&sandbox, &[&UPGRADE[..], &["--dry-run"]].concat());
    assert_eq!(code, 0);
    let promote = plan["changes"].as_array().unwrap().last().unwrap();
    assert_eq!(promote, &json!({"kind": "promote", "stage": "production", "targets": ["shop"]}));
    assert_eq!(sandbox.writes().len(), before);
}

#[test]
fn a_promotion_is_made_once_and_is_in_the_receipt() {
    let sandbox = Sandbox::start();
    set_up(&sandbox, "shop-staging");
    let promotions = || sandbox.writes().iter().filter(|write| write.contains("pipeline-promotions")).count();
    let (receipt, code) = document(&sandbox, &[&UPGRADE[..], &["--yes"]].concat());
    assert_eq!((code, results(&receipt).last()), (0, Some(&("promote", "done"))), "{receipt:#}");
    assert_eq!(promotions(), 1);
    let (again, code) = document(&sandbox, &[&UPGRADE[..], &["--yes"]].concat());
    assert_eq!((code, &again["changes"]), (0, &json!([])), "{again:#}");
    assert_eq!(promotions(), 1, "nothing is promoted twice");
}

#[test]
fn a_promotion_that_fails_is_one_document_and_exit_code_1() {
    let sandbox = Sandbox::with_faults(
        json!([{"path": "/pipeline-promotions", "every": true, "fault": "status", "status": 422}]),
    );
    set_up(&sandbox, "shop-staging");
    let (receipt, code) = document(&sandbox, &[&UPGRADE[..], &["--yes"]].concat());
    assert_eq!((code, results(&receipt).last()), (1, Some(&("promote", "failed"))), "{receipt:#}");
    assert_eq!(receipt["error"]["code"], "failed", "{receipt:#}");
}

#[test]
fn an_app_without_a_later_stage_is_told_before_anything_is_changed() {
    let sandbox = Sandbox::start();
    set_up(&sandbox, "shop");
    let before = sandbox.writes().len();
    let (answer, code) =
        document(&sandbox, &["upgrade", "--agent-version", "7.80.0", "-a", "shop", "--promote", "--yes"]);
    assert_eq!(code, 1);
    assert!(answer["error"]["message"].as_str().unwrap().contains("no stage"), "{answer:#}");
    assert_eq!(sandbox.writes().len(), before);
}
