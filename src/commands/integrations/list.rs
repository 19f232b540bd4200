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
        let on = state
            .iter()
            .filter(|integration| integration.is_on)
            .map(|integration| integration.entry.name.as_str())
            .collect();
        return available(context, &on);
    }
    let files: Vec<_> =
        facts[0].usable_checkout().iter().flat_map(|checkout| &checkout.files).map(file).collect();
    let folder = facts[0].conf_folder();
    let findings = lint::lint(&files, &folder);
    let rows: Vec<_> = state
        .into_iter()
        .map(|integration| {
            let problems = problems(&integration, &findings);
            let from = integration.from.iter().map(|from| folder.real(from)).collect();
            (On { from, ..integration }, problems)
        })
        .collect();
    if context.ui.json {
        context
            .ui
            .json(&rows.iter().map(|(integration, problems)| document(integration, *problems)).collect())?;
    } else if rows.is_empty() {
        context.ui.say(format_args!(
            "nothing is on for {app}; `dd-heroku integrations list --available` shows what there is"
        ));
    } else {
        context.ui.answer(ui::table(
            ["NAME", "ON", "FROM", "DYNOS", "HEALTH"],
            rows.iter().map(|(integration, problems)| row(integration, *problems)),
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
fn problems(integration: &On, findings: &[lint::Finding]) -> Option<usize> {
    let folder = integration.entry.folder()?;
    integration.from.iter().any(|from| from.starts_with("datadog/")).then(|| {
        let is_about = |finding: &&lint::Finding| {
            (finding.path.starts_with(&folder) || integration.from.contains(&finding.path))
                && finding.severity != lint::Severity::Info
        };
        findings.iter().filter(is_about).count()
    })
}

fn document(integration: &On, problems: Option<usize>) -> Value {
    json!({
        "name": integration.entry.name,
        "title": integration.entry.title,
        "kind": integration.entry.kind.as_str(),
        "on": integration.is_on,
        "from": integration.from,
        "dynos": integration.dynos,
        "version": integration.version,
        "problems": problems,
    })
}

fn row(integration: &On, problems: Option<usize>) -> [String; 5] {
    let name = match &integration.version {
        Some(version) => format!("{}@{version}", integration.entry.name),
        None => integration.entry.name.clone(),
    };
    let dynos = match (integration.is_on, integration.dynos.as_slice()) {
        (false, _) => String::new(),
        (true, []) => "all".to_owned(),
        (true, dynos) => dynos.join(", "),
    };
    let health = match problems {
        None => String::new(),
        Some(0) => "ok".to_owned(),
        Some(n) => format!("{n} to fix: dd-heroku checks lint"),
    };
    [
        name,
        if integration.is_on { "on" } else { "off, available" }.to_owned(),
        integration.from.join(", "),
        dynos,
        health,
    ]
}
