//! The config vars that `app.json` gives to review apps and tests: it is in the repository, so that no key belongs there,
//! and what is written there is stored as it is.
//!
//! <https://devcenter.heroku.com/articles/app-json-schema#env>

use serde_json::Value;

use super::Finding;
use crate::app::codes;
use crate::datadog::options::{self, Kind};
use crate::datadog::{ApiKey, Site};
use crate::secret::mask;

const PLACES: [(&str, &str); 3] = [
    ("env", "/env"),
    ("environments.review.env", "/environments/review/env"),
    ("environments.test.env", "/environments/test/env"),
];

/// What is wrong with the variables of the file with that `path`.
pub(super) fn find(path: &str, json: &Value) -> Vec<Finding> {
    let objects =
        PLACES.iter().filter_map(|(place, pointer)| Some((*place, json.pointer(pointer)?.as_object()?)));
    objects
        .flat_map(|(place, vars)| {
            vars.iter().filter_map(move |(name, value)| judged(path, place, name, value))
        })
        .collect()
}

/// What is wrong with a variable, whose value is a text or an object with a `value`.
fn judged(path: &str, place: &str, name: &str, value: &Value) -> Option<Finding> {
    let value = value.as_str().or_else(|| value.get("value")?.as_str()).filter(|value| !value.is_empty())?;
    let place = format!("{path}: {place}.{name}");
    if is_key(value) && options::is_secret(name, value) {
        return Finding::new(codes::APP_JSON_KEY, format!("{place} is {}", mask(value)));
    }
    let option = options::find(name).filter(|option| !option.is_secret())?;
    let why = match option.kind {
        Kind::Site if Site::stored(value).is_some() => return None,
        Kind::Site => match Site::parse(value) {
            Some(site) => format!("; write `{site}`"),
            None => "; it is not a Datadog site".to_owned(),
        },
        _ => format!(": {}", options::check(name, value).err()?),
    };
    let shown = if options::is_secret(name, value) { mask(value) } else { value.to_owned() };
    Finding::new(codes::APP_JSON_VALUE, format!("{place} is `{shown}`{why}"))
}

/// Whether a value is a key of Datadog's or a token of Heroku's, and not what stands for one, such as 32 zeros.
fn is_key(value: &str) -> bool {
    let value = value.trim();
    let is_hex = matches!(value.len(), 32 | 40) && value.bytes().all(|byte| byte.is_ascii_hexdigit());
    let is_made_up = value.bytes().all(|byte| Some(&byte) == value.as_bytes().first());
    (is_hex && !is_made_up) || ApiKey::parse(value).is_ok_and(|_| !is_made_up) || value.starts_with("HRKU-")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::testing::codes;
    use super::*;

    const KEY: &str = "0123456789abcdef0123456789abcdef";

    #[test]
    fn keys_and_values_that_do_not_work_are_found_wherever_they_are() {
        for (name, value, expected) in [
            ("DD_API_KEY", json!(KEY), Some(codes::APP_JSON_KEY)),
            ("DD_API_KEY", json!({ "value": KEY, "required": true }), Some(codes::APP_JSON_KEY)),
            ("DD_APP_KEY", json!(format!("{KEY}01234567")), Some(codes::APP_JSON_KEY)),
            ("MY_TOKEN", json!("HRKU-01234567-89ab-cdef-0123-456789abcdef"), Some(codes::APP_JSON_KEY)),
            ("DD_SITE", json!("EU"), Some(codes::APP_JSON_VALUE)),
            ("DD_SITE", json!({ "value": "https://app.datadoghq.eu" }), Some(codes::APP_JSON_VALUE)),
            ("DD_SITE", json!("example.com"), Some(codes::APP_JSON_VALUE)),
            ("DD_APM_ENABLED", json!("maybe"), Some(codes::APP_JSON_VALUE)),
            ("DD_API_KEY", json!({ "required": true }), None),
            ("DD_API_KEY", json!(""), None),
            ("DD_API_KEY", json!("0".repeat(32)), None),
            ("DD_API_KEY", json!({ "generator": "secret" }), None),
            ("DD_SITE", json!("datadoghq.eu"), None),
            ("DD_ENV", json!("review"), None),
            ("GIT_COMMIT", json!(format!("{KEY}01234567")), None),
            ("FOO", json!(true), None),
        ] {
            for file in [
                json!({ "env": { name: value } }),
                json!({ "environments": { "review": { "env": { name: value } } } }),
                json!({ "environments": { "test": { "env": { name: value } } } }),
            ] {
                let findings = find("app.json", &file);
                assert_eq!(codes(&findings), expected.into_iter().collect::<Vec<_>>(), "{file}");
                assert!(
                    findings.iter().all(|finding| !finding.evidence.contains(KEY)
                        && finding.evidence.contains(&format!("env.{name} is"))),
                    "{findings:?}"
                );
            }
        }
        assert!(find("app.json", &json!({ "env": ["DD_API_KEY"] })).is_empty());
    }
}
