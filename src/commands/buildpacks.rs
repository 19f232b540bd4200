//! `buildpacks`: the order rule, duplicates, pins.

use serde_json::json;

use super::{Context, Exit};
use crate::app::desired::{Buildpacks, Desired, Note, RebuildWhen};
use crate::app::order::{self, Fault};
use crate::app::{Buildpack, Facts, Part, Parts, codes, versions};
use crate::cli::rebuild_args;
use crate::engine;
use crate::failure::{Code, Failure, Result};
use crate::ui;

/// The buildpacks of an app: order, duplicates, pins
#[derive(Debug, clap::Subcommand)]
#[allow(missing_docs, reason = "a doc comment on what is flattened would show in the help")]
pub enum Verb {
    /// Show the buildpacks and what is wrong with their order
    Show,
    /// Put Datadog's buildpack once, and where it belongs
    Fix {
        #[command(flatten)]
        rebuild: rebuild_args::Args,
    },
    /// Pin Datadog's buildpack to a release
    Pin {
        /// The release, such as 2.44
        #[arg(value_name = "RELEASE")]
        release: String,
        #[command(flatten)]
        rebuild: rebuild_args::Args,
    },
    /// Let Datadog's buildpack follow its newest state
    Unpin {
        #[command(flatten)]
        rebuild: rebuild_args::Args,
    },
}

/// Runs one verb.
pub fn run(context: &Context, verb: &Verb) -> Result<Exit> {
    match verb {
        Verb::Show => show(context),
        Verb::Fix { rebuild } => set(context, rebuild, &|list| {
            let pin = order::installed(list).and_then(Buildpack::pin);
            (order::repinned(list, pin), None)
        }),
        Verb::Pin { release, rebuild } => set(context, rebuild, &|list| {
            let note = (!versions::is_release(release)).then(|| {
                let message = format!("`{release}` is no release: a branch or commit may change or go away");
                Note::new(codes::PINNED_TO_BRANCH, message)
            });
            (order::repinned(list, Some(release)), note)
        }),
        Verb::Unpin { rebuild } => set(context, rebuild, &|list| (order::repinned(list, None), None)),
    }
}

/// The list that is wanted instead of the one that is there, and what to know about it.
type Wanted<'w> = dyn Fn(&[Buildpack]) -> (Option<Vec<Buildpack>>, Option<Note>) + Sync + 'w;

fn set(context: &Context, rebuild: &rebuild_args::Args, wanted: &Wanted<'_>) -> Result<Exit> {
    let desire = |facts: &Facts| {
        let app = &facts.app.name;
        if !facts.app.has_buildpacks() {
            return Err(Failure::new(
                Code::Failed,
                format_args!("`{app}` is not built by classic buildpacks"),
            ));
        }
        let (list, note) = wanted(facts.buildpacks.as_deref().unwrap_or_default());
        let list = list.ok_or_else(|| {
            Failure::new(Code::Failed, format_args!("no buildpack of `{app}` installs the Agent"))
                .hint(format_args!("dd-heroku init -a {app}"))
        })?;
        let notes = note.into_iter().collect();
        let mut desired = Desired { buildpacks: Buildpacks::Exactly(list), notes, ..Desired::default() };
        rebuild.put_into(&mut desired, RebuildWhen::Due, context, facts)?;
        Ok(desired)
    };
    engine::run(context, &context.apps()?, &rebuild_args::PARTS.into(), &desire)
}

fn show(context: &Context) -> Result<Exit> {
    let facts = engine::observe(context, &context.apps()?, &Parts::from([Part::Buildpacks]))?;
    if context.ui.json {
        let documents = facts.iter().map(to_json).collect();
        context.ui.json(&ui::one_or_many(documents, context.is_fleet()))?;
        return Ok(Exit::Done);
    }
    let texts: Vec<_> = facts.iter().map(|one| render(one, context.is_fleet())).collect();
    context.ui.answer(texts.join("\n\n"))?;
    Ok(Exit::Done)
}

fn faults(facts: &Facts) -> Vec<String> {
    if !facts.app.has_buildpacks() {
        return Vec::new();
    }
    let list = facts.buildpacks.as_deref().unwrap_or_default();
    let told = |fault: &Fault| match fault {
        Fault::Missing => "no buildpack installs the Agent: dd-heroku init".to_owned(),
        Fault::Twice => "several install the Agent: dd-heroku buildpacks fix".to_owned(),
        Fault::Last => {
            "Datadog's is last, and the last decides the process types: dd-heroku buildpacks fix".to_owned()
        }
        Fault::Before(at) => format!("{} must come before Datadog's: dd-heroku buildpacks fix", list[*at]),
    };
    order::faults(list).iter().map(told).collect()
}

fn to_json(facts: &Facts) -> serde_json::Value {
    let list = facts.buildpacks.as_deref().unwrap_or_default();
    let rows: Vec<_> = list
        .iter()
        .enumerate()
        .map(|(at, one)| {
            json!({
                "position": at + 1, "reference": one.shown_reference(), "pin": one.pin(), "agent": one.installs_agent(),
            })
        })
        .collect();
    json!({ "app": facts.app.name, "buildpacks": rows, "problems": faults(facts) })
}

fn render(facts: &Facts, is_fleet: bool) -> String {
    let list = facts.buildpacks.as_deref().unwrap_or_default();
    let mut lines: Vec<_> = is_fleet.then(|| facts.app.name.clone()).into_iter().collect();
    lines.extend(list.iter().enumerate().map(|(at, one)| format!("{}  {one}", at + 1)));
    if list.is_empty() {
        lines.push(format!("{} has no buildpacks set", facts.app.name));
    }
    lines.extend(faults(facts).into_iter().map(|fault| format!("!  {fault}")));
    lines.join("\n")
}
