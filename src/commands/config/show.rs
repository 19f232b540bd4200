//! `config list`, `get` and `explain`.

use serde_json::{Map, Value, json};

use crate::app::Facts;
use crate::app::desired::config::{self, Row};
use crate::app::facts::{Part, Query};
use crate::cli::Targets;
use crate::commands::{Context, Exit};
use crate::datadog::options::{Standing, find, near};
use crate::engine;
use crate::failure::{Code, Failure, Result};
use crate::secret::mask;
use crate::ui::{self, foreign::line};

/// Lists the options of the apps that are meant.
pub(super) fn list(context: &Context, targets: &Targets, all: bool) -> Result<Exit> {
    let facts = engine::observe(context, &context.apps(targets)?, &Query::from([Part::Config]))?;
    if context.ui.json {
        let documents = facts.iter().map(|app_facts| {
            let rows = app_facts.config.as_ref().map(config::rows).unwrap_or_default();
            json!({ "app": app_facts.app.name, "options": rows.iter().map(to_json).collect::<Vec<_>>() })
        });
        context.ui.json(&ui::one_or_many(documents.collect(), targets.are_many()))?;
        return Ok(Exit::Done);
    }
    let tables: Vec<_> = facts.iter().map(|app_facts| table(app_facts, all, targets.are_many())).collect();
    context.ui.answer(tables.join("\n\n"))?;
    Ok(Exit::Done)
}

/// Prints the value of one option.
pub(super) fn get(context: &Context, targets: &Targets, name: &str) -> Result<Exit> {
    let app = context.app(targets)?;
    let config = context.reader()?.config(&app)?;
    let row = Row { name, variable: find(name), value: config.raw(name) };
    if context.ui.json {
        context.ui.json(&to_json(&row))?;
        return Ok(Exit::Done);
    }
    let Some(value) = row.value else {
        let failure = Failure::new(Code::Failed, format_args!("`{name}` is not set on `{app}`"));
        return Err(match row.default() {
            Some(default) => failure.hint(format_args!("`{default}` is what holds then")),
            None => failure,
        });
    };
    context.ui.answer_value(&shown(&row, value))?;
    Ok(Exit::Done)
}

/// Says what an option is.
pub(super) fn explain(context: &Context, name: &str) -> Result<Exit> {
    let Some(variable) = find(name) else {
        let failure = Failure::usage(format_args!("unknown option `{name}`"));
        return Err(near(name)
            .into_iter()
            .fold(failure, |failure, near| failure.hint(format_args!("dd-heroku config explain {near}"))));
    };
    let (note, instead) = match variable.standing {
        Standing::Current => (None, None),
        Standing::Discouraged(why) => (Some(why), None),
        Standing::Replaced(by) => (None, Some(by)),
    };
    let kind = variable.kind.expected();
    if context.ui.json {
        context.ui.json(&json!({
            "name": variable.name, "about": variable.about, "expected": kind, "default": variable.default,
            "recompile": variable.recompile, "secret": variable.is_secret(), "note": note, "replaced_by": instead,
        }))?;
        return Ok(Exit::Done);
    }
    let effect = match variable.recompile {
        true => "when the slug is compiled: `config set` offers the rebuild",
        false => "at once: setting it restarts the dynos",
    };
    let mut lines = vec![variable.about.to_owned(), String::new(), format!("expected  {kind}")];
    lines.extend(variable.default.map(|default| format!("default   {default}")));
    lines.push(format!("effect    {effect}"));
    lines.extend(note.map(|note| format!("note      {note}")));
    lines.extend(instead.map(|by| format!("instead   {by}")));
    context.ui.answer(lines.join("\n"))?;
    Ok(Exit::Done)
}

fn table(facts: &Facts, all: bool, are_many: bool) -> String {
    let rows = facts.config.as_ref().map(config::rows).unwrap_or_default();
    let rows: Vec<_> = rows.iter().filter(|row| all || row.value.is_some()).collect();
    let cells = rows.iter().map(|row| {
        let value = match (row.value, row.default()) {
            (Some(value), _) => shown(row, value),
            (None, Some(default)) => format!("({default})"),
            (None, None) => "-".to_owned(),
        };
        let rebuild =
            if row.variable.is_some_and(|variable| variable.recompile) { "rebuild" } else { "restart" };
        [row.name.to_owned(), value, rebuild.to_owned()]
    });
    let text = match rows.is_empty() {
        true => format!("{0} has none of Datadog's options: dd-heroku init -a {0}", line(&facts.app.name)),
        false => ui::table(["OPTION", "VALUE", "TAKES EFFECT BY"], cells),
    };
    if are_many { format!("{}\n{text}", line(&facts.app.name)) } else { text }
}

fn to_json(row: &Row<'_>) -> Value {
    let mut object = Map::new();
    object.insert("name".into(), row.name.into());
    object.insert("set".into(), row.value.is_some().into());
    if row.is_secret() {
        object.insert("secret".into(), true.into());
    } else {
        object.insert("value".into(), row.value.into());
    }
    object.insert("default".into(), row.default().into());
    object.insert("recompile".into(), row.variable.is_some_and(|variable| variable.recompile).into());
    object.insert("source".into(), row.source().into());
    object.into()
}

fn shown(row: &Row<'_>, value: &str) -> String {
    if row.is_secret() { mask(value) } else { value.to_owned() }
}
