//! `buildpacks show`: the list, and what is wrong with it.

use serde_json::json;

use crate::app::Facts;
use crate::app::facts::{CheckoutQuery, Part, Query};
use crate::app::order::Fault;
use crate::cli::Targets;
use crate::commands::{Context, Exit};
use crate::engine;
use crate::failure::Result;
use crate::ui::{self, foreign::line, wrap};

/// Shows the buildpacks of the apps.
pub(super) fn run(context: &Context, targets: &Targets) -> Result<Exit> {
    let query = Query::from([Part::Buildpacks]).with_checkout(CheckoutQuery::default());
    let facts = engine::observe(context, &context.apps(targets)?, &query)?;
    if context.ui.json {
        let documents = facts.iter().map(to_json).collect();
        context.ui.json(&ui::one_or_many(documents, targets.are_many()))?;
        return Ok(Exit::Done);
    }
    let texts: Vec<_> = facts.iter().map(|app_facts| render(app_facts, targets.are_many())).collect();
    context.ui.answer(texts.join("\n\n"))?;
    Ok(Exit::Done)
}

fn faults(facts: &Facts) -> Vec<String> {
    if !facts.app.has_buildpacks() {
        return Vec::new();
    }
    let list = facts.buildpacks.as_deref().unwrap_or_default();
    let app = &facts.app.name;
    let fix = format!("dd-heroku buildpacks fix -a {app}");
    let message = |fault: &Fault| match fault {
        Fault::Missing => format!("no buildpack installs the Agent: dd-heroku init -a {app}"),
        Fault::Twice => format!("several install the Agent: {fix}"),
        Fault::Last => format!("Datadog's is last, and the last decides the process types: {fix}"),
        Fault::Before(at) => format!("{} must come before Datadog's: {fix}", list[*at]),
    };
    facts.order_faults().iter().map(message).collect()
}

fn to_json(facts: &Facts) -> serde_json::Value {
    let list = facts.buildpacks.as_deref().unwrap_or_default();
    let rows: Vec<_> = list
        .iter()
        .enumerate()
        .map(|(at, buildpack)| {
            json!({
                "position": at + 1, "reference": buildpack.shown_reference(), "pin": buildpack.pin(), "agent": buildpack.installs_agent(),
            })
        })
        .collect();
    json!({ "app": facts.app.name, "buildpacks": rows, "problems": faults(facts) })
}

fn render(facts: &Facts, are_many: bool) -> String {
    let list = facts.buildpacks.as_deref().unwrap_or_default();
    let mut lines: Vec<_> = are_many.then(|| line(&facts.app.name).into_owned()).into_iter().collect();
    lines.extend(
        list.iter()
            .enumerate()
            .map(|(at, buildpack)| format!("{}  {}", at + 1, line(&buildpack.to_string()))),
    );
    if list.is_empty() {
        lines.push(format!("{} has no buildpacks set", facts.app.name));
    }
    lines.extend(faults(facts).into_iter().map(|fault| format!("!  {}", wrap(&line(&fault), 3))));
    lines.join("\n")
}
