//! A plan: the app, its changes and the notes.

use console::style;
use serde_json::{Value, json};

use super::changes;
use super::foreign::line;
use super::wrap::wrap;
use crate::app::facts::Process;
use crate::app::{Note, Plan};

/// The plan as a person sees it.
pub fn render(plan: &Plan) -> String {
    let Plan { app: _, formation: _, changes, notes, known_builds: _, roll_back: _ } = plan;
    let mut lines = vec![heading(plan)];
    if changes.is_empty() {
        lines.push("  nothing to change".to_owned());
    }
    lines.extend(changes::lines(changes));
    for Note { code, message } in notes {
        let text = format!("{} ({code})", line(message));
        lines.push(format!("  {} {}", style("note:").cyan(), wrap(&text, 8)));
    }
    lines.join("\n")
}

/// What applying these plans costs: `1 restart now, 1 rebuild.` Empty when nothing changes.
pub fn cost(plans: &[Plan]) -> String {
    let restarts = plans.iter().map(Plan::restarts).sum::<usize>();
    let rebuilds = plans.iter().map(Plan::rebuilds).sum::<usize>();
    let promotions = plans.iter().map(Plan::promotions).sum::<usize>();
    let count =
        |n: usize, what: &str| (n > 0).then(|| format!("{n} {what}{}", if n == 1 { "" } else { "s" }));
    let parts = [
        count(restarts, "restart").map(|text| text + " now"),
        count(rebuilds, "rebuild"),
        count(promotions, "promotion"),
    ];
    let parts: Vec<_> = parts.into_iter().flatten().collect();
    match parts.is_empty() {
        true if plans.iter().all(Plan::is_empty) => String::new(),
        true => "No restart, no rebuild.".to_owned(),
        false => parts.join(", ") + ".",
    }
}

/// A plan that was not applied, as JSON.
pub fn to_json(plan: &Plan) -> Value {
    let Plan { app, formation: _, changes, notes, known_builds: _, roll_back: _ } = plan;
    let note = |Note { code, message }: &Note| json!({ "code": code, "message": message });
    json!({
        "app": app.name,
        "applied": false,
        "restarts": plan.restarts(),
        "rebuilds": plan.rebuilds(),
        "changes": changes.iter().map(changes::to_json).collect::<Vec<_>>(),
        "notes": notes.iter().map(note).collect::<Vec<_>>(),
    })
}

fn heading(plan: &Plan) -> String {
    let app = &plan.app;
    let dot = style(" · ").dim().to_string();
    let mut parts = vec![
        style(line(&app.name)).bold().to_string(),
        line(&app.stack).into_owned(),
        app.generation.to_string(),
    ];
    parts.extend(app.space.as_ref().map(|space| format!("space {}", line(space))));
    parts.extend(plan.formation.as_deref().map(dynos));
    parts.join(&dot)
}

/// `2 web, 1 worker`.
fn dynos(formation: &[Process]) -> String {
    let running: Vec<_> = formation
        .iter()
        .filter(|process| process.quantity > 0)
        .map(|process| format!("{} {}", process.quantity, line(&process.kind)))
        .collect();
    if running.is_empty() { "no dynos".to_owned() } else { running.join(", ") }
}
