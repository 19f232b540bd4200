//! Why Datadog does not accept a request. Its services say so in three forms: `{"errors":["…"]}`, JSON:API's
//! `{"errors":[{"title":"…","detail":"…"}]}`, and `{"error":{"code":"…","message":"…","details":[…]}}` of the log
//! configuration (<https://docs.datadoghq.com/api/latest/logs-pipelines/>).

use serde_json::Value;

use crate::secret::mask;

/// All reasons of an answer, each once, without `secrets`. Empty for an answer that is not Datadog's refusal.
pub(super) fn reason(answer: &Value, secrets: &[&str]) -> String {
    let mut reasons = Vec::new();
    match &answer["errors"] {
        Value::Array(errors) => errors.iter().for_each(|error| collect(error, &mut reasons)),
        error => collect(error, &mut reasons),
    }
    collect(&answer["error"], &mut reasons);
    secrets.iter().fold(reasons.join("; "), |text, secret| text.replace(secret, &mask(secret)))
}

/// The texts of one error, its details after its message.
fn collect(error: &Value, reasons: &mut Vec<String>) {
    let text = error.as_str().or_else(|| {
        let named = |name: &str| error[name].as_str().filter(|text| !text.is_empty());
        named("detail").or_else(|| named("message")).or_else(|| named("title")).or_else(|| named("code"))
    });
    if let Some(text) = text.map(str::to_owned).filter(|text| !reasons.contains(text)) {
        reasons.push(text);
    }
    error["details"].as_array().into_iter().flatten().for_each(|detail| collect(detail, reasons));
    error["errors"].as_array().into_iter().flatten().for_each(|detail| collect(detail, reasons));
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_reason_is_read_in_every_form() {
        for (answer, expected) in [
            (json!({ "errors": ["bad query", "bad path"] }), "bad query; bad path"),
            (json!({ "errors": [{ "title": "Invalid", "detail": "no such facet" }] }), "no such facet"),
            (json!({ "errors": [{ "title": "Invalid", "status": "400" }] }), "Invalid"),
            (json!({ "errors": "bad query" }), "bad query"),
            (json!({ "error": "bad query" }), "bad query"),
            (
                json!({ "error": { "code": "InvalidArgument", "message": "Invalid grok rule", "details": [
                    { "code": "InvalidArgument", "message": "unknown matcher nosuch", "details": [] },
                    { "message": "Invalid grok rule" },
                ] } }),
                "Invalid grok rule; unknown matcher nosuch",
            ),
            (json!({ "error": { "code": "InvalidArgument", "message": "" } }), "InvalidArgument"),
            (json!({ "message": "of a proxy" }), ""),
            (json!([]), ""),
        ] {
            assert_eq!(reason(&answer, &[]), expected, "{answer}");
        }
        assert_eq!(
            reason(&json!({ "error": "bad key abcd-efgh-1234-5678" }), &["abcd-efgh-1234-5678"]),
            "bad key ••••5678"
        );
    }
}
