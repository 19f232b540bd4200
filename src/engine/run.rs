//! The way of every changing verb: read, plan, show, agree, apply, verify, report.

use super::apply::{Applied, apply};
use super::source::Prepared;
use crate::app::desired::RebuildWhen;
use crate::app::{Desired, Facts, Parts, Plan, Receipt, plan};
use crate::cli::Context;
use crate::failure::{Code, Exit, Failure, Result};
use crate::ui::{self, plan_json, plan_view};

/// What a verb wants of an app, given what is there.
pub type Desire<'d> = dyn Fn(&Facts) -> Result<Desired> + Sync + 'd;

/// Brings apps to what `desire` wants of each. Reads `parts` of them, all at once.
pub fn run(context: &Context, apps: &[String], parts: &Parts, desire: &Desire<'_>) -> Result<Exit> {
    run_from(context, observe(context, apps, parts)?, parts, desire)
}

/// The same for apps that were read already.
pub fn run_from(context: &Context, facts: Vec<Facts>, parts: &Parts, desire: &Desire<'_>) -> Result<Exit> {
    let mut plans = plan_all(&facts, desire)?;
    let ui = context.ui;
    let wants_to_apply = !context.global.dry_run && (context.global.yes || !ui.json);
    if !wants_to_apply || plans.iter().all(Plan::is_empty) {
        show(context, &plans, !wants_to_apply)?;
        let pending = plans.iter().any(|plan| !plan.is_empty());
        return Ok(if pending && context.global.exit_code { Exit::Pending } else { Exit::Done });
    }
    if !context.global.yes {
        plans = agree(context, plans, parts, desire)?;
    } else if !ui.json {
        show(context, &plans, true)?;
    }
    carry_out(context, plans, parts, desire)
}

/// Reads `parts` of several apps, all at once.
pub fn observe(context: &Context, apps: &[String], parts: &Parts) -> Result<Vec<Facts>> {
    let reader = context.reader()?;
    let _progress = context.ui.progress(match apps {
        [one] => format!("reading {one}"),
        many => format!("reading {} apps", many.len()),
    });
    reader.observe_all(apps, parts).into_iter().map(|one| Ok(one?)).collect()
}

fn plan_all(facts: &[Facts], desire: &Desire<'_>) -> Result<Vec<Plan>> {
    facts.iter().map(|one| plan(&desire(one)?, one).map_err(ui::conflict)).collect()
}

/// Shows the plans as the answer: for people, or as one JSON document when nothing is going to be applied.
fn show(context: &Context, plans: &[Plan], is_all: bool) -> Result {
    let ui = context.ui;
    if ui.json {
        let documents: Vec<_> = plans.iter().map(plan_json::plan).collect();
        return ui.json(&ui::one_or_many(documents, context.is_fleet()));
    }
    let mut text: Vec<_> = plans.iter().map(plan_view::render).collect();
    text.extend(Some(plan_view::cost(plans)).filter(|cost| is_all && !cost.is_empty()));
    ui.answer(text.join("\n"))
}

/// Shows the plans and asks. When the world changed meanwhile, the new plans are shown and the question asked again.
fn agree(context: &Context, mut plans: Vec<Plan>, parts: &Parts, desire: &Desire<'_>) -> Result<Vec<Plan>> {
    let names: Vec<_> = plans.iter().map(|plan| plan.app.name.clone()).collect();
    loop {
        show(context, &plans, !context.ui.interactive)?;
        let question = format!("{} Apply?", plan_view::cost(&plans));
        if !context.ui.confirm(question.trim_start(), false, "`--yes` to apply, or `--dry-run` to look")? {
            return Err(Failure::new(Code::Declined, "declined; nothing was changed"));
        }
        let fresh = plan_all(&observe(context, &names, parts)?, desire)?;
        if fresh == plans {
            return Ok(plans);
        }
        if fresh.iter().all(Plan::is_empty) {
            return Ok(fresh);
        }
        context.ui.warn("something changed since that plan was shown; this is the plan now");
        plans = fresh;
    }
}

/// Applies the plans one app after the other, verifies each, and reports.
fn carry_out(context: &Context, plans: Vec<Plan>, parts: &Parts, desire: &Desire<'_>) -> Result<Exit> {
    // Whatever a plan needs that may be missing is looked for before anything is changed.
    let prepared = plans.iter().map(|plan| Prepared::for_plan(context, plan)).collect::<Result<Vec<_>>>()?;
    let mut documents = Vec::new();
    let mut stopped = None;
    for (plan, prepared) in plans.into_iter().zip(prepared) {
        if stopped.is_some() {
            documents.push(plan_json::plan(&plan));
            continue;
        }
        let Applied { mut receipt, failure } = apply(context, plan, prepared);
        let failure = failure.or_else(|| verify(context, &mut receipt, parts, desire).err());
        if !context.ui.json {
            context.ui.answer(ui::report(&receipt))?;
        }
        documents.push(plan_json::receipt(&receipt, failure.as_ref()));
        stopped = failure;
    }
    if context.ui.json {
        context.ui.json(&ui::one_or_many(documents, context.is_fleet()))?;
    }
    match stopped {
        Some(failure) => Err(Failure { told: context.ui.json, ..failure }),
        None => Ok(Exit::Done),
    }
}

/// Reads the app again: nothing of the plan may be left. Learns the number of the release that a build made.
fn verify(context: &Context, receipt: &mut Receipt, parts: &Parts, desire: &Desire<'_>) -> Result {
    if receipt.plan.is_empty() {
        return Ok(());
    }
    let name = receipt.plan.app.name.clone();
    let facts = observe(context, std::slice::from_ref(&name), parts)?;
    receipt.learn(&facts[0]);
    let has_built = receipt.has_built();
    let left = plan_all(&facts, &|facts: &Facts| {
        let mut desired = desire(facts)?;
        if has_built && desired.rebuild == RebuildWhen::Always {
            desired.rebuild = RebuildWhen::Due;
        }
        Ok(desired)
    })?;
    let left: Vec<_> = left.iter().filter(|plan| !plan.is_empty()).map(plan_view::render).collect();
    if left.is_empty() {
        return Ok(());
    }
    let message = format!("all changes were made, yet `{name}` is not as it should be:\n{}", left.join("\n"));
    Err(Failure::new(Code::Failed, message)
        .hint("somebody else may be changing the app; run the same command again"))
}
