//! `buildpacks`: the order rule, duplicates, pins.

mod show;

use super::{Context, Exit};
use crate::app::desired::{Buildpacks, Desired, Note, RebuildWhen};
use crate::app::facts::Query;
use crate::app::order;
use crate::app::{Buildpack, Facts};
use crate::cli::{Apps, AppsOrNames, ChangeOptions, Targets};
use crate::cli::{available_versions, rebuild_args};
use crate::engine;
use crate::failure::{Code, Failure, Result};

/// Show, order and pin the buildpacks of apps
#[derive(Debug, clap::Subcommand)]
pub enum Verb {
    /// Show the buildpacks and what is wrong with their order
    #[command(after_help = "Examples:
  dd-heroku buildpacks show shop")]
    Show {
        #[command(flatten)]
        apps: AppsOrNames,
    },
    /// Put the buildpack of Datadog once, in the right position
    #[command(after_help = "Examples:
  dd-heroku buildpacks fix shop --dry-run")]
    Fix {
        #[command(flatten)]
        rebuild: rebuild_args::Args,
        #[command(flatten)]
        apps: AppsOrNames,
        #[command(flatten)]
        change: ChangeOptions,
    },
    /// Pin the buildpack of Datadog to a release
    #[command(after_help = "Examples:
  dd-heroku buildpacks pin 2.44 -a shop")]
    Pin {
        /// Release, such as 2.44
        #[arg(value_name = "RELEASE")]
        release: String,
        #[command(flatten)]
        rebuild: rebuild_args::Args,
        #[command(flatten)]
        apps: Apps,
        #[command(flatten)]
        change: ChangeOptions,
    },
    /// Unpin the buildpack of Datadog, so that builds use its newest state
    #[command(after_help = "Examples:
  dd-heroku buildpacks unpin shop")]
    Unpin {
        #[command(flatten)]
        rebuild: rebuild_args::Args,
        #[command(flatten)]
        apps: AppsOrNames,
        #[command(flatten)]
        change: ChangeOptions,
    },
}

/// Runs one verb.
pub fn run(context: &Context, verb: &Verb) -> Result<Exit> {
    match verb {
        Verb::Show { apps } => show::run(context, &apps.targets()),
        Verb::Fix { rebuild, apps, change } => {
            set(context, &apps.targets(), *change, rebuild, &|facts, agent| {
                let list = facts.buildpacks.as_deref().unwrap_or_default();
                let is_nested = facts.nested_agent().is_some();
                // Where another buildpack runs it, a copy in the app's own list is one too many.
                let fixed = if is_nested { None } else { order::repinned(list, agent.pin()) };
                Ok((fixed.unwrap_or_else(|| order::without_agent(list)), None))
            })
        }
        Verb::Pin { release, rebuild, apps, change } => {
            let releases = available_versions::buildpacks(context, false);
            set(context, &apps.targets(), *change, rebuild, &|facts, agent| {
                let (release, note) = available_versions::pin(release, agent, &releases, true)?;
                Ok((repinned(facts, agent, Some(&release))?, note))
            })
        }
        Verb::Unpin { rebuild, apps, change } => {
            set(context, &apps.targets(), *change, rebuild, &|facts, agent| {
                Ok((repinned(facts, agent, None)?, None))
            })
        }
    }
}

/// The list to set on an app in which this buildpack installs the Agent, and what to know about it.
type NewList<'l> = dyn Fn(&Facts, &Buildpack) -> Result<(Vec<Buildpack>, Option<Note>)> + 'l;

fn repinned(facts: &Facts, agent: &Buildpack, pin: Option<&str>) -> Result<Vec<Buildpack>> {
    order::repinned(facts.buildpacks.as_deref().unwrap_or_default(), pin)
        .ok_or_else(|| available_versions::nested_pin(agent))
}

fn set(
    context: &Context,
    targets: &Targets,
    change: ChangeOptions,
    rebuild: &rebuild_args::Args,
    list: &NewList<'_>,
) -> Result<Exit> {
    let query = Query::from(rebuild_args::PARTS).with_checkout(rebuild.checkout());
    let apps = context.apps(targets)?;
    engine::run(context, change.mode(targets), &apps, &query, &|facts| desired(rebuild, list, facts))
}

fn desired(rebuild: &rebuild_args::Args, list: &NewList<'_>, facts: &Facts) -> Result<Desired> {
    let app = &facts.app.name;
    if !facts.app.has_buildpacks() {
        let message = format!("`{app}` is not built by classic buildpacks");
        return Err(Failure::new(Code::Failed, message));
    }
    let agent = facts.agent_buildpack().ok_or_else(|| {
        Failure::new(Code::Failed, format_args!("no buildpack of `{app}` installs the Agent"))
            .hint(format_args!("dd-heroku init -a {app}"))
    })?;
    let (list, note) = list(facts, &agent)?;
    let notes = note.into_iter().collect();
    let mut desired = Desired { buildpacks: Buildpacks::Exactly(list), notes, ..Desired::default() };
    rebuild.put_into(&mut desired, RebuildWhen::Due, facts)?;
    Ok(desired)
}
