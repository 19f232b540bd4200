//! `doctor`: every finding with its evidence, and the one plan that mends what a plan can mend.

use serde_json::{Value, json};

use super::{Context, Exit};
use crate::app::desired::Desired;
use crate::app::findings::explanations::{Severity, explain};
use crate::app::findings::{self, Finding};
use crate::app::{Facts, plan};
use crate::cli::rebuild_args;
use crate::cli::{AppsOrNames, ChangeOptions};
use crate::engine;
use crate::failure::{Failure, Result};
use crate::ui::{self, findings_view, plan_json};

use crate::cli::diagnosis::{Doctor, PARTS};

/// Finds what is wrong, says what it costs, and mends it
///
/// Exits with 3 when there are errors or warnings. `explain CODE` says more of a finding.
#[derive(Debug, clap::Args)]
#[command(mut_args(needs_fix))]
pub struct Args {
    /// Mend what a plan can mend: one restart and one rebuild at most
    #[arg(long)]
    fix: bool,
    /// Look for these findings only, a list of codes
    #[arg(long, value_name = "CODES", value_delimiter = ',')]
    only: Vec<String>,
    /// Do not ask Datadog whether the keys are good
    #[arg(long)]
    no_verify: bool,
    #[command(flatten)]
    rebuild: rebuild_args::Args,
    /// Which apps
    #[command(flatten)]
    pub apps: AppsOrNames,
    /// How to change it
    #[command(flatten)]
    pub change: ChangeOptions,
}

/// What says how to change an app means nothing to a diagnosis alone.
fn needs_fix(arg: clap::Arg) -> clap::Arg {
    match arg.get_id().as_str() {
        "yes" | "dry_run" | "rebuild" | "no_rebuild" | "git_ref" | "source_url" => arg.requires("fix"),
        _ => arg,
    }
}

/// Looks for findings on the apps that are meant.
pub fn run(context: &Context, args: &Args) -> Result<Exit> {
    if let Some(unknown) = args.only.iter().find(|code| explain(code).is_none()) {
        return Err(Failure::usage(format_args!("there is no finding `{unknown}`"))
            .hint("codes look like DDH014: run `dd-heroku doctor` without `--only`"));
    }
    let doctor = Doctor::new(context, args.no_verify);
    let apps = context.apps()?;
    let facts = engine::observe(context, &apps, &PARTS.into())?;
    let mut all = Vec::new();
    for one in &facts {
        all.push((one, wanted(args, doctor.findings(one)?)));
    }
    let is_sick = |finding: &Finding| finding.severity != Severity::Info;
    if !args.fix {
        show(context, &all)?;
        let sick = all.iter().any(|(_, findings)| findings.iter().any(is_sick));
        return Ok(if sick { Exit::Pending } else { Exit::Done });
    }
    if !context.ui.json {
        let texts: Vec<_> =
            all.iter().map(|(one, findings)| findings_view::render(&one.app.name, findings)).collect();
        context.ui.say(texts.join("\n\n"));
    }
    let remains =
        all.iter().any(|(_, findings)| findings.iter().any(|one| is_sick(one) && one.fix.is_none()));
    drop(all);
    let desire = |facts: &Facts| {
        let findings = wanted(args, doctor.findings(facts)?);
        mending(context, args, facts, &findings)
    };
    let exit = engine::run_from(context, facts, &PARTS.into(), &desire)?;
    if exit == Exit::Done && remains {
        // A rebuild may have mended what no plan could.
        let facts = engine::observe(context, &apps, &PARTS.into())?;
        for one in &facts {
            if wanted(args, doctor.findings(one)?).iter().any(is_sick) {
                return Ok(Exit::Pending);
            }
        }
    }
    Ok(exit)
}

fn wanted(args: &Args, findings: Vec<Finding>) -> Vec<Finding> {
    let is_wanted = |finding: &Finding| {
        args.only.is_empty() || args.only.iter().any(|code| code.eq_ignore_ascii_case(finding.about.code))
    };
    findings.into_iter().filter(is_wanted).collect()
}

/// What mends these findings, as one wish.
fn mending(context: &Context, args: &Args, facts: &Facts, findings: &[Finding]) -> Result<Desired> {
    let mut desired = findings::fix(findings);
    args.rebuild.put_into(&mut desired, findings::fix(findings).rebuild, context, facts)?;
    Ok(desired)
}

fn show(context: &Context, all: &[(&Facts, Vec<Finding>)]) -> Result {
    if !context.ui.json {
        let texts: Vec<_> =
            all.iter().map(|(one, findings)| findings_view::render(&one.app.name, findings)).collect();
        return context.ui.answer(texts.join("\n\n"));
    }
    let documents = all.iter().map(|(facts, findings)| {
        let findings: Vec<_> = findings.iter().map(|finding| to_json(finding, facts)).collect();
        json!({ "app": facts.app.name, "findings": findings })
    });
    context.ui.json(&ui::one_or_many(documents.collect(), context.is_fleet()))
}

/// A finding, with the changes that would mend it alone.
pub(super) fn to_json(finding: &Finding, facts: &Facts) -> Value {
    let plan = finding.fix.as_ref().and_then(|fix| plan(fix, facts).ok());
    let changes: Vec<_> = plan.iter().flat_map(|plan| &plan.changes).map(plan_json::change).collect();
    json!({
        "code": finding.about.code,
        "severity": finding.severity.as_str(),
        "title": finding.about.title,
        "evidence": finding.evidence,
        "cost": finding.about.cost,
        "fix": changes,
    })
}
