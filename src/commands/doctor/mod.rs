//! `doctor`: every finding with its evidence, and the plan that fixes what a plan can fix.

use serde_json::json;

use super::{Context, Exit};
use crate::app::Facts;
use crate::app::deployed;
use crate::app::desired::{Desired, RebuildWhen};
use crate::app::findings::explanations::{Severity, explain};
use crate::app::findings::{self, Finding};
use crate::cli::diagnosis;
use crate::cli::rebuild_args;
use crate::cli::{AppsOrNames, ChangeOptions};
use crate::engine::{self, Observer};
use crate::failure::{Failure, Result};
use crate::ui::{self, findings_view};

/// Diagnose an app and fix what can be fixed
///
/// Exits with 3 when there are errors or warnings. `dd-heroku explain CODE` says more about a finding.
#[derive(Debug, clap::Args)]
#[command(mut_args(needs_fix))]
#[command(after_help = "Examples:
  dd-heroku doctor shop
  dd-heroku doctor shop --fix --dry-run
  dd-heroku doctor --pipeline shop --only DDH014,DDH028")]
pub struct Args {
    /// Fix what can be fixed: with at most one restart and one rebuild
    #[arg(long)]
    fix: bool,
    /// Report these findings only, a comma-separated list of codes
    #[arg(long, value_name = "CODES", value_delimiter = ',')]
    only: Vec<String>,
    /// Do not check the keys with Datadog
    #[arg(long)]
    no_verify: bool,
    #[command(flatten)]
    rebuild: rebuild_args::Args,
    #[command(flatten)]
    apps: AppsOrNames,
    #[command(flatten)]
    change: ChangeOptions,
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
            .hint("dd-heroku explain lists the codes"));
    }
    let targets = args.apps.targets();
    let apps = context.apps(&targets)?;
    let query = diagnosis::query(context, args.no_verify, args.rebuild.checkout());
    let observer = Observer::new(context);
    let facts = observer.observe(&apps, &query)?;
    let all: Vec<_> = facts.iter().map(|app_facts| (app_facts, findings(args, app_facts))).collect();
    if !args.fix {
        show(context, &all, targets.are_many())?;
        let is_sick = all.iter().any(|(_, findings)| findings.iter().any(needs_attention));
        return Ok(if is_sick { Exit::Pending } else { Exit::Done });
    }
    if !context.ui.json {
        let texts: Vec<_> = all
            .iter()
            .map(|(app_facts, findings)| findings_view::render(&app_facts.app.name, findings))
            .collect();
        context.ui.say_styled(&texts.join("\n\n"));
    }
    let remains = all
        .iter()
        .flat_map(|(_, findings)| findings)
        .any(|finding| needs_attention(finding) && finding.fix.is_none());
    let exit = engine::run_from(&observer, args.change.mode(&targets), &facts, &query, &|facts| {
        desired(args, facts)
    })?;
    if exit == Exit::Done && remains {
        // A rebuild may have fixed what no plan could.
        let facts = observer.observe(&apps, &query)?;
        let left = facts.iter().filter_map(|app_facts| {
            let mut left = findings(args, app_facts);
            left.retain(needs_attention);
            findings_view::left(&app_facts.app.name, &left)
        });
        let left: Vec<_> = left.collect();
        if !left.is_empty() {
            context.ui.say_styled(&left.join("\n"));
            return Ok(Exit::Pending);
        }
    }
    Ok(exit)
}

fn needs_attention(finding: &Finding) -> bool {
    finding.severity != Severity::Info
}

/// The findings that were asked for.
fn findings(args: &Args, facts: &Facts) -> Vec<Finding> {
    let is_asked = |finding: &Finding| {
        args.only.is_empty() || args.only.iter().any(|code| code.eq_ignore_ascii_case(finding.about.code))
    };
    diagnosis::findings(facts).into_iter().filter(is_asked).collect()
}

/// What fixes the findings.
fn desired(args: &Args, facts: &Facts) -> Result<Desired> {
    let mut desired = findings::fix(&findings(args, facts));
    // A build that takes the changes in is waited for: what it leaves is reported.
    if args.only.is_empty() && desired.rebuild == RebuildWhen::Never && deployed::under_way(facts).is_some() {
        desired.rebuild = RebuildWhen::Due;
    }
    let otherwise = desired.rebuild.clone();
    args.rebuild.put_into(&mut desired, otherwise, facts)?;
    Ok(desired)
}

fn show(context: &Context, all: &[(&Facts, Vec<Finding>)], are_many: bool) -> Result {
    if !context.ui.json {
        let texts: Vec<_> = all
            .iter()
            .map(|(app_facts, findings)| findings_view::render(&app_facts.app.name, findings))
            .collect();
        return context.ui.answer_styled(&texts.join("\n\n"));
    }
    let documents = all.iter().map(|(facts, findings)| {
        let findings: Vec<_> =
            findings.iter().map(|finding| findings_view::to_json(finding, facts)).collect();
        json!({ "app": facts.app.name, "findings": findings })
    });
    context.ui.json(&ui::one_or_many(documents.collect(), are_many))
}
