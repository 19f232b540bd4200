//! `upgrade`: another version of the Agent or the buildpack, rebuilt, checked, and rolled back when that fails.

use std::collections::BTreeMap;

use super::{Context, Exit};
use crate::app::desired::{Buildpacks, Desired, Note, RebuildWhen};
use crate::app::facts::{AgentVersions, Part, Query};
use crate::app::{Facts, codes, order, versions};
use crate::cli::{AppsOrNames, ChangeOptions};
use crate::cli::{available_versions, rebuild_args};
use crate::datadog::{AgentRequest, options};
use crate::engine::{self, Observer};
use crate::env::{DD_AGENT_MAJOR_VERSION, DD_AGENT_VERSION};
use crate::failure::{Code, Failure, Result};
use crate::secret::Secret;

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
    /// Do not check in the package repository that the version exists
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
    let asked = args.agent_version.as_deref().map(|asked| resolved(context, args, asked)).transpose()?;
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
        desired(args, asked.as_ref(), before.get(&facts.app.name), facts)
    })
}

/// The version that is asked for, as it is to be sent.
struct Asked {
    /// To an app whose build takes any form: as it was asked for; a line of versions becomes its newest.
    any_form: String,
    /// To an app with Datadog's buildpack.
    whole: String,
}

/// The version that is asked for, which must exist.
fn resolved(context: &Context, args: &Args, asked: &str) -> Result<Asked> {
    let checked = options::check(DD_AGENT_VERSION, asked).map_err(|problem| {
        let failure = Failure::usage(format_args!("--agent-version: {problem}"));
        let agents = available_versions::agents(context, false);
        match agents.map(|agents| available_versions::require(asked, &agents).err()) {
            Ok(Some(near)) => near,
            _ => failure,
        }
    })?;
    let agents = match available_versions::agents(context, false) {
        _ if args.no_verify => None,
        Ok(agents) => Some(AgentVersions::Known(agents)),
        Err(failure) if failure.code == Code::Unreachable => {
            return Err(failure.hint("pass `--no-verify` to leave that to the build"));
        }
        Err(failure) => return Err(failure),
    };
    let (whole, _) = available_versions::to_send(&checked, false, agents.as_ref())?;
    let is_exact = matches!(AgentRequest::parse(&checked), Some(AgentRequest::Exactly(_)));
    let any_form = if is_exact || agents.is_none() { checked.into_owned() } else { whole.clone() };
    Ok(Asked { any_form, whole })
}

fn desired(args: &Args, asked: Option<&Asked>, before: Option<&String>, facts: &Facts) -> Result<Desired> {
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
    let any_form = order::takes_any_version(list);
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
    if let Some(release) = &args.buildpack_version {
        let list = order::repinned(list, Some(release)).unwrap_or_default();
        desired.buildpacks = Buildpacks::Exactly(list);
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
