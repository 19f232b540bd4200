//! Turns integrations off: exactly what turned them on is taken away.

use super::refused::Refused;
use super::{Folder, databases, files, path_of, whole};
use crate::app::database_urls::Database;
use crate::app::desired::Desired;
use crate::app::facts::Facts;
use crate::datadog::integrations::{Integration, Kind};

/// What is desired of an app for these integrations to be off. A file that somebody edited goes only with `force`.
pub fn remove(
    entries: &[&'static Integration],
    facts: &Facts,
    folder: Option<&Folder>,
    force: bool,
) -> Result<Desired, Refused> {
    let mut desired = Desired::default();
    let mut block = folder.map(Folder::block).unwrap_or_default();
    for entry in entries {
        match entry.kind {
            Kind::ConfigVar => {
                if let Some(database) = Database::named(&entry.name) {
                    databases::remove(database, &mut desired);
                }
            }
            Kind::ConfD | Kind::Community => {
                let (Some(folder), Some(path)) = (folder, path_of(entry)) else {
                    return Err(Refused::NoCheckout(entry.name.clone()));
                };
                if let Some(text) = folder.text(&path) {
                    if !force && !files::is_ours(entry, text) {
                        return Err(Refused::Edited { diff: format!("- all of {path}"), path });
                    }
                    desired.files.push(whole(&path, None));
                }
            }
            Kind::Library => {
                return Err(Refused::NotOn { app: facts.app.name.clone(), integration: entry.name.clone() });
            }
        }
        if let Some(check) = &entry.check {
            block.limits.remove(check);
            block.installs.remove(check);
        }
    }
    if let Some(folder) = folder {
        block.fill = block.fill && folder.needs_fill(&desired);
        desired.files.extend(folder.with_block(block));
    }
    Ok(desired)
}
