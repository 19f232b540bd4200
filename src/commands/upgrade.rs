//! `upgrade`: another version of the Agent or the buildpack, rebuilt, checked, and rolled back when that fails.

use std::collections::BTreeMap;

use super::{Context, Exit};
use crate::app::desired::{Buildpacks, Desired, Note, RebuildWhen};
use crate::app::facts::{Part, Query};
use crate::app::releases::Releases;
use crate::app::{Conflict, Facts, codes, order, versions};
use crate::cli::asked_version::{Asked, resolved};
use crate::cli::{AppsOrNames, ChangeOptions};
use crate::cli::{available_versions, rebuild_args};
use crate::engine::{self, Observer};
use crate::env::{DD_AGENT_MAJOR_VERSION, DD_AGENT_VERSION};
use crate::failure::{Code, Failure, Result};
use crate::secret::Secret;
use crate::ui;

/// Upgrade the Agent or the buildpack, rebuild, and roll back if the build fails
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  dd-heroku upgrade shop --agent-version 7.81.2
  dd-heroku upgrade shop --agent-version latest --promote
  dd-heroku upgrade shop --buildpack-version 2.44 --dry-run")]
pub struct Args {
    /// Agent version, such as 7.81.2; 7.81, 7 or latest for the newest of them
    #[arg(long, value_name = "VERSION", required_unless_present = "buildpack_version")]
    agent_version: Option<String>,
    /// Buildpack release, such as 2.44
    #[arg(long, value_name = "RELEASE")]
    buildpack_version: Option<String>,
    /// Then promote the new slug to the next stage of the pipeline
    #[arg(long)]
    promote: bool,
    /// Keep the new version set when the build fails
    #[arg(long)]
    keep: bool,
    /// Clear the build cache first
    #[arg(long)]
    clear_cache: bool,
    /// Do not check that the versions exist
    #[arg(long)]
    no_verify: bool,
    #[command(flatten)]
    from: rebuild_args::From,
    #[command(flatten)]
    apps: AppsOrNames,
    #[command(flatten)]
    change: ChangeOptions,
}

/// Upgrades the apps that are meant.
pub fn run(context: &Context, args: &Args) -> Result<Exit> {
    let asked =
        args.agent_version.as_deref().map(|asked| resolved(context, asked, !args.no_verify)).transpose()?;
    let releases = args.buildpack_version.as_ref().map(|_| available_versions::buildpacks(context, false));
    let mut query = Query::from(rebuild_args::PARTS).with_checkout(args.from.checkout());
    if args.promote {
        query.heroku.extend([Part::Coupling, Part::Downstream]);
    }
    let observer = Observer::new(context);
    let targets = args.apps.targets();
    let facts = observer.observe(&context.apps(&targets)?, &query)?;
    // What the app asked for before: a downgrade is reported as one, also when the plan is made again.
    let before: BTreeMap<String, String> = facts
        .iter()
        .filter_map(|app_facts| {
            Some((app_facts.app.name.clone(), app_facts.config.as_ref()?.get(DD_AGENT_VERSION)?.to_owned()))
        })
        .collect();
    engine::run_from(&observer, args.change.mode(&targets), &facts, &query, &|facts| {
        desired(args, asked.as_ref(), releases.as_ref(), before.get(&facts.app.name), facts)
    })
}

fn desired(
    args: &Args,
    asked: Option<&Asked>,
    releases: Option<&Releases>,
    before: Option<&String>,
    facts: &Facts,
) -> Result<Desired> {
    let app = &facts.app.name;
    if !facts.app.has_buildpacks() {
        return Err(ui::conflict(Conflict::without_buildpacks(&facts.app)));
    }
    let list = facts.buildpacks.as_deref().unwrap_or_default();
    let Some(buildpack) = facts.agent_buildpack() else {
        return Err(Failure::new(Code::Failed, format_args!("no buildpack of `{app}` installs the Agent"))
            .hint(format_args!("dd-heroku init -a {app}")));
    };
    let any_form = facts.takes_any_version();
    let agent = asked.map(|Asked { any_form: text, whole }| if any_form { text } else { whole }.as_str());
    let mut desired = Desired {
        rebuild: RebuildWhen::Due,
        clear_cache: args.clear_cache,
        roll_back: !args.keep,
        promote: args.promote,
        expects: agent.filter(|agent| agent.contains('.')).map(str::to_owned),
        notes: downgrade(before, agent).into_iter().collect(),
        ..Desired::default()
    };
    if let Some(agent) = agent {
        desired.config.insert(DD_AGENT_VERSION.to_owned(), Some(Secret::new(agent)));
        // The exact version says all there is to say.
        desired.config.insert(DD_AGENT_MAJOR_VERSION.to_owned(), None);
    }
    if let (Some(typed), Some(releases)) = (&args.buildpack_version, releases) {
        let (release, note) = available_versions::pin(typed, &buildpack, releases, !args.no_verify)?;
        let list = order::repinned(list, Some(&release))
            .ok_or_else(|| available_versions::nested_pin(&buildpack))?;
        desired.buildpacks = Buildpacks::Exactly(list);
        desired.notes.extend(note);
    }
    args.from.put_into(&mut desired, facts)?;
    Ok(desired)
}

fn downgrade(before: Option<&String>, agent: Option<&str>) -> Option<Note> {
    let (before, agent) = (before?, agent?);
    versions::is_downgrade(agent, before).then(|| {
        let message = format!("this is a downgrade: the app asks for {before} now");
        Note::new(codes::DOWNGRADE, message)
    })
}
