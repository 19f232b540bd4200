//! The rules of the log pipeline and the preview count the same: one table of lines, both readers held to it. The rules
//! are translated to regular expressions as Datadog documents its matchers
//! (<https://docs.datadoghq.com/logs/log_configuration/parsing/>).

use std::collections::BTreeMap;

use regex::Regex;
use serde_json::Value;

use crate::support::sandbox::Sandbox;

/// Lines as Heroku writes them, and neighbors of those. Without a head, which Datadog takes off.
const LINES: &str = r#"
source=web.1 dyno=heroku.2808254.d97d0ea7 sample#memory_total=180.43MB sample#memory_rss=180.05MB sample#memory_cache=0.38MB sample#memory_swap=0.00MB sample#memory_pgpgin=84329pages sample#memory_pgpgout=38140pages sample#memory_quota=512.00MB
source=web.1 dyno=heroku.2808254.d97d0ea7 sample#memory_total=180.43MB sample#memory_rss=180.05MB sample#memory_cache=0.38MB sample#memory_swap=0.00MB sample#memory_pgpgin=84329pages sample#memory_pgpgout=38140pages
source=web.1 dyno=heroku.2808254.d97d0ea7 sample#memory_total=180.43MB sample#memory_rss=180.05MB sample#memory_quota=512.00MB
source=web.1 dyno=heroku.2808254.d97d0ea7 sample#memory_total=180MB sample#memory_quota=0.00MB
source=web.1 dyno=heroku.2808254.d97d0ea7 sample#memory_swap=3.50MB
source=web.1 dyno=heroku.2808254.d97d0ea7 sample#load_avg_1m=2.46 sample#load_avg_5m=1.06 sample#load_avg_15m=0.99
source=web.1 dyno=heroku.2808254.d97d0ea7 sample#load_avg_1m=0.40 sample#load_avg_5m=0.20
source=run.4859 dyno=heroku.2808254.d97d0ea7 sample#load_avg_1m=0.10
source=scheduler.9999 dyno=heroku.2808254.d97d0ea7 sample#load_avg_1m=0
source=release.1 sample#load_avg_1m=1e-3 sample#load_avg_5m=-1
source=worker.12 dyno=heroku.2808254.d97d0ea7 sample#load_avg_1m=2.46 sample#load_avg_15m=0.99 sample#something_new=1
source=worker.12 dyno=heroku.2808254.d97d0ea7 sample#new=1 sample#load_avg_1m=2.46
sample#load_avg_1m=2.46 source=worker.12
source=web.1 sample#load_avg_5m=1.06 sample#load_avg_1m=2.46
source=web.1 sample#load_avg_1m=2.46x sample#load_avg_5m=lots sample#load_avg_15m=
source=web.1 sample#load_avg_1m=lots sample#load_avg_1m=2.46
source=web.1 sample#memory_total=256.00 sample#memory_rss=.5MB sample#memory_cache=5.MB
source= sample#load_avg_1m=2.46
source=web.1 dyno=heroku.2808254.d97d0ea7
source=web.1  sample#load_avg_1m=2.46   sample#load_avg_5m=1.06
at=info method=GET path="/" host=example.com request_id=8601b555 fwd="204.204.204.204" dyno=web.1 connect=1ms service=18ms status=200 bytes=13 protocol=https
at=info method=GET path="/" host=example.com request_id=8601b555 fwd="204.204.204.204, 10.0.0.1" dyno=web.12 connect=0ms service=30001ms status=101 bytes=0 protocol=https tls_version=tls1.3
at=info method=POST path="/a b?x=1 dyno=evil connect=9ms service=9ms status=500 y" host=example.com fwd="1.1.1.1" dyno=web.1 connect=1ms service=18ms status=302 bytes=13 protocol=http
at=error code=H10 desc="App crashed" method=GET path="/" host=example.com fwd="1.1.1.1" dyno= connect= service= status=503 bytes= protocol=https
at=error code=H12 desc="Request timeout" method=GET path="/" host=example.com fwd="1.1.1.1" dyno=web.1 connect=0ms service=30001ms status=503 bytes=0 protocol=https
at=warning code=H27 desc="Client Request Interrupted" method=GET path="/" host=example.com fwd="1.1.1.1" dyno=web.1 connect=0ms service=181ms status=499 bytes= protocol=https
sock=backend at=error code=H18 desc="Server Request Interrupted" method=GET path="/" host=example.com fwd="1.1.1.1" dyno=web.1 connect=0ms service= status=503 bytes=0 protocol=https
at=error code=H13 desc="Connection closed without response" method=GET path="/" dyno=web.1 connect=1.5ms service=-3ms status=503
at=info method=GET path="/" host=example.com dyno=web.1 connect=1ms service=2ms status=7 bytes=0
at=info method=GET path="/" host=example.com dyno=web.1 connect=1ms service=2ms status=99999 bytes=0
at=info method=GET path="/" host=example.com connect=1ms service=2ms status=200
at=info connect=1ms status=200 service=2ms
at=info method=GET path="never closed dyno=web.1 connect=1ms service=2ms status=200
connect=1ms service=2ms status=200
at= connect=1ms service=2ms status=200
State changed from starting to up
Process running mem=612M(119.6%)
Error R14 (Memory quota exceeded)
source
=
"#;

/// What a line has in each attribute.
type Attributes = BTreeMap<String, String>;

/// The rules of a grok processor, in their order.
struct Rules(Vec<(Regex, Vec<String>)>);

impl Rules {
    fn read(processor: &Value) -> Self {
        let text = processor["grok"]["match_rules"].as_str().unwrap();
        Self(text.lines().map(|rule| translated(rule.split_once(' ').unwrap().1)).collect())
    }

    /// The attributes that the first matching rule makes.
    fn apply(&self, message: &str) -> Option<Attributes> {
        self.0.iter().find_map(|(pattern, names)| {
            let matched = pattern.captures(message)?;
            let named = names.iter().enumerate().filter_map(|(nth, name)| {
                let value = matched.name(&format!("g{nth}"))?.as_str();
                (!name.is_empty()).then(|| (name.clone(), value.to_owned()))
            });
            Some(named.collect())
        })
    }
}

/// A rule as a regular expression of the whole message, and the attributes of its groups.
fn translated(rule: &str) -> (Regex, Vec<String>) {
    let matcher = Regex::new(r#"%\{(\w+)(?:\("((?:[^"\\]|\\.)*)"\))?(?::([\w.@-]*))?(?::[^}]*)?\}"#).unwrap();
    let mut names = Vec::new();
    let pattern = matcher.replace_all(rule, |captures: &regex::Captures<'_>| {
        let kind = match &captures[1] {
            "data" => ".*?",
            "notSpace" => r"[^\s]+",
            "number" => r"[+-]?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?",
            "regex" => &captures[2],
            other => panic!("the translation does not know `{other}`"),
        };
        names.push(captures.get(3).map(|name| name.as_str().to_owned()).unwrap_or_default());
        format!("(?P<g{}>{kind})", names.len() - 1)
    });
    (Regex::new(&format!("(?s)^(?:{pattern})$")).unwrap(), names)
}

/// What is counted of a line: the values of the metrics; dyno, status and code.
type Counted = (BTreeMap<String, f64>, [String; 3]);

const MEGABYTE: f64 = 1024.0 * 1024.0;

/// What Datadog counts of a line with the rules and metrics that a sandbox has.
fn counted_by_datadog(datadog: &Value, rules: &Rules, message: &str) -> Counted {
    let attributes = rules.apply(message).unwrap_or_default();
    let number = |name: &str| attributes.get(name).and_then(|text| text.parse::<f64>().ok());
    let quota = number("heroku.memory_quota").filter(|quota| *quota != 0.0);
    let metrics = datadog["metrics"].as_object().unwrap();
    let values = metrics.iter().filter_map(|(id, metric)| {
        let attribute = metric["attributes"]["compute"]["path"].as_str()?.trim_start_matches('@');
        let value = match attribute {
            "heroku.memory_quota_percent" => number("heroku.memory_total")? / quota? * 100.0,
            attribute if attribute.starts_with("heroku.memory") => number(attribute)? * MEGABYTE,
            attribute => number(attribute)?,
        };
        Some((id.clone(), value))
    });
    let values: BTreeMap<_, _> = values.collect();
    let label = |name: &str| attributes.get(name).cloned().unwrap_or_default();
    match values.is_empty() && !attributes.contains_key("heroku.status") {
        true => (values, Default::default()),
        false => (values, ["heroku.dyno", "heroku.status", "heroku.code"].map(label)),
    }
}

fn counted_by_preview(sandbox: &Sandbox, message: &str) -> Counted {
    let mut command = sandbox.command(&["metrics", "preview", "--from", "-", "--json"]);
    let run = command.write_stdin(message).assert().success();
    let seen: Value = serde_json::from_slice(&run.get_output().stdout).unwrap();
    let metrics = seen["metrics"].as_array().unwrap();
    let values = metrics
        .iter()
        .map(|metric| (metric["metric"].as_str().unwrap().to_owned(), metric["last"].as_f64().unwrap()));
    let request = &seen["requests"][0];
    let dyno = [request, &metrics.first().cloned().unwrap_or_default()]
        .iter()
        .find_map(|counted| counted["dyno"].as_str())
        .unwrap_or_default()
        .replace("(none)", "");
    let status = request["status"].as_u64().map(|status| status.to_string()).unwrap_or_default();
    (values.collect(), [dyno, status, request["code"].as_str().unwrap_or_default().to_owned()])
}

#[test]
fn the_pipeline_counts_what_the_preview_counts() {
    let sandbox = Sandbox::start();
    super::output(&sandbox, &["metrics", "enable", "-a", "shop", "--yes", "--json"]);
    let datadog = &sandbox.state()["datadog"];
    let rules = Rules::read(&datadog["pipelines"][0]["processors"][0]);
    let mut counts = 0;
    for message in LINES.trim().lines() {
        let counted = counted_by_datadog(datadog, &rules, message);
        counts += usize::from(counted != Counted::default());
        assert_eq!(counted, counted_by_preview(&sandbox, message), "{message}");
    }
    assert!(counts >= 20, "{counts}");
}

#[test]
fn the_load_of_a_young_dyno_and_of_a_one_off_dyno_is_counted() {
    let sandbox = Sandbox::start();
    super::output(&sandbox, &["metrics", "enable", "-a", "shop", "--yes", "--json"]);
    let rules = Rules::read(&sandbox.state()["datadog"]["pipelines"][0]["processors"][0]);
    for message in [
        "source=web.1 dyno=x sample#load_avg_1m=0.10",
        "source=run.4859 dyno=x sample#load_avg_1m=0.40 sample#load_avg_5m=0.20",
    ] {
        assert!(rules.apply(message).unwrap().contains_key("heroku.load_avg_1m"), "{message}");
    }
}
