//! Refusals of Heroku's, as a person reads them.

use serde_json::json;

use crate::support::sandbox::Sandbox;

#[test]
fn a_refusal_is_reported_in_herokus_words_with_what_helps() {
    let owner = "ask an owner";
    for (status, body, code, expected, unexpected) in [
        (
            403,
            json!({"id": "forbidden", "error": "You do not have access to the app shop."}),
            5,
            "You do not have access",
            "proxy",
        ),
        (403, json!({"id": "forbidden", "error": {"message": "Not for you."}}), 5, "Not for you", "proxy"),
        (
            403,
            json!({"id": "two_factor", "message": "A second factor is required."}),
            5,
            "heroku login",
            owner,
        ),
        (403, json!({"id": "verification_required", "message": "Verify."}), 5, "heroku.com/verify", owner),
        (402, json!({"id": "delinquent", "message": "Pay."}), 5, "account/billing", owner),
        (
            423,
            json!({"id": "confirmation_required", "message": "Confirm by `shop`."}),
            1,
            "Confirm by",
            "in progress",
        ),
    ] {
        let sandbox = Sandbox::with_faults(json!([
            {"path": "/apps/shop", "every": true, "fault": "status", "status": status, "body": body.to_string()},
        ]));
        let output = sandbox.command(&["status", "-a", "shop"]).output().unwrap();
        let text = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(code), "{body}: {text}");
        assert!(text.contains(expected) && !text.contains(unexpected), "{body}: {text}");
    }
}

#[test]
fn an_answer_of_another_shape_is_reported_with_its_field_and_without_its_content() {
    let body = r#"[{"id": "5f0e", "version": "canary", "status": "succeeded"}]"#;
    let sandbox = Sandbox::with_faults(json!([
        {"path": "/apps/shop/releases", "every": true, "fault": "status", "status": 200, "body": body},
    ]));
    let output = sandbox.command(&["status", "-a", "shop"]).output().unwrap();
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(text.contains("`[0].version`") && !text.contains("canary"), "{text}");
}
