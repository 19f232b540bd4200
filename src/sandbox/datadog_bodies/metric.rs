//! Log-based metrics.

use serde_json::Value;

use super::fields::{Kind, check, check_choice, check_optional, items};

/// The place of what a metric is made of.
const ATTRIBUTES: &str = "data.attributes";

/// What is wrong with the body that makes a metric.
pub(crate) fn faults(body: &Value) -> Vec<String> {
    let mut faults = Vec::new();
    let data = &body["data"];
    check(data, "data", &[("id", Kind::Text)], &mut faults);
    if data["id"].as_str().is_some_and(|id| !is_metric_name(id)) {
        faults.push("data.id must begin with a letter and have only letters, digits, `_` and `.`".to_owned());
    }
    if attributes(data, &mut faults) {
        let compute = &data["attributes"]["compute"];
        let place = format!("{ATTRIBUTES}.compute");
        check_choice(compute, &place, "aggregation_type", &["count", "distribution"], &mut faults);
        if compute["aggregation_type"] == "distribution" {
            check(compute, &place, &[("path", Kind::Text)], &mut faults);
        }
        check(&data["attributes"], ATTRIBUTES, &[("filter", Kind::Object)], &mut faults);
    }
    faults
}

/// What is wrong with the body that changes a metric.
pub(crate) fn change_faults(body: &Value) -> Vec<String> {
    let mut faults = Vec::new();
    attributes(&body["data"], &mut faults);
    faults
}

/// Adds the faults of what both bodies have; says whether there are attributes.
fn attributes(data: &Value, faults: &mut Vec<String>) -> bool {
    check_choice(data, "data", "type", &["logs_metrics"], faults);
    check(data, "data", &[("attributes", Kind::Object)], faults);
    let attributes = &data["attributes"];
    if attributes["filter"].is_object() {
        check(&attributes["filter"], "data.attributes.filter", &[("query", Kind::Text)], faults);
    }
    check_optional(attributes, ATTRIBUTES, ("group_by", Kind::List), faults);
    for (place, group) in items(attributes, ATTRIBUTES, "group_by") {
        check(group, &place, &[("path", Kind::Text)], faults);
    }
    attributes.is_object()
}

fn is_metric_name(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_alphabetic())
        && name.chars().all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '.'))
}
