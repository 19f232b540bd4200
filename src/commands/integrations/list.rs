//! `integrations list`: what is on, and what could be.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::query;
use crate::app::integrations::{Folder, On, state};
use crate::cli::OneAppOrName;
use crate::commands::{Context, Exit};
use crate::datadog::integrations;
use crate::engine;
use crate::failure::Result;
use crate::repo::lint;
use crate::ui;

/// List what is on, where it comes from, on which dynos, and whether its file is right
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "Examples:
  dd-heroku integrations list
  dd-heroku integrations list shop --json
  dd-heroku integrations list --available")]
pub struct Args {
    /// List every integration that can be turned on
    #[arg(long)]
    available: bool,
    #[command(flatten)]
    app: OneAppOrName,
}

/// Lists them.
pub fn run(context: &Context, args: &Args) -> Result<Exit> {
    let targets = args.app.targets();
    if args.available && !context.names_an_app(&targets) {
        return available(context, &BTreeSet::new());
    }
    let app = context.app(&targets)?;
    let facts = engine::observe(context, std::slice::from_ref(&app), &query())?;
    let state = state(&facts[0], Folder::of(&facts[0]).as_ref());
    if args.available {
        let on = state.iter().filter(|one| one.is_on).map(|one| one.entry.name.as_str()).collect();
        return available(context, &on);
    }
    let files: Vec<_> =
        facts[0].usable_checkout().iter().flat_map(|checkout| &checkout.files).map(file).collect();
    let findings = lint::lint(&files);
    let rows: Vec<_> = state.iter().map(|one| (one, problems(one, &findings))).collect();
    if context.ui.json {
        context.ui.json(&rows.iter().map(|(one, problems)| document(one, *problems)).collect())?;
    } else if rows.is_empty() {
        context.ui.say(format_args!(
            "nothing is on for {app}; `dd-heroku integrations list --available` shows what there is"
        ));
    } else {
        context.ui.answer(ui::table(
            ["NAME", "ON", "FROM", "DYNOS", "HEALTH"],
            rows.iter().map(|(one, problems)| row(one, *problems)),
        ))?;
    }
    Ok(Exit::Done)
}

fn file((path, text): (&String, &String)) -> lint::File {
    lint::File { path: path.clone(), text: text.clone() }
}

/// The catalogue. Without an app nothing is on.
fn available(context: &Context, on: &BTreeSet<&str>) -> Result<Exit> {
    let all = integrations::all();
    if context.ui.json {
        let object = |entry: &integrations::Integration| json!({ "name": entry.name, "title": entry.title, "kind": entry.kind.as_str(), "on": on.contains(entry.name.as_str()) });
        context.ui.json(&all.iter().map(object).collect())?;
    } else {
        let row = |entry: &integrations::Integration| {
            let is_on = if on.contains(entry.name.as_str()) { "on" } else { "" };
            [entry.name.clone(), is_on.to_owned(), entry.kind.as_str().to_owned(), entry.about.clone()]
        };
        context.ui.answer(ui::table(["NAME", "ON", "KIND", "WHAT IT REPORTS"], all.iter().map(row)))?;
    }
    Ok(Exit::Done)
}

/// How many problems an integration's files have; `None` where it has none.
fn problems(one: &On, findings: &[lint::Finding]) -> Option<usize> {
    let folder = one.entry.folder()?;
    one.from.iter().any(|from| from.starts_with("datadog/")).then(|| {
        let is_own = |found: &&lint::Finding| {
            (found.path.starts_with(&folder) || one.from.contains(&found.path))
                && found.severity != lint::Severity::Info
        };
        findings.iter().filter(is_own).count()
    })
}

fn document(one: &On, problems: Option<usize>) -> Value {
    json!({
        "name": one.entry.name,
        "title": one.entry.title,
        "kind": one.entry.kind.as_str(),
        "on": one.is_on,
        "from": one.from,
        "dynos": one.dynos,
        "version": one.version,
        "problems": problems,
    })
}

fn row(one: &On, problems: Option<usize>) -> [String; 5] {
    let name = match &one.version {
        Some(version) => format!("{}@{version}", one.entry.name),
        None => one.entry.name.clone(),
    };
    let dynos = match (one.is_on, one.dynos.as_slice()) {
        (false, _) => String::new(),
        (true, []) => "all".to_owned(),
        (true, dynos) => dynos.join(", "),
    };
    let health = match problems {
        None => String::new(),
        Some(0) => "ok".to_owned(),
        Some(n) => format!("{n} to fix: dd-heroku checks lint"),
    };
    [name, if one.is_on { "on" } else { "off, available" }.to_owned(), one.from.join(", "), dynos, health]
}
