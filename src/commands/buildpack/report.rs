//! What a build did, as a document.

use serde_json::{Value, json};

use crate::buildpack::Report;

/// Sizes are in bytes.
pub(super) fn document(report: &Report) -> Value {
    let Report {
        package,
        from_cache,
        carried,
        requests,
        unpacked,
        pruned,
        parts,
        slimmed,
        saving,
        unknown,
        slug,
        steps,
        ..
    } = report;
    let milliseconds = |(step, time): &(&str, std::time::Duration)| {
        let time = u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        ((*step).to_owned(), time.into())
    };
    json!({
        "package": package.name,
        "version": package.version.without_epoch(),
        "from_cache": from_cache,
        "carried": carried,
        "requests": requests,
        "unpacked": unpacked,
        "pruned": pruned,
        "written": parts,
        "slim": slimmed.as_ref().map(|slimmed| {
            json!({
                "python_before": slimmed.before,
                "python_after": slimmed.after,
                "left_out": slimmed.left_out,
                "checks": slimmed.checks,
                "cut_checks": slimmed.cut,
                "brought_back": slimmed.back,
                "imports_untried": slimmed.untried,
            })
        }),
        "slim_would_leave_out": saving.map(|saving| saving.bytes),
        "unknown_programs": unknown.iter().map(|(program, _)| program).collect::<Vec<_>>(),
        "slug": slug,
        "milliseconds": steps.iter().map(milliseconds).collect::<serde_json::Map<String, Value>>(),
    })
}
