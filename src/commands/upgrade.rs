//! `upgrade`: another version of the Agent or the buildpack, rebuilt, checked, and put back when the build fails.

use std::collections::BTreeMap;

use super::{Context, Exit};
use crate::app::desired::{Buildpacks, Desired, Note, RebuildWhen};
use crate::app::{Facts, Parts, codes, order, versions};
use crate::cli::{AppsOrNames, ChangeOptions};
use crate::cli::{available_versions, rebuild_args};
use crate::datadog::options;
use crate::engine;
use crate::engine::promotion;
use crate::failure::{Code, Failure, Result};
use crate::secret::Secret;

/// Sets a version of the Agent or of the buildpack, rebuilds, and puts the old one back if the build fails
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The Agent's version, such as 7.81.2; 7 or latest for the newest
    #[arg(long, value_name = "VERSION", required_unless_present = "buildpack_version")]
    agent_version: Option<String>,
    /// The buildpack's release, such as 2.44
    #[arg(long, value_name = "RELEASE")]
    buildpack_version: Option<String>,
    /// Promote the new slug to the next stage of the pipeline afterwards
    #[arg(long)]
    promote: bool,
    /// Leave the new version set when the build fails
    #[arg(long)]
    keep: bool,
    /// Throw away what earlier builds kept first
    #[arg(long)]
    clear_cache: bool,
    /// Do not ask the package repository whether the version exists
    #[arg(long)]
    no_verify: bool,
    #[command(flatten)]
    from: rebuild_args::From,
    /// Which apps
    #[command(flatten)]
    pub apps: AppsOrNames,
    /// How to change it
    #[command(flatten)]
    pub change: ChangeOptions,
}

const VERSION: &str = "DD_AGENT_VERSION";
const MAJOR: &str = "DD_AGENT_MAJOR_VERSION";

/// Upgrades the apps that are meant.
pub fn run(context: &Context, args: &Args) -> Result<Exit> {
    let agent = args.agent_version.as_deref().map(|asked| resolved(context, args, asked)).transpose()?;
    let parts = Parts::from(rebuild_args::PARTS);
    let apps = context.apps()?;
    let facts = engine::observe(context, &apps, &parts)?;
    // What the app asked for before: a downgrade is told as one, also when the plan is made again.
    let before: BTreeMap<String, String> = facts
        .iter()
        .filter_map(|one| Some((one.app.name.clone(), one.config.as_ref()?.get(VERSION)?.to_owned())))
        .collect();
    let desire = |facts: &Facts| {
        let mut desired = wanted(args, agent.as_deref(), facts)?;
        desired.notes.extend(downgrade(before.get(&facts.app.name), agent.as_deref()));
        args.from.put_into(&mut desired, context, facts)?;
        Ok(desired)
    };
    let exit = engine::run_from(context, facts, &parts, &desire)?;
    let is_applied = !context.global.dry_run && (context.global.yes || !context.ui.json);
    if args.promote && is_applied {
        apps.iter().try_for_each(|app| promotion::promote(context, app))?;
    }
    Ok(exit)
}

/// The version that is asked for, which must exist; `7` and `latest` become the newest.
fn resolved(context: &Context, args: &Args, asked: &str) -> Result<String> {
    let asked = options::check(VERSION, asked).map_err(|problem| {
        let failure = Failure::usage(format_args!("--agent-version: {problem}"));
        match available_versions::agents(context, false)
            .map(|agents| available_versions::require(asked, &agents).err())
        {
            Ok(Some(near)) => near,
            _ => failure,
        }
    })?;
    let is_open = matches!(asked.as_ref(), "6" | "7" | "latest");
    if args.no_verify {
        return Ok(asked.into_owned());
    }
    let agents = available_versions::agents(context, false).map_err(|failure| match failure.code {
        Code::Unreachable => failure.hint("pass `--no-verify` to leave it to the build"),
        _ => failure,
    })?;
    let found = available_versions::require(&asked, &agents)?;
    Ok(if is_open { found.to_owned() } else { asked.into_owned() })
}

fn wanted(args: &Args, agent: Option<&str>, facts: &Facts) -> Result<Desired> {
    let app = &facts.app.name;
    if !facts.app.has_buildpacks() {
        return Err(Failure::new(Code::Failed, format_args!("`{app}` is not built by classic buildpacks"))
            .hint("the Agent of such an app comes with its image: dd-heroku docker init"));
    }
    let list = facts.buildpacks.as_deref().unwrap_or_default();
    if order::installed(list).is_none() {
        return Err(Failure::new(Code::Failed, format_args!("no buildpack of `{app}` installs the Agent"))
            .hint(format_args!("dd-heroku init -a {app}")));
    }
    let mut desired = Desired {
        rebuild: RebuildWhen::Due,
        clear_cache: args.clear_cache,
        put_back: !args.keep,
        expects: agent.filter(|agent| agent.contains('.')).map(str::to_owned),
        ..Desired::default()
    };
    if let Some(agent) = agent {
        desired.config.insert(VERSION.to_owned(), Some(Secret::new(agent)));
        // The exact version says all there is to say.
        desired.config.insert(MAJOR.to_owned(), None);
    }
    if let Some(release) = &args.buildpack_version {
        let list = order::repinned(list, Some(release)).unwrap_or_default();
        desired.buildpacks = Buildpacks::Exactly(list);
    }
    Ok(desired)
}

fn downgrade(before: Option<&String>, agent: Option<&str>) -> Option<Note> {
    let (before, agent) = (before?, agent?);
    versions::is_downgrade(agent, before).then(|| {
        let message = format!("this is a downgrade: the app asks for {before} now");
        Note::new(codes::DOWNGRADE, message)
    })
}
