//! Options that go by an old name, or hold what they should not.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Finding, config};
use crate::app::codes;
use crate::app::desired::Desired;
use crate::app::facts::{ConfigVars, Facts};
use crate::datadog::options::{self, Kind, Standing, VARIABLES};
use crate::datadog::tags;
use crate::secret::Secret;

pub(super) fn find(facts: &Facts) -> Vec<Finding> {
    let Some(vars) = &facts.config else { return Vec::new() };
    let mut findings = Vec::new();
    for option in VARIABLES.iter() {
        let Some(value) = vars.get(option.name) else { continue };
        if let Standing::Replaced(by) = option.standing {
            let mut fix = config([(option.name, None)]);
            if vars.get(by).is_none() {
                fix.config.insert(by.to_owned(), Some(Secret::new(value)));
            }
            let evidence = format!("{} is set; it is called {by} now", option.name);
            findings.extend(Finding::new(codes::DEPRECATED, evidence).map(|finding| finding.fixed_by(fix)));
            continue;
        }
        match option.kind {
            Kind::VarNames => findings.extend(names(option.name, value, vars)),
            Kind::Level if options::check(option.name, value).is_err() => {
                let finding = Finding::new(codes::BAD_LOG_LEVEL, format!("{} is `{value}`", option.name));
                findings.extend(finding.map(|finding| finding.fixed_by(config([(option.name, None)]))));
            }
            Kind::Tags => findings.extend(malformed(option.name, value)),
            _ => {}
        }
    }
    findings
}

/// A list of variables that names one that is not there, or that holds a URL.
fn names(option: &str, value: &str, vars: &ConfigVars) -> Option<Finding> {
    let named: Vec<_> = value.split(',').map(str::trim).filter(|name| !name.is_empty()).collect();
    let is_url = |name: &&str| name.contains("://") || options::has_credentials(name);
    let is_set = |name: &&str| vars.get(name).is_some();
    // A URL is replaced by the variable that holds it.
    let meant: Vec<_> = named
        .iter()
        .filter_map(|name| match is_url(name) {
            true => {
                vars.iter().find(|(other, held)| *other != option && held == name).map(|(other, _)| other)
            }
            false => Some(*name).filter(is_set),
        })
        .collect();
    let fix: BTreeMap<_, _> =
        [(option.to_owned(), (!meant.is_empty()).then(|| Secret::new(meant.join(","))))].into();
    let fix = Desired { config: fix, ..Desired::default() };
    let finding = if named.iter().any(is_url) {
        Finding::new(codes::HOLDS_URL, format!("{option} holds a URL; it takes names of variables"))
    } else {
        let missing: Vec<_> = named.iter().filter(|name| !is_set(name)).copied().collect();
        if missing.is_empty() {
            return None;
        }
        Finding::new(
            codes::NAMES_NOTHING,
            format!("{option} names {}, which the app does not have", missing.join(", ")),
        )
    };
    finding.map(|finding| finding.fixed_by(fix))
}

fn malformed(option: &str, value: &str) -> Option<Finding> {
    if let Some(tags) = of_json(value) {
        let tags: Vec<_> =
            tags.iter().map(|tag| tags::normalized(tag)).filter(|tag| !tag.is_empty()).collect();
        let tags = tags.join(" ");
        let fix = config([(option, Some(tags.as_str()).filter(|tags| !tags.is_empty()))]);
        let evidence = format!("{option} is JSON, `{value}`; tags are separated by spaces");
        return Finding::new(codes::BAD_TAGS, evidence).map(|finding| finding.fixed_by(fix));
    }
    let wrong: Vec<_> =
        tags::split(value).filter(|tag| tags::check(tag).is_err()).map(|tag| format!("`{tag}`")).collect();
    if wrong.is_empty() {
        return None;
    }
    let good: Vec<_> = tags::split(value)
        .map(|tag| if tags::check(tag).is_err() { tags::normalized(tag) } else { tag.to_owned() })
        .filter(|tag| tags::check(tag).is_ok())
        .collect();
    let good = good.join(" ");
    let fix = config([(option, Some(good.as_str()).filter(|good| !good.is_empty()))]);
    let evidence = format!("{option} has {}", wrong.join(", "));
    Finding::new(codes::BAD_TAGS, evidence).map(|finding| finding.fixed_by(fix))
}

/// The tags of a value that is JSON: an object of keys and values, or a list of tags.
fn of_json(value: &str) -> Option<Vec<String>> {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    match serde_json::from_str(value).ok()? {
        Value::Object(tags) => {
            Some(tags.iter().map(|(key, value)| format!("{key}:{}", text(value))).collect())
        }
        Value::Array(tags) => Some(tags.iter().map(text).collect()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{codes, diagnose, left, with};
    use crate::app::codes;

    #[test]
    fn odd_options_are_found_and_fixed() {
        const URL: &str = "redis://:pass@host:1";
        for (vars, expected, fixed) in [
            (
                &[("ENABLE_HEROKU_REDIS", "true")][..],
                vec![codes::DEPRECATED],
                ("DD_ENABLE_HEROKU_REDIS", Some("true")),
            ),
            (&[("DD_REDIS_URL_VAR", "REDIS_URL"), ("REDIS_URL", URL)], vec![], ("", None)),
            (
                &[("DD_REDIS_URL_VAR", "REDIS_URL, CACHE_URL"), ("REDIS_URL", URL)],
                vec![codes::NAMES_NOTHING],
                ("DD_REDIS_URL_VAR", Some("REDIS_URL")),
            ),
            (
                &[("DD_REDIS_URL_VAR", URL), ("REDIS_URL", URL)],
                vec![codes::HOLDS_URL],
                ("DD_REDIS_URL_VAR", Some("REDIS_URL")),
            ),
            (&[("DD_REDIS_URL_VAR", URL)], vec![codes::HOLDS_URL], ("DD_REDIS_URL_VAR", None)),
            (&[("DD_LOG_LEVEL", "LOUD")], vec![codes::BAD_LOG_LEVEL], ("DD_LOG_LEVEL", None)),
            (&[("DD_LOG_LEVEL", "WARN")], vec![], ("", None)),
            (
                &[("DD_TAGS", "env:a team: :billing")],
                vec![codes::BAD_TAGS],
                ("DD_TAGS", Some("env:a team billing")),
            ),
            (&[("DD_TAGS", r#"{"a":"b"}"#)], vec![codes::BAD_TAGS], ("DD_TAGS", Some("a:b"))),
            (
                &[("DD_TAGS", r#"{"env": "prod", "tier": 2}"#)],
                vec![codes::BAD_TAGS],
                ("DD_TAGS", Some("env:prod tier:2")),
            ),
            (
                &[("DD_TAGS", r#"["env:prod", "team:core"]"#)],
                vec![codes::BAD_TAGS],
                ("DD_TAGS", Some("env:prod team:core")),
            ),
            (&[("DD_TAGS", "{}")], vec![codes::BAD_TAGS], ("DD_TAGS", None)),
            (&[("DD_TAGS", "env:a,team:b")], vec![], ("", None)),
        ] {
            let findings = diagnose(&with(vars));
            assert_eq!(codes(&findings), expected, "{vars:?}");
            assert!(findings.iter().all(|finding| !finding.evidence.contains("pass")));
            if let Some(fix) = findings.first().and_then(|finding| finding.fix.as_ref()) {
                let value = fix.config[fixed.0].as_ref().map(|value| value.expose().to_owned());
                assert_eq!(value.as_deref(), fixed.1, "{vars:?}");
            }
            assert_eq!(left(with(vars)), [""; 0], "{vars:?}");
        }
    }
}
