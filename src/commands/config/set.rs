//! `config set` and `unset`: checked values, one request, one restart.

use std::collections::BTreeMap;

use super::names;
use crate::app::desired::config as wanted;
use crate::app::desired::{Desired, RebuildWhen};
use crate::app::{Facts, Note, Parts, codes};
use crate::cli::key;
use crate::cli::{Apps, ChangeOptions};
use crate::cli::{available_versions, rebuild_args};
use crate::commands::{Context, Exit};
use crate::datadog::{Site, options};
use crate::engine;
use crate::failure::{Code, Failure, Result};
use crate::secret::Secret;

/// Set options: checked, in one request and one restart
#[derive(Debug, clap::Args)]
pub struct Set {
    /// NAME=VALUE; a NAME alone takes its value from standard input, as a secret must
    #[arg(required = true, value_name = "NAME=VALUE", add = names())]
    vars: Vec<String>,
    /// Do not ask Datadog whether a key is good, nor the package repository whether a version exists
    #[arg(long)]
    no_verify: bool,
    #[command(flatten)]
    rebuild: rebuild_args::Args,
    /// Which apps
    #[command(flatten)]
    pub apps: Apps,
    /// How to change it
    #[command(flatten)]
    pub change: ChangeOptions,
}

/// Unset options, in one request and one restart
#[derive(Debug, clap::Args)]
pub struct Unset {
    /// Their names
    #[arg(required = true, value_name = "NAME", add = names())]
    vars: Vec<String>,
    #[command(flatten)]
    rebuild: rebuild_args::Args,
    /// Which apps
    #[command(flatten)]
    pub apps: Apps,
    /// How to change it
    #[command(flatten)]
    pub change: ChangeOptions,
}

/// Sets options on the apps that are meant.
pub(super) fn set(context: &Context, args: &Set) -> Result<Exit> {
    let mut changes = BTreeMap::new();
    for given in &args.vars {
        let (name, value) = read(context, given)?;
        if changes.insert(name.clone(), Some(value)).is_some() {
            return Err(Failure::usage(format_args!("`{name}` is given twice")));
        }
    }
    let notes = if args.no_verify { Vec::new() } else { require_version(context, &changes)? };
    let verify_key = |facts: &Facts| match &changes.get("DD_API_KEY") {
        Some(Some(value)) if !args.no_verify => {
            let site = changes.get("DD_SITE").and_then(Option::as_ref).map(Secret::expose);
            let site = site.or_else(|| facts.config.as_ref()?.get("DD_SITE"));
            let found = key::found(value.expose(), "standard input")?;
            key::require_accepted(context, &found, site.and_then(Site::parse).unwrap_or_default())
        }
        _ => Ok(()),
    };
    apply(context, &changes, &args.rebuild, notes, &verify_key)
}

/// Unsets options on the apps that are meant.
pub(super) fn unset(context: &Context, args: &Unset) -> Result<Exit> {
    let changes =
        args.vars.iter().map(|name| Ok((known(name)?, None))).collect::<Result<BTreeMap<_, _>>>()?;
    apply(context, &changes, &args.rebuild, Vec::new(), &|_| Ok(()))
}

fn apply(
    context: &Context,
    changes: &BTreeMap<String, Option<Secret>>,
    rebuild: &rebuild_args::Args,
    notes: Vec<Note>,
    check: &dyn Fn(&Facts) -> Result,
) -> Result<Exit> {
    let parts = Parts::from(rebuild_args::PARTS);
    let facts = engine::observe(context, &context.apps()?, &parts)?;
    facts.iter().try_for_each(check)?;
    let may_ask = context.ui.interactive && !context.global.yes && !context.global.dry_run;
    let otherwise = if rebuild.when().is_none() && may_ask && wanted::need_rebuild(changes.keys()) {
        let question = "It takes effect when the slug is compiled. Rebuild now?";
        match context.ui.confirm(question, true, "`--rebuild` or `--no-rebuild`")? {
            true => RebuildWhen::Due,
            false => RebuildWhen::Never,
        }
    } else {
        RebuildWhen::Never
    };
    let desire = |facts: &Facts| {
        let empty = crate::app::facts::ConfigVars::default();
        let mut desired: Desired = wanted::desired(changes, facts.config.as_ref().unwrap_or(&empty));
        desired.notes.extend(notes.clone());
        rebuild.put_into(&mut desired, otherwise.clone(), context, facts)?;
        Ok(desired)
    };
    engine::run_from(context, facts, &parts, &desire)
}

/// The name and the checked value of one argument. A secret comes from standard input or a hidden prompt.
fn read(context: &Context, given: &str) -> Result<(String, Secret)> {
    let (name, value) = match given.split_once('=') {
        Some((name, value)) => {
            let name = known(name)?;
            if options::is_secret(&name, value) {
                let message =
                    format!("`{name}` holds a secret, which every user of the machine sees in an argument");
                return Err(Failure::usage(message)
                    .hint(format_args!("pipe it: `pass datadog/key | dd-heroku config set {name}`")));
            }
            (name, value.to_owned())
        }
        None => (known(given)?, hidden(context, given)?),
    };
    match options::check(&name, &value) {
        Ok(value) => Ok((name, Secret::new(value))),
        Err(problem) => {
            let failure = Failure::usage(format_args!("{name}: {problem}"));
            if problem == options::Problem::AgentVersion
                && let Ok(agents) = available_versions::agents(context, false)
            {
                return Err(available_versions::require(&value, &agents).err().unwrap_or(failure));
            }
            Err(match problem.instead() {
                Some(instead) => failure.hint(format_args!("dd-heroku config set '{name}={instead}'")),
                None => failure.hint(format_args!("dd-heroku config explain {name}")),
            })
        }
    }
}

fn hidden(context: &Context, name: &str) -> Result<String> {
    if context.ui.interactive {
        let check = |text: &str| options::check(name, text).map(drop).map_err(|problem| problem.to_string());
        return context.ui.ask_secret(&format!("{name} (hidden)"), "it on standard input", check);
    }
    key::stdin()
}

/// The name of an option; refused when it is none of Datadog's.
fn known(name: &str) -> Result<String> {
    if name.starts_with("DD_") || options::find(name).is_some() {
        return Ok(name.to_owned());
    }
    let failure = Failure::usage(format_args!("`{name}` is none of Datadog's options"));
    let near = options::near(name).into_iter().map(|near| format!("did you mean `{near}`?"));
    Err(near.chain(["heroku config:set sets any other variable".into()]).fold(failure, Failure::hint))
}

/// Fails when the version of the Agent that is to be set does not exist; a note says when nobody could be asked.
fn require_version(context: &Context, changes: &BTreeMap<String, Option<Secret>>) -> Result<Vec<Note>> {
    let Some(Some(version)) = changes.get("DD_AGENT_VERSION") else { return Ok(Vec::new()) };
    match available_versions::agents(context, false) {
        Ok(agents) => available_versions::require(version.expose(), &agents).map(|_| Vec::new()),
        Err(failure) if failure.code == Code::Unreachable => {
            let message = "whether this version of the Agent exists could not be checked";
            Ok(vec![Note::new(codes::UNCHECKED_VERSION, message)])
        }
        Err(failure) => Err(failure),
    }
}
