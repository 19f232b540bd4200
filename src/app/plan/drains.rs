//! Log drains and telemetry drains.

use crate::app::change::Change;
use crate::app::codes;
use crate::app::desired::{Desired, Drain, Note, Telemetry};
use crate::app::facts::Facts;
use crate::app::{drains, telemetry};

/// The drain of an add-on is the add-on's: a note says what it does here.
pub(super) fn changes(desired: &Desired, facts: &Facts, notes: &mut Vec<Note>) -> Vec<Change> {
    let Some(current) = facts.drains.as_deref() else { return Vec::new() };
    match &desired.drain {
        Drain::Keep => Vec::new(),
        Drain::One(url) => {
            if let Some(addon) = drains::addon_with(url, current) {
                let message =
                    format!("the add-on {addon} sends the logs to Datadog already: no drain is added");
                notes.push(Note::new(codes::LEFT, message));
            }
            drains::enable(url.clone(), current)
        }
        Drain::None => drains::disable(current),
        Drain::Rekey { old, new } => drains::rekey(old, new, current),
    }
}

pub(super) fn telemetry_changes(desired: &Desired, facts: &Facts) -> Vec<Change> {
    let Some(current) = facts.telemetry_drains.as_deref() else { return Vec::new() };
    let changes = match &desired.telemetry {
        Telemetry::Keep => Vec::new(),
        Telemetry::Carry { site, key, signals, exactly } => {
            telemetry::enable(*site, key, signals, *exactly, current)
        }
        Telemetry::Without(signals) => telemetry::disable(signals, current),
        Telemetry::Rekey { old, new } => telemetry::rekey(old, new, current),
    };
    changes.into_iter().map(Change::Telemetry).collect()
}
