//! Lets a check run on some dynos only: every dyno has its own Agent, and every Agent asks the same database.

use super::refused::Refused;
use super::{Folder, state};
use crate::app::desired::Desired;
use crate::app::facts::Facts;
use crate::datadog::integrations::Integration;
use crate::platform::dyno::process_type;

/// What is desired for a check to run on `dynos` only: process types (`web`) or single dynos (`web.1`). None of them
/// lifts the limit.
pub fn limit(
    entry: &'static Integration,
    dynos: &[String],
    facts: &Facts,
    folder: Option<&Folder>,
) -> Result<Desired, Refused> {
    let app = || facts.app.name.clone();
    let Some(check) = &entry.check else { return Err(Refused::NoCheck(entry.name.clone())) };
    let Some(folder) = folder else { return Err(Refused::NoCheckout(entry.name.clone())) };
    if !state(facts, Some(folder)).iter().any(|on| on.entry.name == entry.name && on.is_on) {
        return Err(Refused::NotOn { app: app(), integration: entry.name.clone() });
    }
    let has: Vec<_> = facts.formation.iter().flatten().map(|process| process.kind.clone()).collect();
    for dyno in dynos {
        let kind = process_type(dyno);
        if !has.is_empty() && !has.iter().any(|known| known == kind) {
            return Err(Refused::NoProcessType { app: app(), kind: kind.to_owned(), has });
        }
    }
    let mut block = folder.block();
    if dynos.is_empty() {
        block.limits.remove(check);
    } else {
        block.limits.insert(check.clone(), dynos.to_vec());
    }
    Ok(Desired { files: folder.with_block(block).into_iter().collect(), ..Desired::default() })
}
