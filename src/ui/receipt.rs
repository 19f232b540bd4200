//! How a plan went, as a person sees it.

use console::style;

use super::beyond;
use super::plan_view::short;
use crate::app::change::{Change, Outcome, Promotion};
use crate::app::{Buildpack, Receipt, metrics};

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
        lines.push(format!("  {sign}  {}{built}", name(change)));
    }
    lines.join("\n")
}

/// What was done, what failed and what is left, in one sentence.
pub fn story(receipt: &Receipt) -> String {
    let part = |word: &str, keep: &dyn Fn(&Outcome) -> bool| {
        let names: Vec<_> =
            receipt.iter().filter(|(_, outcome)| keep(outcome)).map(|(change, _)| name(change)).collect();
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

/// A change in a few words.
pub fn name(change: &Change) -> String {
    match change {
        Change::FeatureEnable { name } => format!("labs {name}"),
        Change::FeatureDisable { name } => format!("labs {name} off"),
        Change::ConfigSet { key, .. } => format!("config {key}"),
        Change::ConfigUnset { key, .. } => format!("config {key} unset"),
        Change::BuildpacksSet { after, .. } => {
            match after.iter().find(|one| Buildpack::installs_agent(one)) {
                Some(agent) => format!("buildpacks, with {agent}"),
                None => "buildpacks".to_owned(),
            }
        }
        Change::DrainAdd { host, .. } => format!("drain to {host}"),
        Change::DrainRemove { host, .. } => format!("drain to {host} removed"),
        Change::FileWrite { path, .. } => format!("file {}", path.display()),
        Change::FileRemove { path, .. } => format!("file {} removed", path.display()),
        Change::Telemetry(change) => format!("telemetry drain to {}", beyond::telemetry_text(change)),
        Change::Datadog { access: _, change } => {
            format!("{} {}", beyond::datadog_kind(change), metrics::change::name(change))
        }
        Change::Database(change) => format!("database {}", beyond::database_text(change)),
        Change::Restart => "restart of the dynos".to_owned(),
        Change::Promote(Promotion { stage, targets, .. }) => {
            let names: Vec<_> = targets.iter().map(|target| target.name.as_str()).collect();
            format!("promotion to {stage} ({})", names.join(", "))
        }
        Change::Rebuild(rebuild) => format!("rebuild of {}", short(&rebuild.commit)),
    }
}
