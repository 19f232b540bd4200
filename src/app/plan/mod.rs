//! The plan: what has to change for an app to be as desired. A pure function of the facts and what is desired.

mod buildpacks;
mod config;
mod conflict;
mod database;
mod drains;
mod features;
mod files;
mod log_metrics;
mod promotion;
mod rebuild;

use super::change::Change;
use super::dbm;
use super::desired::{Desired, Note};
use super::facts::{App, Facts, Process};

pub use conflict::Conflict;

/// What has to change, in the order in which it is applied, and what the person should know.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// The app.
    pub app: App,
    /// Its process types, where they are known.
    pub formation: Option<Vec<Process>>,
    /// The changes; none when all is as desired.
    pub changes: Vec<Change>,
    /// What the person should know.
    pub notes: Vec<Note>,
    /// The UUIDs of the builds that existed, so that a new one is recognized.
    pub known_builds: Vec<String>,
    /// Whether config vars and buildpacks are rolled back when the build or its release fails.
    pub roll_back: bool,
}

impl Plan {
    /// How often the app's dynos restart before a rebuild: once for all config vars together, and for each attachment.
    pub fn restarts(&self) -> usize {
        let is_attachment = |change: &&Change| matches!(change, Change::Database(dbm::Change::Attach { .. }));
        let is_config = |change: &Change| {
            matches!(change, Change::ConfigSet { .. } | Change::ConfigUnset { .. } | Change::Restart)
        };
        usize::from(self.changes.iter().any(is_config)) + self.changes.iter().filter(is_attachment).count()
    }

    /// How many slugs are compiled.
    pub fn rebuilds(&self) -> usize {
        self.changes.iter().filter(|change| matches!(change, Change::Rebuild(_))).count()
    }

    /// How many apps a slug is promoted to.
    pub fn promotions(&self) -> usize {
        let targets = |change: &Change| match change {
            Change::Promote(promotion) => promotion.targets.len(),
            _ => 0,
        };
        self.changes.iter().map(targets).sum()
    }

    /// Whether nothing has to change.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }
}

/// What has to change for the app to be as `desired`.
pub fn plan(desired: &Desired, facts: &Facts) -> Result<Plan, Conflict> {
    let mut notes = desired.notes.clone();
    let buildpacks = buildpacks::changes(desired, facts)?;
    let mut changes = features::changes(desired, facts, &mut notes);
    changes.extend(database::changes(desired, facts)?);
    changes.extend(config::changes(desired, facts));
    changes.extend(buildpacks);
    changes.extend(drains::changes(desired, facts, &mut notes));
    changes.extend(drains::telemetry_changes(desired, facts));
    changes.extend(log_metrics::changes(desired, facts, &mut notes));
    changes.extend(files::changes(desired, facts)?);
    changes.extend(features::restart(desired, facts, &changes));
    changes.extend(rebuild::change(desired, facts, &changes, &mut notes)?);
    changes.extend(promotion::change(desired, facts, &changes)?);
    Ok(Plan {
        app: facts.app.clone(),
        formation: facts.formation.clone(),
        changes,
        notes,
        known_builds: facts.builds.iter().flatten().map(|build| build.id.clone()).collect(),
        roll_back: desired.roll_back,
    })
}

/// Of changes to what several apps share, each stays in the first plan that has it.
pub fn share(plans: &mut [Plan]) {
    let mut shared: Vec<Change> = Vec::new();
    for plan in plans {
        plan.changes.retain(|change| {
            let is_shared = matches!(change, Change::Datadog { .. });
            if is_shared && shared.contains(change) {
                return false;
            }
            if is_shared {
                shared.push(change.clone());
            }
            true
        });
    }
}
