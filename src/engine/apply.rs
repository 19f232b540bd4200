//! Carries a plan out. What does not depend on one another goes at the same time: first files, labs, buildpacks and
//! drains; then the config vars, in one request, which restart the dynos with all of it; then the rebuild.

use std::collections::BTreeMap;
use std::thread;

use super::source::Prepared;
use super::{executors, rebuild};
use crate::app::change::{Change, Outcome};
use crate::app::{Buildpack, Plan, Receipt, metrics};
use crate::cli::Context;
use crate::failure::{Code, Failure, Result};
use crate::heroku::Writer;
use crate::secret::Secret;
use crate::ui;

/// A plan that was carried out, and what stopped it where something did.
pub struct Applied {
    /// What became of each change.
    pub receipt: Receipt,
    /// What stopped it.
    pub failure: Option<Failure>,
}

/// Which changes go together: each round begins when the one before is done.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Round {
    Surroundings,
    Config,
    Rebuild,
}

/// What goes in one request, or one after the other.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Lane {
    Features,
    Buildpacks,
    Drains,
    Datadog,
    Database,
    Files,
    Config,
    Restart,
    Rebuild,
}

fn place(change: &Change) -> (Round, Lane) {
    match change {
        Change::FeatureEnable { .. } | Change::FeatureDisable { .. } => (Round::Surroundings, Lane::Features),
        Change::BuildpacksSet { .. } => (Round::Surroundings, Lane::Buildpacks),
        Change::DrainAdd { .. } | Change::DrainRemove { .. } | Change::Telemetry(_) => {
            (Round::Surroundings, Lane::Drains)
        }
        Change::Datadog { .. } => (Round::Surroundings, Lane::Datadog),
        Change::Database(_) => (Round::Surroundings, Lane::Database),
        Change::Restart => (Round::Config, Lane::Restart),
        Change::FileWrite { .. } | Change::FileRemove { .. } => (Round::Surroundings, Lane::Files),
        Change::ConfigSet { .. } | Change::ConfigUnset { .. } => (Round::Config, Lane::Config),
        Change::Rebuild(_) => (Round::Rebuild, Lane::Rebuild),
    }
}

/// Carries `plan` out, as far as it goes.
pub fn apply(context: &Context, plan: Plan, prepared: Prepared) -> Applied {
    let _applying = context.interrupts.applying();
    let mut rounds: BTreeMap<Round, BTreeMap<Lane, Vec<usize>>> = BTreeMap::new();
    for (at, change) in plan.changes.iter().enumerate() {
        let (round, lane) = place(change);
        rounds.entry(round).or_default().entry(lane).or_default().push(at);
    }
    let mut receipt = Receipt::new(plan);
    let progress = context.ui.progress(format_args!("changing {}", receipt.plan.app.name));
    let work = Work { context, plan: &receipt.plan, prepared: &prepared, progress: &progress };
    let mut failure = None;
    let mut outcomes = receipt.outcomes.clone();
    for lanes in rounds.into_values() {
        if failure.is_none() && context.interrupts.is_stopping() {
            failure = Some(Failure::new(Code::Interrupted, "interrupted"));
        }
        if failure.is_some() {
            break;
        }
        let lanes: Vec<_> = lanes.into_values().collect();
        let results = match lanes.as_slice() {
            [only] => vec![work.lane(only)],
            several => thread::scope(|scope| {
                let running: Vec<_> = several.iter().map(|lane| scope.spawn(|| work.lane(lane))).collect();
                running.into_iter().filter_map(|one| one.join().ok()).collect()
            }),
        };
        for (lane, (done, failed)) in lanes.iter().zip(results) {
            for (nth, at) in lane.iter().enumerate() {
                outcomes[*at] = done.get(nth).cloned().unwrap_or(Outcome::Skipped);
            }
            failure = failure.or(failed);
        }
    }
    receipt.outcomes = outcomes;
    if receipt.plan.put_back && failure.as_ref().is_some_and(|failure| failure.code == Code::BuildFailed) {
        let undoing = receipt.undoing();
        progress.now("putting back what was there before");
        match work.undo(&undoing) {
            Ok(()) => undoing.iter().for_each(|(at, _)| receipt.outcomes[*at] = Outcome::PutBack),
            Err(cause) => {
                failure = failure
                    .map(|failure| failure.hint(format_args!("it could not be put back: {:#}", cause.error)));
            }
        }
    }
    let failure = failure.map(|failure| tell(failure, &receipt));
    Applied { receipt, failure }
}

/// Says what is done and what is left, and that the same command goes on from there.
fn tell(failure: Failure, receipt: &Receipt) -> Failure {
    if receipt.outcomes.contains(&Outcome::PutBack) {
        return failure.hint("config vars and buildpacks are as they were before (`--keep` leaves them)");
    }
    if !receipt.has_begun() {
        return failure.hint("nothing was changed");
    }
    failure.hint(ui::story(receipt)).hint("run the same command again: it goes on from here")
}

/// What the lanes work with.
struct Work<'w> {
    context: &'w Context,
    plan: &'w Plan,
    prepared: &'w Prepared,
    progress: &'w ui::Progress,
}

impl Work<'_> {
    /// Makes the changes of one lane, one after the other, config vars all at once, until one fails.
    fn lane(&self, lane: &[usize]) -> (Vec<Outcome>, Option<Failure>) {
        let changes: Vec<_> = lane.iter().map(|at| &self.plan.changes[*at]).collect();
        if matches!(changes[..], [Change::ConfigSet { .. } | Change::ConfigUnset { .. }, ..]) {
            return match self.config(&changes) {
                Ok(()) => (vec![Outcome::Done; lane.len()], None),
                Err(failure) => (vec![Outcome::Failed; lane.len()], Some(failure)),
            };
        }
        let mut outcomes = Vec::new();
        for change in changes {
            match self.change(change) {
                Ok(outcome) => outcomes.push(outcome),
                Err(failure) => {
                    outcomes.push(Outcome::Failed);
                    return (outcomes, Some(failure));
                }
            }
        }
        (outcomes, None)
    }

    /// Carries out what undoes a part of the plan: buildpacks, then all config vars at once.
    fn undo(&self, undoing: &[(usize, Change)]) -> Result {
        let is_config = |change: &&Change| matches!(place(change).1, Lane::Config);
        let (config, rest): (Vec<_>, Vec<_>) = undoing.iter().map(|(_, change)| change).partition(is_config);
        for change in rest {
            self.change(change)?;
        }
        if config.is_empty() { Ok(()) } else { self.config(&config) }
    }

    fn config(&self, changes: &[&Change]) -> Result {
        let vars: BTreeMap<String, Option<Secret>> = changes
            .iter()
            .filter_map(|change| match change {
                Change::ConfigSet { key, after, .. } => Some((key.clone(), Some(after.clone()))),
                Change::ConfigUnset { key, .. } => Some((key.clone(), None)),
                _ => None,
            })
            .collect();
        self.progress.now("setting config vars");
        Ok(self.writer()?.patch_config(&self.plan.app.name, &vars)?)
    }

    fn change(&self, change: &Change) -> Result<Outcome> {
        let app = &self.plan.app.name;
        match change {
            Change::FeatureEnable { name } => self.writer()?.set_feature(app, name, true)?,
            Change::FeatureDisable { name } => self.writer()?.set_feature(app, name, false)?,
            Change::BuildpacksSet { before: _, after } => {
                let references: Vec<_> = after.iter().map(Buildpack::reference).map(str::to_owned).collect();
                self.writer()?.put_buildpacks(app, &references)?;
            }
            Change::DrainAdd { url, host: _ } => drop(self.writer()?.add_drain(app, url)?),
            Change::DrainRemove { id, .. } => self.writer()?.remove_drain(app, id)?,
            Change::FileWrite { path, before: _, after, executable } => {
                self.checkout()?.write_atomic(path, after, *executable)?;
            }
            Change::FileRemove { path, before: _ } => self.checkout()?.remove(path)?,
            Change::ConfigSet { .. } | Change::ConfigUnset { .. } => self.config(&[change])?,
            Change::Telemetry(change) => executors::telemetry(&self.writer()?, &self.plan.app, change)?,
            Change::Database(change) => executors::database(self.context, &self.plan.app, change)?,
            Change::Datadog { access, change } => {
                self.progress.now(&format!("at Datadog: {}", metrics::change::name(change)));
                executors::datadog(&self.context.datadog_api()?, access, change)?;
            }
            Change::Restart => self.writer()?.restart(app, None)?,
            Change::Rebuild(rebuild) => {
                let Self { context, plan, prepared, progress } = *self;
                return rebuild::run(context, plan, rebuild, prepared, progress);
            }
        }
        Ok(Outcome::Done)
    }

    fn writer(&self) -> Result<Writer<'_>> {
        Ok(Writer::new(self.context.heroku()?))
    }

    fn checkout(&self) -> Result<&crate::repo::Checkout> {
        self.context
            .checkout()
            .ok_or_else(|| Failure::new(Code::Failed, "the checkout is not there any more"))
    }
}
