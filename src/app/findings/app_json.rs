//! `app.json`, which review apps and Heroku CI are made from: whether it is read at all, and whether its lists of
//! buildpacks have Datadog's in the right place. It is the user's: its formatting and comments are never touched.
//!
//! <https://devcenter.heroku.com/articles/app-json-schema>

use serde_json::Value;

use super::{Finding, app_json_env};
use crate::app::buildpack::Buildpack;
use crate::app::facts::Facts;
use crate::app::findings::explanations::Severity;
use crate::app::order::{self, Fault};
use crate::app::{codes, nested};

/// The file.
pub const PATH: &str = "app.json";

pub(super) fn find(facts: &Facts) -> Vec<Finding> {
    let Some(text) = facts.matching_checkout().and_then(|checkout| checkout.text(PATH)) else {
        return Vec::new();
    };
    if !facts.app.has_buildpacks() {
        return Vec::new();
    }
    let broken = |evidence: String| Finding::new(codes::APP_JSON_BROKEN, evidence);
    let unmarked = text.trim_start_matches('\u{feff}');
    let mut findings = Vec::new();
    if unmarked.len() != text.len() {
        findings.extend(broken(format!("{PATH} begins with a byte order mark")));
    }
    let json: Value = match serde_json::from_str(unmarked) {
        Ok(json) => json,
        Err(error) => {
            findings.extend(broken(format!("{PATH}: {error}")));
            return findings;
        }
    };
    if !json.is_object() {
        findings.extend(broken(format!("{PATH} is not an object")));
        return findings;
    }
    findings.extend(app_json_env::find(PATH, &json));
    if facts.agent_buildpack().is_some() {
        let lists = lists(&json);
        findings.extend(lists.iter().filter_map(|list| match list {
            Ok(list) => missing(facts, list),
            Err(what) => broken(format!("{PATH}: {what} is not a list of objects with a `url`")),
        }));
        findings.extend(lists.iter().flatten().filter_map(out_of_order));
    }
    findings
}

/// A list of buildpacks.
struct List {
    /// Where it is.
    place: &'static str,
    /// What it holds.
    buildpacks: Vec<Buildpack>,
    /// Whether review apps are made from it.
    is_for_review: bool,
}

/// The lists of a file; the error is the place of what is not one. An environment's own list takes the place of the one
/// at the top.
fn lists(json: &Value) -> Vec<Result<List, &'static str>> {
    let places = [
        ("buildpacks", "/buildpacks"),
        ("environments.review.buildpacks", "/environments/review/buildpacks"),
        ("environments.test.buildpacks", "/environments/test/buildpacks"),
    ];
    let has_review = json.pointer(places[1].1).is_some();
    let existing = places.into_iter().filter_map(|(place, pointer)| Some((place, json.pointer(pointer)?)));
    existing
        .map(|(place, value)| {
            let entries = value.as_array().ok_or(place)?.iter();
            let url = |entry: &Value| entry["url"].as_str().map(Buildpack::of).ok_or(place);
            let buildpacks = entries.map(url).collect::<Result<_, _>>()?;
            let is_for_review = place != places[2].0 && (place == places[1].0 || !has_review);
            Ok(List { place, buildpacks, is_for_review })
        })
        .filter(|list| !list.as_ref().is_ok_and(|list| list.buildpacks.is_empty()))
        .collect()
}

fn missing(facts: &Facts, list: &List) -> Option<Finding> {
    let List { place, buildpacks, is_for_review } = list;
    let runs_nested = facts.matching_checkout().is_some_and(|checkout| checkout.text(nested::LIST).is_some())
        && buildpacks.iter().any(Buildpack::runs_others);
    if runs_nested || buildpacks.iter().any(Buildpack::installs_agent) {
        return None;
    }
    let names: Vec<_> = buildpacks.iter().map(ToString::to_string).collect();
    let finding = Finding::new(codes::APP_JSON, format!("{PATH}: {place} lists {}", names.join(", ")))?;
    // Tests run without the Agent as well.
    let severity = if *is_for_review { finding.severity } else { Severity::Info };
    Some(Finding { severity, ..finding })
}

fn out_of_order(list: &List) -> Option<Finding> {
    let List { place, buildpacks, .. } = list;
    let what = match order::faults(buildpacks).into_iter().next()? {
        Fault::Missing => return None,
        Fault::Twice => "several install the Agent".to_owned(),
        Fault::Last => "Datadog's is last, which decides the process types".to_owned(),
        Fault::Before(at) => format!("{} comes after Datadog's", buildpacks[at]),
    };
    Finding::new(codes::APP_JSON_ORDER, format!("{PATH}: {place}: {what}"))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{codes, sound};
    use super::*;
    use crate::app::facts::Checkout;

    const DATADOG: &str = r#"{"url":"https://github.com/DataDog/heroku-buildpack-datadog"}"#;
    const RUBY: &str = r#"{"url":"heroku/ruby"}"#;
    const APT: &str = r#"{"url":"heroku-community/apt"}"#;

    /// What is found in a file.
    fn diagnose(text: &str) -> Vec<Finding> {
        let files = [(PATH.to_owned(), text.to_owned())].into();
        find(&Facts { checkout: Some(Checkout { files, ..Checkout::default() }), ..sound() })
    }

    fn file(top: &[&str], review: &[&str], test: &[&str]) -> String {
        let list = |list: &[&str]| format!(r#""buildpacks":[{}]"#, list.join(","));
        let of = |name: &str, entries: &[&str]| match entries {
            [] => None,
            entries => Some(format!(r#""{name}":{{{}}}"#, list(entries))),
        };
        let environments: Vec<_> = [of("review", review), of("test", test)].into_iter().flatten().collect();
        format!(r#"{{{},"environments":{{{}}}}}"#, list(top), environments.join(","))
    }

    #[test]
    fn what_review_apps_are_made_from_is_judged() {
        let (good, bare) = ([DATADOG, RUBY], [RUBY]);
        for (text, expected) in [
            (r#"{"name":"shop"}"#.to_owned(), vec![]),
            (file(&[], &[], &[]), vec![]),
            (file(&good, &[], &[]), vec![]),
            (file(&good, &good, &good), vec![]),
            (file(&bare, &[], &[]), vec![(codes::APP_JSON, Severity::Warning)]),
            (file(&good, &bare, &[]), vec![(codes::APP_JSON, Severity::Warning)]),
            (file(&bare, &good, &[]), vec![(codes::APP_JSON, Severity::Info)]),
            (file(&good, &[], &bare), vec![(codes::APP_JSON, Severity::Info)]),
            (file(&[RUBY, DATADOG], &[], &[]), vec![(codes::APP_JSON_ORDER, Severity::Warning)]),
            (file(&[DATADOG, APT, RUBY], &[], &[]), vec![(codes::APP_JSON_ORDER, Severity::Warning)]),
            (file(&good, &[DATADOG, APT, RUBY], &[]), vec![(codes::APP_JSON_ORDER, Severity::Warning)]),
            (file(&good, &[], &[RUBY, DATADOG]), vec![(codes::APP_JSON_ORDER, Severity::Warning)]),
            (file(&[DATADOG, DATADOG, RUBY], &[], &[]), vec![(codes::APP_JSON_ORDER, Severity::Warning)]),
        ] {
            let findings = diagnose(&text);
            let seen: Vec<_> =
                findings.iter().map(|finding| (finding.about.code, finding.severity)).collect();
            assert_eq!(seen, expected, "{text}");
            assert!(findings.iter().all(|finding| finding.fix.is_none() && finding.evidence.contains(PATH)));
        }
    }

    #[test]
    fn a_file_that_heroku_does_not_read_is_found() {
        let good = file(&[DATADOG, RUBY], &[], &[]);
        for text in [
            format!("\u{feff}{good}"),
            good.replace("],", ",],"),
            format!("// review apps\n{good}"),
            "not json".to_owned(),
            "[]".to_owned(),
            String::new(),
            r#"{"buildpacks":"heroku/ruby"}"#.to_owned(),
            r#"{"buildpacks":["heroku/ruby"]}"#.to_owned(),
        ] {
            assert_eq!(codes(&diagnose(&text)), [codes::APP_JSON_BROKEN], "{text}");
        }
    }
}
