//! A receipt: how a plan went.

use console::style;
use serde_json::{Value, json};

use super::changes::short;
use super::wrap::wrap;
use super::{failure, plan};
use crate::app::Receipt;
use crate::app::change::Outcome;
use crate::failure::Failure;

/// A line per change that took effect, failed or was left out.
pub fn report(receipt: &Receipt) -> String {
    let mut lines = Vec::new();
    for (change, outcome) in receipt.iter() {
        let sign = match outcome {
            Outcome::Done | Outcome::Built { .. } => style("✓ done   ").green(),
            Outcome::Failed => style("✗ failed ").red(),
            Outcome::Unknown => style("? unknown").yellow(),
            Outcome::RolledBack => style("↩ rolled back").yellow(),
            Outcome::Pending | Outcome::Skipped => style("- not yet").dim(),
        };
        let built = match outcome {
            Outcome::Built { version: Some(version), .. } => format!(" → v{version}"),
            _ => String::new(),
        };
        let indent = 4 + console::measure_text_width(&sign.to_string());
        lines.push(format!("  {sign}  {}", wrap(&format!("{}{built}", short(change)), indent)));
    }
    lines.join("\n")
}

/// The app, where a receipt is one of several.
pub fn heading(receipt: &Receipt) -> String {
    style(&receipt.plan.app.name).bold().to_string()
}

/// What was done, what failed and what is left, in one sentence.
pub fn story(receipt: &Receipt) -> String {
    let part = |word: &str, keep: &dyn Fn(&Outcome) -> bool| {
        let names: Vec<_> =
            receipt.iter().filter(|(_, outcome)| keep(outcome)).map(|(change, _)| short(change)).collect();
        (!names.is_empty()).then(|| format!("{word}: {}", names.join(", ")))
    };
    let parts = [
        part("done", &Outcome::is_done),
        part("rolled back", &|outcome| *outcome == Outcome::RolledBack),
        part("not known whether done", &|outcome| *outcome == Outcome::Unknown),
        part("failed", &|outcome| *outcome == Outcome::Failed),
        part("left", &|outcome| matches!(outcome, Outcome::Pending | Outcome::Skipped)),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join("; ")
}

/// A plan that was applied, and what stopped it where something did, as JSON.
pub fn to_json(receipt: &Receipt, stopped: Option<&Failure>) -> Value {
    let mut document = plan::to_json(&receipt.plan);
    document["applied"] = receipt.outcomes.iter().any(|outcome| *outcome != Outcome::Skipped).into();
    let changes = document["changes"].as_array_mut().into_iter().flatten();
    for (change, outcome) in changes.zip(&receipt.outcomes) {
        change["result"] = outcome.as_str().into();
        if let Outcome::Built { id, release: _, version } = outcome {
            let release = version.map(|version| format!("v{version}"));
            change["build"] = json!({ "id": id, "status": "succeeded", "release": release });
        }
    }
    if let Some(stopped) = stopped {
        document["error"] = failure::to_json(stopped);
    }
    document
}
