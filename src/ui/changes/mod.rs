//! How each kind of change is shown: in a plan, as JSON and in a few words, side by side. Every field is taken apart by
//! name, so that a new one cannot be forgotten.

mod buildpacks;
mod config;
mod database;
mod datadog;
mod drain;
mod feature;
mod file;
mod promotion;
mod rebuild;
mod restart;
mod row;
#[cfg(test)]
mod samples;
mod telemetry;
#[cfg(test)]
mod tests;

use serde_json::{Map, Value};

use super::foreign;
use crate::app::Change;

/// A change as it is shown.
struct Shown {
    /// Its lines in a plan.
    lines: Vec<String>,
    /// Its JSON object: the kind, and what is particular to it.
    json: Value,
    /// A few words, for a receipt or a sentence.
    short: String,
}

/// The lines of these changes in a plan.
pub(super) fn lines(changes: &[Change]) -> Vec<String> {
    let name = |change: &Change| match change {
        Change::ConfigSet { key, .. } | Change::ConfigUnset { key, .. } => key.len(),
        _ => 0,
    };
    let names = changes.iter().map(name).max().unwrap_or_default();
    changes.iter().flat_map(|change| show(change, names).lines).collect()
}

/// A change as JSON. Values that must not show are left out.
pub(super) fn to_json(change: &Change) -> Map<String, Value> {
    match show(change, 0).json {
        Value::Object(object) => object,
        _ => Map::new(),
    }
}

/// A change in a few words.
pub fn short(change: &Change) -> String {
    foreign::line(&show(change, 0).short).into_owned()
}

/// `names` is the width of the widest name of a config var in the plan.
fn show(change: &Change, names: usize) -> Shown {
    match change {
        Change::FeatureEnable { name } => feature::enable(name),
        Change::FeatureDisable { name } => feature::disable(name),
        Change::ConfigSet { key, before, after, secret } => {
            config::set(key, before.as_ref(), after, *secret, names)
        }
        Change::ConfigUnset { key, before, secret } => config::unset(key, before, *secret, names),
        Change::BuildpacksSet { before, after } => buildpacks::set(before, after),
        Change::DrainAdd { url, host } => drain::add(url, host),
        Change::DrainRemove { id, url, host } => drain::remove(id, url, host),
        Change::FileWrite { path, before, after, executable } => {
            file::write(path, before.as_deref(), after, *executable)
        }
        Change::FileRemove { path, before } => file::remove(path, before),
        Change::Telemetry(change) => telemetry::show(change),
        Change::Datadog { access, change } => datadog::show(access, change),
        Change::Database(change) => database::show(change),
        Change::Restart => restart::show(),
        Change::Rebuild(change) => rebuild::show(change),
        Change::Promote(change) => promotion::show(change),
    }
}
