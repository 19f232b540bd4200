//! Dashboards and their widgets.

use serde_json::Value;

use super::fields::{Field, Kind, check, check_choice, check_optional, items, path};

/// The types of widgets, and what their definitions need in addition to it.
const WIDGETS: [(&str, &[Field]); 40] = [
    ("alert_graph", &[("alert_id", Kind::Text), ("viz_type", Kind::Text)]),
    ("alert_value", &[("alert_id", Kind::Text)]),
    ("bar_chart", &[("requests", Kind::Single)]),
    ("change", &[("requests", Kind::Single)]),
    ("check_status", &[("check", Kind::Text), ("grouping", Kind::Text)]),
    ("cohort", &[("requests", Kind::Filled)]),
    ("distribution", &[("requests", Kind::Single)]),
    ("event_stream", &[("query", Kind::Text)]),
    ("event_timeline", &[("query", Kind::Text)]),
    ("free_text", &[("text", Kind::Text)]),
    ("funnel", &[("requests", Kind::Filled)]),
    ("geomap", &[("requests", Kind::Filled), ("style", Kind::Object), ("view", Kind::Object)]),
    ("group", &[("layout_type", Kind::Text), ("widgets", Kind::List)]),
    ("heatmap", &[("requests", Kind::Single)]),
    ("hostmap", &[("requests", Kind::Object)]),
    ("iframe", &[("url", Kind::Text)]),
    ("image", &[("url", Kind::Text)]),
    ("list_stream", &[("requests", Kind::Single)]),
    ("log_stream", &[]),
    ("manage_status", &[("query", Kind::Text)]),
    ("note", &[("content", Kind::Text)]),
    ("point_plot", &[("requests", Kind::List)]),
    ("powerpack", &[("powerpack_id", Kind::Text)]),
    ("query_table", &[("requests", Kind::List)]),
    ("query_value", &[("requests", Kind::Single)]),
    ("retention_curve", &[("requests", Kind::Filled)]),
    ("run_workflow", &[("workflow_id", Kind::Text)]),
    ("sankey", &[("requests", Kind::Filled)]),
    ("scatterplot", &[("requests", Kind::Object)]),
    ("servicemap", &[("filters", Kind::List), ("service", Kind::Text)]),
    ("slo", &[("view_type", Kind::Text)]),
    ("slo_list", &[("requests", Kind::Single)]),
    (
        "split_group",
        &[("size", Kind::Text), ("source_widget_definition", Kind::Object), ("split_config", Kind::Object)],
    ),
    ("sunburst", &[("requests", Kind::Filled)]),
    ("timeseries", &[("requests", Kind::Filled)]),
    ("toplist", &[("requests", Kind::List)]),
    ("topology_map", &[("requests", Kind::Filled)]),
    ("trace_service", &[("env", Kind::Text), ("service", Kind::Text), ("span_name", Kind::Text)]),
    ("treemap", &[("requests", Kind::List)]),
    ("wildcard", &[("requests", Kind::List), ("specification", Kind::Object)]),
];

/// Where the request of a graph says what it shows.
const QUERIES: [&str; 11] = [
    "q",
    "queries",
    "apm_query",
    "audit_query",
    "event_query",
    "log_query",
    "network_query",
    "process_query",
    "profile_metrics_query",
    "rum_query",
    "security_query",
];

const SIDES: [Field; 4] =
    [("x", Kind::Size), ("y", Kind::Size), ("width", Kind::Size), ("height", Kind::Size)];

/// What is wrong with the body of a dashboard.
pub(crate) fn faults(body: &Value) -> Vec<String> {
    let mut faults = Vec::new();
    check(body, "", &[("title", Kind::Text), ("widgets", Kind::List)], &mut faults);
    check_choice(body, "", "layout_type", &["ordered", "free"], &mut faults);
    check_optional(body, "", ("description", Kind::Text), &mut faults);
    check_optional(body, "", ("template_variables", Kind::List), &mut faults);
    for (place, variable) in items(body, "", "template_variables") {
        check(variable, &place, &[("name", Kind::Text)], &mut faults);
    }
    widgets(body, "", body["layout_type"] == "free", &mut faults);
    faults
}

/// Adds the faults of the widgets of a dashboard or group. On a free layout each says where it is.
fn widgets(holder: &Value, place: &str, is_free: bool, faults: &mut Vec<String>) {
    for (place, widget) in items(holder, place, "widgets") {
        check(widget, &place, &[("definition", Kind::Object)], faults);
        if is_free || widget.get("layout").is_some() {
            check(&widget["layout"], &path(&place, "layout"), &SIDES, faults);
        }
        if widget["definition"].is_object() {
            definition(&widget["definition"], &path(&place, "definition"), faults);
        }
    }
}

fn definition(definition: &Value, place: &str, faults: &mut Vec<String>) {
    let known = WIDGETS.iter().find(|(name, _)| definition["type"] == *name);
    let Some((name, fields)) = known else {
        let names: Vec<&str> = WIDGETS.iter().map(|(name, _)| *name).collect();
        return check_choice(definition, place, "type", &names, faults);
    };
    check(definition, place, fields, faults);
    match *name {
        "group" => {
            check_choice(definition, place, "layout_type", &["ordered"], faults);
            widgets(definition, place, false, faults);
        }
        "timeseries" | "query_value" => {
            for (place, request) in items(definition, place, "requests") {
                graph(request, &place, faults);
            }
        }
        _ => {}
    }
}

/// Adds the faults of a request of a graph.
fn graph(request: &Value, place: &str, faults: &mut Vec<String>) {
    if !QUERIES.iter().any(|name| request.get(*name).is_some_and(|query| !query.is_null())) {
        faults.push(format!("{place} needs one of {}", QUERIES.join(", ")));
    }
    check_optional(request, place, ("q", Kind::Text), faults);
    check_optional(request, place, ("queries", Kind::Filled), faults);
    check_optional(request, place, ("formulas", Kind::List), faults);
    for (place, query) in items(request, place, "queries") {
        check(query, &place, &[("data_source", Kind::Text)], faults);
        if query["data_source"] == "metrics" {
            check(query, &place, &[("name", Kind::Text), ("query", Kind::Text)], faults);
        }
    }
    for (place, formula) in items(request, place, "formulas") {
        check(formula, &place, &[("formula", Kind::Text)], faults);
    }
    if request.get("response_format").is_some() {
        check_choice(request, place, "response_format", &["timeseries", "scalar", "event_list"], faults);
    }
}
