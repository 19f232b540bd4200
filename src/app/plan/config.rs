//! Config vars.

use crate::app::change::Change;
use crate::app::desired::Desired;
use crate::app::facts::Facts;
use crate::datadog::options;
use crate::secret::Secret;

pub(super) fn changes(desired: &Desired, facts: &Facts) -> Vec<Change> {
    let Some(config) = &facts.config else { return Vec::new() };
    let mut changes = Vec::new();
    for (key, value) in &desired.config {
        let before = config.raw(key);
        let key = key.clone();
        match value {
            Some(after) if before != Some(after.expose()) => {
                let secret = options::is_secret(&key, after.expose())
                    || before.is_some_and(|before| options::is_secret(&key, before));
                let before = before.map(Secret::new);
                changes.push(Change::ConfigSet { key, before, after: after.clone(), secret });
            }
            None => changes.extend(before.map(|before| {
                let secret = options::is_secret(&key, before);
                Change::ConfigUnset { key, before: Secret::new(before), secret }
            })),
            Some(_) => {}
        }
    }
    changes
}
