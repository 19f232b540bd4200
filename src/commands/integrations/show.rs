//! `integrations show`: the options of one integration, and its file.

use serde_json::json;

use super::{named, query};
use crate::app::integrations::{Folder, On, state};
use crate::cli::OneApp;
use crate::commands::{Context, Exit};
use crate::datadog::integrations::{Integration, Kind, Opt, conf};
use crate::engine;
use crate::failure::Result;
use crate::ui;

/// Show the options of an integration, which add-ons provide it, and its file
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "Examples:
  dd-heroku integrations show redis
  dd-heroku integrations show rediscloud -a shop")]
pub struct Args {
    /// Name of the integration
    #[arg(value_name = "NAME")]
    name: String,
    #[command(flatten)]
    app: OneApp,
}

/// Shows it.
pub fn run(context: &Context, args: &Args) -> Result<Exit> {
    let entry = named(&args.name)?;
    let on = of_app(context, args, entry)?;
    if context.ui.json {
        let mut document = document(entry);
        if let Some((app, on)) = on {
            document["app"] = app.into();
            document["on"] = on.as_ref().is_some_and(|on| on.is_on).into();
            document["from"] = on.map(|on| on.from).unwrap_or_default().into();
        }
        context.ui.json(&document)?;
    } else {
        let on = on.map(|(app, on)| state_text(&app, on.as_ref()));
        let parts: Vec<_> = std::iter::once(text(entry)).chain(on).collect();
        context.ui.answer(parts.join("\n\n"))?;
    }
    Ok(Exit::Done)
}

/// Whether the app that was named has it.
fn of_app(context: &Context, args: &Args, entry: &Integration) -> Result<Option<(String, Option<On>)>> {
    let targets = args.app.targets();
    if !targets.is_named() {
        return Ok(None);
    }
    let app = context.app(&targets)?;
    let facts = engine::observe(context, std::slice::from_ref(&app), &query())?;
    let on =
        state(&facts[0], Folder::of(&facts[0]).as_ref()).into_iter().find(|on| on.entry.name == entry.name);
    Ok(Some((app, on)))
}

fn state_text(app: &str, on: Option<&On>) -> String {
    match on {
        Some(on) if on.is_on => format!("On for {app}, from {}.", on.from.join(", ")),
        Some(on) => format!("Off for {app}; available from {}.", on.from.join(", ")),
        None => format!("Off for {app}."),
    }
}

fn document(entry: &Integration) -> serde_json::Value {
    let option = |option: &Opt| {
        json!({
            "name": option.name,
            "type": option.kind.as_str(),
            "required": option.required,
            "or": option.or,
            "value": option.value,
            "about": option.about,
        })
    };
    json!({
        "name": entry.name,
        "title": entry.title,
        "kind": entry.kind.as_str(),
        "check": entry.check,
        "about": entry.about,
        "aliases": entry.aliases,
        "addons": addons(entry),
        "needs": entry.needs,
        "version": entry.version,
        "options": entry.options.iter().map(option).collect::<Vec<_>>(),
        "example": example(entry),
    })
}

fn text(entry: &Integration) -> String {
    let mut text = vec![ui::wrap(&format!("{} ({}): {}", entry.title, entry.name, entry.about), 0)];
    let addons = addons(entry);
    if !addons.is_empty() {
        text.push(ui::wrap(&format!("Add-ons: {}", addons.join(", ")), 0));
    }
    if let Some(needs) = &entry.needs {
        text.push(ui::wrap(&format!("Needs: {needs}"), 0));
    }
    if !entry.options.is_empty() {
        let required = |option: &Opt| match (option.required, option.or.as_slice()) {
            (false, _) => String::new(),
            (true, []) => "required".to_owned(),
            (true, or) => format!("required, or {}", or.join(", ")),
        };
        let rows = entry.options.iter().map(|option| {
            [option.name.clone(), option.kind.as_str().to_owned(), required(option), option.about.clone()]
        });
        text.push(ui::table(["OPTION", "TYPE", "", "WHAT IT IS"], rows));
    }
    if let Some(example) = example(entry) {
        text.push(format!("{}/conf.yaml:\n\n{}", entry.folder().unwrap_or_default(), example.trim_end()));
    }
    text.join("\n\n")
}

fn addons(entry: &Integration) -> Vec<&str> {
    entry.sources.iter().map(|source| source.addon.as_str()).collect()
}

/// The file with the values of the first add-on, where one has any.
fn example(entry: &Integration) -> Option<String> {
    if matches!(entry.kind, Kind::ConfigVar | Kind::Library) {
        return None;
    }
    let mut instance = conf::usual(entry);
    for option in conf::missing(entry, &instance.clone()) {
        instance.insert(option.name.clone(), "…".into());
    }
    if let Some(source) = entry.sources.first() {
        let value = |value: &serde_json::Value| match value.as_str() {
            Some(text) => text.replace("${PREFIX", &format!("${{{}", source.prefix)).into(),
            None => value.clone(),
        };
        instance.extend(source.set.iter().map(|(name, set)| (name.clone(), value(set))));
    }
    Some(conf::render(entry, &[instance]))
}
