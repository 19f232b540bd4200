//! The log pipeline that turns the lines into attributes, as JSON for Datadog. The metrics are computed from
//! attributes that this pipeline makes and no other: what Datadog's own parsing of Heroku's logs makes is not
//! documented, and may change.
//!
//! <https://docs.datadoghq.com/api/latest/logs-pipelines/>,
//! <https://docs.datadoghq.com/logs/log_configuration/parsing/>.

use serde_json::{Value, json};

use super::{Measure, definition};

/// The pipeline's name, by which it is found again.
pub const NAME: &str = "Heroku dynos and router (dd-heroku)";

/// Bytes in what Heroku calls a megabyte.
const MEGABYTE: u32 = 1024 * 1024;

/// The pipeline.
pub fn desired() -> Value {
    json!({
        "name": NAME,
        "is_enabled": true,
        "filter": {"query": definition::SOURCE},
        "processors": [
            grok("Runtime metrics and router lines", "message", &lines(), &[SAMPLE_MEMORY, SAMPLE_LOAD, SAMPLE_YOUNG, SAMPLE_ROUTER]),
            grok("Dyno type", "heroku.dyno", r#"type %{regex("[^.]+"):heroku.dynotype}%{data}"#, &["web.1"]),
            {
                "type": "arithmetic-processor",
                "name": "Share of the memory quota",
                "is_enabled": true,
                "expression": "(heroku.memory_total / heroku.memory_quota) * 100",
                "target": Measure::MemoryQuota.attribute(),
                "is_replace_missing": false,
            },
        ],
    })
}

/// Whether a pipeline of ours does what the desired one does; the service adds fields of its own.
pub fn is_current(existing: &Value) -> bool {
    holds(existing, &desired())
}

const SAMPLE_MEMORY: &str = "source=web.1 dyno=heroku.2808254.d97d0ea7-cf3d-411b-b453-d2943a50b456 \
    sample#memory_total=180.43MB sample#memory_rss=180.05MB sample#memory_cache=0.38MB sample#memory_swap=0.00MB \
    sample#memory_pgpgin=84329pages sample#memory_pgpgout=38140pages sample#memory_quota=512.00MB";
const SAMPLE_LOAD: &str = "source=web.1 dyno=heroku.2808254.d97d0ea7-cf3d-411b-b453-d2943a50b456 \
    sample#load_avg_1m=2.46 sample#load_avg_5m=1.06 sample#load_avg_15m=0.99";
const SAMPLE_YOUNG: &str = "source=run.4859 dyno=heroku.2808254.d97d0ea7-cf3d-411b-b453-d2943a50b456 \
    sample#load_avg_1m=0.10";
const SAMPLE_ROUTER: &str = "at=info method=GET path=\"/\" host=example.com \
    request_id=8601b555-6a83-4c12-8269-97c8e32cdb22 fwd=\"204.204.204.204\" dyno=web.1 connect=1ms service=18ms \
    status=200 bytes=13 protocol=https";

/// Any fields, as few as needed, each with the blanks behind it. Values may be in double quotes.
const FIELDS: &str = r#"%{regex("([^ =]+(=(\"[^\"]*\"|[^ \"][^ ]*|))? +)*?")}"#;

/// The grok rules for the lines. The first that matches a whole line wins. They count what [`line`](super::line) counts:
/// `tests/metrics` holds both to the same lines.
fn lines() -> String {
    let bytes = |name: &str| format!("sample#{name}=%{{number:heroku.{name}:scale({MEGABYTE})}}MB");
    let memory = ["memory_total", "memory_rss", "memory_cache", "memory_swap", "memory_quota"].map(bytes);
    let load = ["load_avg_1m", "load_avg_5m", "load_avg_15m"]
        .map(|name| format!("sample#{name}=%{{number:heroku.{name}}}"));
    // Each is optional: a young dyno's lines have no load of fifteen minutes, and not every dyno has a quota.
    let samples: Vec<_> = memory.iter().chain(&load).map(|sample| format!("( +{FIELDS}{sample})?")).collect();
    let time = |name: &str| {
        format!(r#"{FIELDS}{name}=(%{{regex("[0-9]+"):heroku.{name}:integer}}ms|%{{regex("[^ ]*")}}) +"#)
    };
    let (connect, service) = (time("connect"), time("service"));
    let dyno = format!("({FIELDS}dyno=(%{{notSpace:heroku.dyno}})? +)?");
    let status = r#"status=%{regex("[1-5][0-9][0-9]"):heroku.status:integer}"#;
    let router = format!(
        "{FIELDS}at=%{{notSpace}} +({FIELDS}code=%{{notSpace:heroku.code}} +)?{dyno}{connect}{service}{FIELDS}{status}"
    );
    [
        format!("router {router}( %{{data}})?"),
        format!("runtime {FIELDS}source=%{{notSpace:heroku.dyno}}{}( %{{data}})?", samples.concat()),
    ]
    .join("\n")
}

fn grok(name: &str, source: &str, rules: &str, samples: &[&str]) -> Value {
    json!({
        "type": "grok-parser",
        "name": name,
        "is_enabled": true,
        "source": source,
        "samples": samples,
        "grok": {"support_rules": "", "match_rules": rules},
    })
}

/// Whether `existing` holds all of `desired`: every field of an object, lists item by item.
fn holds(existing: &Value, desired: &Value) -> bool {
    match (existing, desired) {
        (Value::Object(existing), Value::Object(desired)) => desired
            .iter()
            .all(|(name, desired)| existing.get(name).is_some_and(|existing| holds(existing, desired))),
        (Value::Array(existing), Value::Array(desired)) => {
            existing.len() == desired.len()
                && existing.iter().zip(desired).all(|(existing, desired)| holds(existing, desired))
        }
        (existing, desired) => existing == desired,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pipeline_is_the_one_in_the_repository() {
        let text = format!("{:#}\n", desired());
        snapbox::assert_data_eq!(text, snapbox::file!["pipeline.json"].raw());
    }

    #[test]
    fn every_metric_has_an_attribute_that_the_pipeline_makes() {
        let text = desired().to_string();
        for measure in Measure::ALL {
            assert!(text.contains(measure.attribute()), "{measure:?}");
        }
    }

    #[test]
    fn the_services_own_fields_do_not_matter_but_rules_do() {
        let mut existing = desired();
        existing["id"] = json!("abc");
        existing["processors"][0]["is_enabled"] = json!(true);
        existing["processors"][0]["grok"]["extra"] = json!(1);
        assert!(is_current(&existing));
        existing["processors"][0]["grok"]["match_rules"] = json!("");
        assert!(!is_current(&existing));
        assert!(!is_current(&json!({"name": NAME})));
    }
}
