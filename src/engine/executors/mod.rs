//! Carries changes out: a file for each kind that takes more than one request. Before every request that writes it is
//! asked whether the run is to stop.

mod config;
mod database;
mod datadog;
mod files;
mod promotion;
mod rebuild;
mod release;
mod tail;
mod telemetry;

pub(crate) use rebuild::watch;
pub(super) use rebuild::watching;

use super::Services;
use super::source::Prepared;
use crate::app::change::{Change, Outcome};
use crate::app::{Buildpack, Plan};
use crate::failure::{Code, Failure, Result};
use crate::heroku::Writer;
use crate::ui::Progress;

/// A change that did not take effect, or of which that is not known.
pub(super) struct Undone {
    /// [`Outcome::Failed`] or [`Outcome::Unknown`] as a rule.
    pub(super) outcome: Outcome,
    /// Why.
    pub(super) failure: Failure,
}

impl<E: Into<Failure>> From<E> for Undone {
    fn from(error: E) -> Self {
        let failure = error.into();
        Self { outcome: outcome_of(&failure), failure }
    }
}

/// A write that was not answered may have been done.
pub(super) fn outcome_of(failure: &Failure) -> Outcome {
    if failure.code == Code::Unreachable { Outcome::Unknown } else { Outcome::Failed }
}

/// What one plan's changes are carried out with.
pub(super) struct Executor<'e> {
    pub(super) services: &'e dyn Services,
    pub(super) plan: &'e Plan,
    pub(super) prepared: &'e Prepared,
    pub(super) progress: &'e Progress,
    /// Which of the run's apps it is.
    pub(super) nth: usize,
    /// Whether a stop ends it. A roll-back is brought to its end.
    pub(super) heeds_stop: bool,
}

impl Executor<'_> {
    /// Makes one change.
    pub(super) fn execute(&self, change: &Change) -> Result<Outcome, Undone> {
        self.check_stop().map_err(skipped)?;
        let app = &self.plan.app.name;
        match change {
            Change::FeatureEnable { name } => self.writer()?.set_feature(app, name, true)?,
            Change::FeatureDisable { name } => self.writer()?.set_feature(app, name, false)?,
            Change::BuildpacksSet { before: _, after } => {
                let references: Vec<_> = after.iter().map(Buildpack::reference).map(str::to_owned).collect();
                self.writer()?.put_buildpacks(app, &references)?;
            }
            Change::DrainAdd { url, host: _ } => drop(self.writer()?.add_drain(app, url)?),
            Change::DrainRemove { id, url: _, host: _ } => self.writer()?.remove_drain(app, id)?,
            Change::FileWrite { path, before, after, executable } => {
                files::write(self.services, path, before.as_deref(), after, *executable)?;
            }
            Change::FileRemove { path, before } => files::remove(self.services, path, before)?,
            Change::ConfigSet { .. } | Change::ConfigUnset { .. } => self.config(&[change])?,
            Change::Telemetry(change) => telemetry::execute(&self.writer()?, &self.plan.app, change)?,
            Change::Database(change) => {
                database::execute(self.services, self.progress, &self.plan.app, change)?;
            }
            Change::Datadog { access, change } => datadog::execute(self, access, change)?,
            Change::Restart => self.writer()?.restart(app, None)?,
            Change::Rebuild(rebuild) => return rebuild::execute(self, rebuild),
            Change::Promote(promotion) => return promotion::execute(self, promotion),
        }
        Ok(Outcome::Done)
    }

    /// Makes all changes of config vars in one request.
    pub(super) fn config(&self, changes: &[&Change]) -> Result {
        self.check_stop()?;
        self.progress.now("setting config vars");
        Ok(self.writer()?.patch_config(&self.plan.app.name, &config::patch(changes))?)
    }

    fn check_stop(&self) -> Result {
        if self.heeds_stop { self.services.stop().check() } else { Ok(()) }
    }

    fn writer(&self) -> Result<Writer<'_>> {
        Ok(Writer::new(self.services.heroku()?))
    }
}

/// A change that was not begun.
fn skipped(failure: Failure) -> Undone {
    Undone { outcome: Outcome::Skipped, failure }
}

/// A change that was begun, and whose end is not known.
fn unknown(failure: Failure) -> Undone {
    Undone { outcome: Outcome::Unknown, failure }
}
