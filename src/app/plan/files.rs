//! Files of the checkout.

use std::path::PathBuf;

use super::Conflict;
use crate::app::change::Change;
use crate::app::desired::{Desired, File};
use crate::app::facts::Facts;
use crate::app::prerun::{self, Block, Unmanageable};

pub(super) fn changes(desired: &Desired, facts: &Facts) -> Result<Vec<Change>, Conflict> {
    let mut changes = Vec::new();
    let before =
        |path: &str| facts.checkout.as_ref().and_then(|checkout| checkout.text(path)).map(str::to_owned);
    let real = |usual: &str| {
        facts.checkout.as_ref().map_or_else(|| usual.into(), |checkout| checkout.folder.real(usual).into())
    };
    for file in &desired.files {
        match file {
            File::Prerun { block, force } => {
                let before = before(prerun::PATH);
                let after = with_block(block, *force, before.as_deref()).map_err(|why| match why {
                    Unmanageable::Edited => Conflict::EditedBlock { app: facts.app.name.clone() },
                    Unmanageable::Broken => Conflict::BrokenBlock,
                })?;
                changes.extend(change(real(prerun::PATH), before, Some(after), true));
            }
            File::Whole { path, after, executable } => {
                let before = path.to_str().and_then(before);
                let place = path.to_str().map_or_else(|| path.clone(), real);
                changes.extend(change(place, before, after.clone(), *executable));
            }
        }
    }
    Ok(changes)
}

/// The script with this block; `force` replaces one that was edited by hand.
fn with_block(block: &Block, force: bool, before: Option<&str>) -> Result<String, Unmanageable> {
    match before {
        Some(text) if force && Block::read(text) == Err(Unmanageable::Edited) => block.put_over(text),
        before => block.put_into(before),
    }
}

fn change(path: PathBuf, before: Option<String>, after: Option<String>, executable: bool) -> Option<Change> {
    match (before, after) {
        (before, Some(after)) if before.as_ref() != Some(&after) => {
            Some(Change::FileWrite { path, before, after, executable })
        }
        (Some(before), None) => Some(Change::FileRemove { path, before }),
        _ => None,
    }
}
