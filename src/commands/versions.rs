//! `versions`: what there is, and what the apps ask for and have.

use serde_json::json;

use super::{Context, Exit};
use crate::app::facts::{Part, Query};
use crate::app::{Facts, deployed, versions};
use crate::cli::AppsOrNames;
use crate::cli::available_versions;
use crate::engine;
use crate::env;
use crate::failure::Result;
use crate::ui;

/// List Agent versions, buildpack releases, and which one each app runs
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  dd-heroku versions
  dd-heroku versions shop mobile-api
  dd-heroku versions --all --refresh")]
pub struct Args {
    /// Read the lists again, even if the cached ones are less than an hour old
    #[arg(long)]
    refresh: bool,
    /// List every version, previews too
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    apps: AppsOrNames,
}

/// How many versions are listed without `--all`.
const RECENT: usize = 10;

/// Lists the versions.
pub fn run(context: &Context, args: &Args) -> Result<Exit> {
    let agents = available_versions::agents(context, args.refresh)?;
    let buildpacks = available_versions::buildpacks(context, args.refresh).tags;
    let targets = args.apps.targets();
    let is_named = targets.is_named();
    let apps = match is_named || context.env.get(env::HEROKU_APP).is_some() || context.checkout().is_some() {
        true if is_named => context.apps(&targets)?,
        // The app of the checkout is shown where there is one.
        true => context.apps(&targets).unwrap_or_default(),
        false => Vec::new(),
    };
    let parts = Query::from([Part::Config, Part::Buildpacks, Part::Releases, Part::Builds]);
    let facts = if apps.is_empty() { Vec::new() } else { engine::observe(context, &apps, &parts)? };
    if context.ui.json {
        let apps: Vec<_> = facts
            .iter()
            .map(|app_facts| json!({ "app": app_facts.app.name, "wanted": requested(app_facts), "built": deployed::agent(app_facts), "buildpack": buildpack(app_facts) }))
            .collect();
        context.ui.json(&json!({ "agent": agents, "buildpack": buildpacks, "apps": apps }))?;
        return Ok(Exit::Done);
    }
    let recent = |list: &[String], major: Option<u32>| -> String {
        let of =
            list.iter().filter(|version| major.is_none_or(|major| versions::is_of_major(version, major)));
        let of = of.filter(|version| args.all || !versions::is_preview(version));
        let most = if args.all { usize::MAX } else { RECENT };
        of.take(most).map(String::as_str).collect::<Vec<_>>().join("  ")
    };
    let mut text = vec![
        format!("Agent 7    {}", ui::wrap(&recent(&agents, Some(7)), 11)),
        format!("Agent 6    {}", ui::wrap(&recent(&agents, Some(6)), 11)),
        format!("buildpack  {}", ui::wrap(&recent(&buildpacks, None), 11)),
    ];
    if !facts.is_empty() {
        let or_dash = |text: Option<String>| text.unwrap_or_else(|| "-".to_owned());
        let rows = facts.iter().map(|app_facts| {
            let installed = deployed::agent(app_facts).map(str::to_owned);
            [
                app_facts.app.name.clone(),
                or_dash(requested(app_facts)),
                or_dash(installed),
                or_dash(buildpack(app_facts)),
            ]
        });
        text.push(String::new());
        text.push(ui::table(["APP", "REQUESTED", "INSTALLED", "BUILDPACK"], rows));
    }
    context.ui.answer(text.join("\n"))?;
    Ok(Exit::Done)
}

/// The version that an app asks for.
fn requested(facts: &Facts) -> Option<String> {
    deployed::agent_requested(facts).map(str::to_owned)
}

fn buildpack(facts: &Facts) -> Option<String> {
    Some(facts.agent_buildpack()?.pin().unwrap_or("newest").to_owned())
}
