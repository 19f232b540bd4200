//! From facts to a receipt: plan, show, confirm, apply, verify.

use super::apply::{Applied, apply};
use super::source::Prepared;
use super::{Observer, Services};
use crate::app::change::{Change, Outcome};
use crate::app::desired::RebuildWhen;
use crate::app::facts::Query;
use crate::app::plan::share;
use crate::app::{Desired, Facts, Plan, Receipt, plan};
use crate::failure::{Code, Exit, Failure, Result};
use crate::ui;

/// What a verb wants of an app: a pure function of what is known, called as often as needed.
pub type Desire<'d> = dyn Fn(&Facts) -> Result<Desired> + 'd;

/// How far a run goes.
#[derive(Clone, Copy, Debug, Default)]
pub struct Mode {
    /// Apply without asking.
    pub yes: bool,
    /// Show the plan and change nothing.
    pub dry_run: bool,
    /// End with [`Exit::Pending`] when changes are pending.
    pub exit_code: bool,
    /// Confirm by the apps' names instead of yes or no.
    pub by_name: bool,
    /// Many apps may be meant, so that JSON is an array.
    pub many: bool,
}

/// Brings apps to what `desire` wants of each.
pub fn run(
    services: &dyn Services,
    mode: Mode,
    apps: &[String],
    query: &Query,
    desire: &Desire<'_>,
) -> Result<Exit> {
    let observer = Observer::new(services);
    let facts = observer.observe(apps, query)?;
    run_from(&observer, mode, &facts, query, desire)
}

/// The same for apps that were read already.
pub fn run_from(
    observer: &Observer<'_>,
    mode: Mode,
    facts: &[Facts],
    query: &Query,
    desire: &Desire<'_>,
) -> Result<Exit> {
    let run = Run { observer, mode, query, desire };
    let ui = observer.services.ui();
    let mut plans = run.plan(facts)?;
    let applies = !mode.dry_run && (mode.yes || !ui.json);
    if mode.dry_run {
        // What is missing for the rebuild is missing in the dry run too.
        for plan in &plans {
            Prepared::for_plan(observer.services, plan)?;
        }
    }
    if !applies || plans.iter().all(Plan::is_empty) {
        run.show(&plans, !applies)?;
        let is_pending = plans.iter().any(|plan| !plan.is_empty());
        return Ok(if is_pending && mode.exit_code { Exit::Pending } else { Exit::Done });
    }
    if !mode.yes {
        plans = run.confirm(plans)?;
    } else if !ui.json {
        run.show(&plans, true)?;
    }
    run.carry_out(plans)
}

struct Run<'r> {
    observer: &'r Observer<'r>,
    mode: Mode,
    query: &'r Query,
    desire: &'r Desire<'r>,
}

impl Run<'_> {
    fn plan(&self, facts: &[Facts]) -> Result<Vec<Plan>> {
        let planned =
            facts.iter().map(|app_facts| plan(&(self.desire)(app_facts)?, app_facts).map_err(ui::conflict));
        let mut plans = planned.collect::<Result<Vec<_>>>()?;
        share(&mut plans);
        Ok(plans)
    }

    /// Shows the plans as the answer: as text, or as one JSON document when nothing is going to be applied.
    fn show(&self, plans: &[Plan], with_cost: bool) -> Result {
        let ui = self.observer.services.ui();
        if ui.json {
            let documents: Vec<_> = plans.iter().map(ui::plan::to_json).collect();
            return ui.json(&ui::one_or_many(documents, self.mode.many));
        }
        let mut text: Vec<_> = plans.iter().map(ui::plan::render).collect();
        text.extend(Some(ui::plan::cost(plans)).filter(|cost| with_cost && !cost.is_empty()));
        ui.answer_styled(&text.join("\n"))
    }

    /// Shows the plans and asks. When the world changed meanwhile, the new plans are shown and the question is asked
    /// again.
    fn confirm(&self, mut plans: Vec<Plan>) -> Result<Vec<Plan>> {
        let ui = self.observer.services.ui();
        let names: Vec<_> = plans.iter().map(|plan| plan.app.name.clone()).collect();
        loop {
            self.show(&plans, !ui.interactive)?;
            let question = format!("{} Apply?", ui::plan::cost(&plans));
            if !self.is_confirmed(&names, question.trim_start())? {
                return Err(Failure::new(Code::Declined, "canceled; nothing was changed"));
            }
            let fresh = self.plan(&self.observer.observe(&names, self.query)?)?;
            if fresh == plans || fresh.iter().all(Plan::is_empty) {
                return Ok(fresh);
            }
            ui.warn("something changed since that plan was shown; this is the plan now");
            plans = fresh;
        }
    }

    /// Asks yes or no, or for the name of each app.
    fn is_confirmed(&self, names: &[String], question: &str) -> Result<bool> {
        let ui = self.observer.services.ui();
        if !self.mode.by_name {
            return ui.confirm_change(question, "`--yes` to apply, or `--dry-run` to preview");
        }
        for app in names {
            let question = format!("Type the app's name to confirm ({app})");
            if ui.ask_about_change(&question, &format!("`--confirm {app}`"))? != *app {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Applies the plans one app after the other, verifies each, and reports. The first failure ends it, and so does a
    /// stop.
    fn carry_out(&self, plans: Vec<Plan>) -> Result<Exit> {
        let services = self.observer.services;
        let (ui, stop) = (services.ui(), services.stop());
        // What a plan needs and may be missing is looked for before anything is changed.
        for change in plans.iter().flat_map(|plan| &plan.changes) {
            require_writable(services, change)?;
        }
        let prepared =
            plans.iter().map(|plan| Prepared::for_plan(services, plan)).collect::<Result<Vec<_>>>()?;
        let running = stop.running(&plans, self.mode.many);
        let names: Vec<_> = plans.iter().map(|plan| plan.app.name.clone()).collect();
        let (mut documents, mut stories) = (Vec::new(), Vec::new());
        let mut stopped: Option<Failure> = None;
        for (nth, (plan, prepared)) in plans.into_iter().zip(prepared).enumerate() {
            if stopped.is_none() && stop.is_requested() {
                let failure = between(&names, nth);
                documents.push(ui::receipt::to_json(&Receipt::skipped(plan), Some(&failure)));
                stopped = Some(failure);
                continue;
            }
            if stopped.is_some() {
                documents.push(ui::plan::to_json(&plan));
                continue;
            }
            let Applied { mut receipt, failure } = apply(services, nth, plan, &prepared);
            let failure = failure
                .or_else(|| self.verify(&mut receipt).err())
                .or_else(|| (nth + 1 == names.len() && stop.is_requested()).then(|| late(&receipt)));
            if !ui.json {
                if self.mode.many && !receipt.plan.is_empty() {
                    ui.answer_styled(&ui::receipt::heading(&receipt))?;
                }
                ui.answer_styled(&ui::receipt::report(&receipt))?;
            }
            documents.push(ui::receipt::to_json(&receipt, failure.as_ref()));
            stories.push(format!("`{}`: {}", names[nth], ui::receipt::story(&receipt)));
            stopped = failure.map(|failure| among(failure, &names, nth));
        }
        running.reporting();
        if ui.json {
            // What was changed has to be said somewhere.
            let unsaid = |failure: Failure| stories.iter().fold(failure, Failure::hint);
            ui.json(&ui::one_or_many(documents, self.mode.many)).map_err(unsaid)?;
        }
        match stopped {
            Some(failure) => Err(Failure { is_reported: ui.json, ..failure }),
            None => Ok(Exit::Done),
        }
    }

    /// Reads the app again: nothing of the plan may be left. Gets the number of the release that a build made.
    fn verify(&self, receipt: &mut Receipt) -> Result {
        if receipt.plan.is_empty() {
            return Ok(());
        }
        let name = receipt.plan.app.name.clone();
        if self.observer.services.stop().is_requested() {
            return Err(unverified(&name, Failure::new(Code::Interrupted, "interrupted")));
        }
        let facts = self
            .observer
            .observe(std::slice::from_ref(&name), self.query)
            .map_err(|failure| unverified(&name, failure))?;
        for app_facts in &facts {
            receipt.learn(app_facts);
        }
        let left = facts.iter().map(|app_facts| self.left(receipt, app_facts)).collect::<Result<Vec<_>>>()?;
        for plan in &left {
            receipt.correct(plan);
        }
        let left: Vec<_> = left.iter().filter(|plan| !plan.is_empty()).map(ui::plan::render).collect();
        if left.is_empty() {
            return Ok(());
        }
        let message = format!(
            "all changes were accepted, but `{name}` still differs from the plan:\n{}",
            left.join("\n")
        );
        Err(Failure::new(Code::Failed, message)
            .hint("someone else may be changing the app; run the same command again"))
    }

    /// The plan that is left once `receipt` was applied.
    fn left(&self, receipt: &Receipt, facts: &Facts) -> Result<Plan> {
        let mut desired = (self.desire)(facts)?;
        let has_built = receipt.outcomes.iter().any(|outcome| matches!(outcome, Outcome::Built { .. }));
        if has_built && desired.rebuild.is_asked() {
            desired.rebuild = RebuildWhen::Due;
        }
        // Dynos take a moment to be others.
        desired.restart &= !receipt.plan.changes.contains(&Change::Restart);
        plan(&desired, facts).map_err(ui::conflict)
    }
}

/// Fails where a file of the plan cannot be written: the checkout is read-only, or the disk is full.
fn require_writable(services: &dyn Services, change: &Change) -> Result {
    if let Change::FileWrite { path, after, .. } = change
        && let Some(checkout) = services.checkout()?
    {
        checkout
            .check_writable(path, after)
            .map_err(|error| Failure::from(error).hint("nothing was changed"))?;
    }
    Ok(())
}

/// All changes were applied, and whether they are in effect could not be read.
fn unverified(app: &str, failure: Failure) -> Failure {
    let code = if failure.code == Code::Interrupted { Code::Interrupted } else { Code::Unverified };
    let error = failure.error.context(format!("all changes to `{app}` were applied, but not verified"));
    Failure { code, error, ..failure }
        .hint("run the same command again: it changes only what is not in effect")
}

/// A stop that was asked for when everything was done already.
fn late(receipt: &Receipt) -> Failure {
    let app = &receipt.plan.app.name;
    Failure::new(Code::Interrupted, format_args!("interrupted; all changes to `{app}` were applied before"))
}

/// The run was stopped before the `nth` app was begun.
fn between(names: &[String], nth: usize) -> Failure {
    Failure::new(Code::Interrupted, "interrupted")
        .hint(format_args!("done: {}", list(&names[..nth])))
        .hint(format_args!("not changed: {}", list(&names[nth..])))
}

fn list(names: &[String]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// Adds which of several apps are done and which are left.
fn among(failure: Failure, names: &[String], nth: usize) -> Failure {
    if names.len() < 2 {
        return failure;
    }
    let mut failure = failure;
    if nth > 0 {
        failure = failure.hint(format_args!("done: {}", list(&names[..nth])));
    }
    if nth + 1 < names.len() {
        failure = failure.hint(format_args!("not changed: {}", list(&names[nth + 1..])));
    }
    failure
}
