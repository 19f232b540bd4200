//! Log pipelines and their processors.

use serde_json::Value;

use super::fields::{Field, Kind, check, check_choice, check_optional, items, path};

const SOURCES: Field = ("sources", Kind::List);
const SOURCE: Field = ("source", Kind::Text);
const TARGET: Field = ("target", Kind::Text);

/// The types of processors, with what they need in addition to it.
const PROCESSORS: [(&str, &[Field]); 21] = [
    ("arithmetic-processor", &[TARGET, ("expression", Kind::Text)]),
    ("array-map-processor", &[SOURCE, TARGET, ("processors", Kind::List)]),
    ("array-processor", &[("operation", Kind::Object)]),
    ("attribute-remapper", &[SOURCES, TARGET]),
    ("category-processor", &[("categories", Kind::List), TARGET]),
    ("date-remapper", &[SOURCES]),
    (
        "decoder-processor",
        &[SOURCE, TARGET, ("binary_to_text_encoding", Kind::Text), ("input_representation", Kind::Text)],
    ),
    ("exclude-attribute", &[("attribute_to_exclude", Kind::Text)]),
    ("geo-ip-parser", &[SOURCES, TARGET]),
    ("grok-parser", &[SOURCE, ("grok", Kind::Object)]),
    ("lookup-processor", &[SOURCE, TARGET]),
    ("message-remapper", &[SOURCES]),
    ("pipeline", &[]),
    ("schema-processor", &[("name", Kind::Text), ("mappers", Kind::List), ("schema", Kind::Object)]),
    ("service-remapper", &[SOURCES]),
    ("span-id-remapper", &[]),
    ("status-remapper", &[SOURCES]),
    ("string-builder-processor", &[TARGET, ("template", Kind::Text)]),
    ("trace-id-remapper", &[]),
    ("url-parser", &[SOURCES, TARGET]),
    ("user-agent-parser", &[SOURCES, TARGET]),
];

/// What is wrong with the body of a pipeline.
pub(crate) fn faults(body: &Value) -> Vec<String> {
    let mut faults = Vec::new();
    check(body, "", &[("name", Kind::Text), ("filter", Kind::Object)], &mut faults);
    if body["filter"].is_object() {
        check(&body["filter"], "filter", &[("query", Kind::Text)], &mut faults);
    }
    check_optional(body, "", ("processors", Kind::List), &mut faults);
    processors(body, "", &mut faults);
    faults
}

/// Adds the faults of the processors of a pipeline, also of one in a pipeline.
fn processors(holder: &Value, place: &str, faults: &mut Vec<String>) {
    for (place, processor) in items(holder, place, "processors") {
        let known = PROCESSORS.iter().find(|(name, _)| processor["type"] == *name);
        let Some((name, fields)) = known else {
            let names: Vec<&str> = PROCESSORS.iter().map(|(name, _)| *name).collect();
            check_choice(processor, &place, "type", &names, faults);
            continue;
        };
        check(processor, &place, fields, faults);
        match *name {
            "grok-parser" if processor["grok"].is_object() => {
                check(&processor["grok"], &path(&place, "grok"), &[("match_rules", Kind::Text)], faults);
            }
            "lookup-processor" if processor.get("lookup_enrichment_table").is_none() => {
                check(processor, &place, &[("lookup_table", Kind::List)], faults);
            }
            "pipeline" | "array-map-processor" => processors(processor, &place, faults),
            _ => {}
        }
    }
}
