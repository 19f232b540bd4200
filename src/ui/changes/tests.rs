//! Snapshots of every kind of change: they hold the output byte for byte.

use snapbox::{assert_data_eq, file};

use super::samples;
use crate::app::Receipt;
use crate::app::change::Outcome;
use crate::ui::{plan, receipt};

fn sample() -> Receipt {
    let mut receipt = Receipt::new(samples::plan());
    let built = |version| Outcome::Built { id: "b-1".into(), release: Some("r-1".into()), version };
    let outcomes = [
        Outcome::Done,
        Outcome::Failed,
        Outcome::Unknown,
        Outcome::RolledBack,
        Outcome::Pending,
        built(Some(42)),
        built(None),
        Outcome::Skipped,
    ];
    let places = receipt.outcomes.len();
    receipt.outcomes = outcomes.into_iter().cycle().take(places).collect();
    receipt
}

#[test]
fn every_change_is_shown_in_a_plan() {
    let sample = samples::plan();
    let text = format!("{}\n{}\n", plan::render(&sample), plan::cost(&[sample]));
    assert_data_eq!(text, file!["snapshots/plan.txt"].raw());
}

#[test]
fn every_change_is_shown_in_json() {
    let plan = format!("{:#}\n", plan::to_json(&samples::plan()));
    let receipt = format!("{:#}\n", receipt::to_json(&sample(), None));
    assert!(!receipt.contains("hunter2") && !receipt.contains("0123456789abcdef"), "{receipt}");
    assert_data_eq!(plan, file!["snapshots/plan.json"].raw());
    assert_data_eq!(receipt, file!["snapshots/receipt.json"].raw());
}

#[test]
fn every_change_is_shown_in_a_receipt() {
    let receipt = sample();
    let text = format!("{}\n{}\n", receipt::report(&receipt), receipt::story(&receipt));
    assert_data_eq!(text, file!["snapshots/receipt.txt"].raw());
}
