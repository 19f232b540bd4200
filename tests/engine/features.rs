//! Labs features are planned from what Heroku offers.

use serde_json::json;

use super::{document, results};
use crate::support::sandbox::Sandbox;

#[test]
fn an_app_that_is_not_offered_dyno_metadata_is_set_up_all_the_same() {
    let sandbox = Sandbox::with_faults(
        json!([{"method": "GET", "path": "/apps/shop/features", "every": true, "fault": "status", "status": 200, "body": "[]"}]),
    );
    let (receipt, code) = document(&sandbox, &["init", "-a", "shop", "--yes", "--no-rebuild"]);
    assert_eq!(code, 0, "{receipt:#}");
    let results = results(&receipt);
    assert!(!results.is_empty() && results.iter().all(|(_, result)| *result == "done"), "{results:?}");
    assert!(results.iter().all(|(kind, _)| *kind != "feature.enable"), "{results:?}");
    let notes = receipt["notes"].as_array().unwrap();
    assert!(notes.iter().any(|note| note["code"] == "DDH067"), "{notes:?}");
    let (again, code) = document(&sandbox, &["init", "-a", "shop", "--yes", "--no-rebuild"]);
    assert_eq!((code, &again["changes"]), (0, &json!([])));
}
