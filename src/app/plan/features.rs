//! Labs features, and the restart that one of them takes.

use crate::app::change::Change;
use crate::app::codes;
use crate::app::desired::{Desired, Note};
use crate::app::facts::Facts;

/// A feature that Heroku does not offer for the app cannot be enabled: a note says so.
pub(super) fn changes(desired: &Desired, facts: &Facts, notes: &mut Vec<Note>) -> Vec<Change> {
    let Some(features) = &facts.features else { return Vec::new() };
    let mut changes = Vec::new();
    for (name, on) in &desired.features {
        match (features.get(name), on) {
            (Some(false), true) => changes.push(Change::FeatureEnable { name: name.clone() }),
            (Some(true), false) => changes.push(Change::FeatureDisable { name: name.clone() }),
            (None, true) => {
                let message = format!("Heroku does not offer the labs feature `{name}` for this app");
                notes.push(Note::new(codes::FEATURE_NOT_OFFERED, message));
            }
            (Some(_), _) | (None, false) => {}
        }
    }
    changes
}

/// Config vars restart the dynos anyway.
pub(super) fn restart(desired: &Desired, changes: &[Change]) -> Option<Change> {
    let is_due = changes.iter().any(|change| matches!(change, Change::FeatureEnable { .. }));
    let restarts_anyway =
        changes.iter().any(|change| matches!(change, Change::ConfigSet { .. } | Change::ConfigUnset { .. }));
    (desired.restart && is_due && !restarts_anyway).then_some(Change::Restart)
}
