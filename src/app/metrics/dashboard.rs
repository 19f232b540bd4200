//! The dashboard of the metrics, as JSON for Datadog (<https://docs.datadoghq.com/api/latest/dashboards/>).

use serde_json::{Value, json};

use super::Measure;
use super::measure::Unit;

/// The dashboard's title, by which it is found again.
pub const TITLE: &str = "Heroku dynos and router (dd-heroku)";

/// What a viewer may narrow the dashboard down to.
const VARIABLES: [&str; 5] = ["appname", "dynotype", "dyno", "env", "service"];

/// The dashboard.
pub fn desired() -> Value {
    use Measure::{
        Connect, Load1, Load5, Load15, MemoryCache, MemoryQuota, MemoryRss, MemorySwap, MemoryTotal,
    };
    let variables: Vec<_> = VARIABLES
        .iter()
        .map(|tag| json!({"name": tag, "prefix": tag, "available_values": [], "defaults": ["*"]}))
        .collect();
    json!({
        "title": TITLE,
        "description": "Memory, load and requests of Heroku apps, from the metrics that `dd-heroku metrics enable` makes of their logs.",
        "layout_type": "ordered",
        "reflow_type": "auto",
        "template_variables": variables,
        "widgets": [
            group("Memory", [MemoryTotal, MemoryQuota, MemoryRss, MemorySwap, MemoryCache].map(|it| by_dyno("avg", it))),
            group("Load", [Load1, Load5, Load15].map(|it| by_dyno("avg", it))),
            group("Router", [by_dyno("p95", Measure::Service), by_dyno("avg", Connect), requests()]),
        ],
    })
}

fn group(title: &str, widgets: impl IntoIterator<Item = Value>) -> Value {
    json!({"definition": {
        "type": "group",
        "layout_type": "ordered",
        "title": title,
        "widgets": widgets.into_iter().collect::<Vec<_>>(),
    }})
}

/// A line for every dyno.
fn by_dyno(aggregation: &str, measure: Measure) -> Value {
    let title = match aggregation {
        "avg" => measure.title().to_owned(),
        percentile => format!("{}, {percentile}", measure.title()),
    };
    timeseries(
        &title,
        &format!("{aggregation}:{}{{{}}} by {{appname,dyno}}", measure.id(), filter()),
        measure,
        "line",
    )
}

/// A bar for every status.
fn requests() -> Value {
    let measure = Measure::Requests;
    let query = format!("sum:{}{{{}}} by {{status}}.as_count()", measure.id(), filter());
    timeseries(measure.title(), &query, measure, "bars")
}

fn filter() -> String {
    VARIABLES.map(|tag| format!("${tag}")).join(",")
}

fn timeseries(title: &str, query: &str, measure: Measure, display: &str) -> Value {
    let mut formula = json!({"formula": "query"});
    if let Some(unit) = measure.unit().name() {
        formula["number_format"] = json!({"unit": {"type": "canonical_unit", "unit_name": unit}});
    }
    let mut definition = json!({
        "type": "timeseries",
        "title": title,
        "show_legend": true,
        "legend_layout": "auto",
        "requests": [{
            "response_format": "timeseries",
            "queries": [{"data_source": "metrics", "name": "query", "query": query}],
            "formulas": [formula],
            "display_type": display,
        }],
    });
    if measure.unit() == Unit::Percent {
        definition["markers"] =
            json!([{"value": "y = 100", "display_type": "error dashed", "label": "quota"}]);
    }
    json!({"definition": definition})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_dashboard_is_the_one_in_the_repository() {
        let text = format!("{:#}\n", desired());
        snapbox::assert_data_eq!(text, snapbox::file!["dashboard.json"].raw());
    }

    #[test]
    fn every_metric_is_on_the_dashboard_once() {
        let text = desired().to_string();
        for measure in Measure::ALL {
            assert_eq!(text.matches(&format!(":{}{{", measure.id())).count(), 1, "{measure:?}");
        }
    }
}
