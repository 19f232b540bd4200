//! `sandbox show`: what the sandbox holds, without its secrets.

use comfy_table::{ContentArrangement, Table, presets};
use serde_json::{Value, json};

use super::world::World;
use super::world::app::{App, Release, Status};
use crate::secret::mask;

/// A table of the apps.
pub(crate) fn table(world: &World) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_content_arrangement(ContentArrangement::Disabled);
    table.set_header(["APP", "STACK", "RELEASE", "COMMIT", "SLUG", "AGENT", "DYNOS"]);
    for app in &world.apps {
        let slug = app.current_slug();
        let none = || "–".to_owned();
        table.add_row([
            app.name.clone(),
            app.stack.clone(),
            app.current().map_or_else(none, |release| format!("v{}", release.version)),
            slug.and_then(|slug| slug.commit.as_deref())
                .map_or_else(none, |commit| commit.chars().take(7).collect()),
            slug.map_or_else(none, |slug| format!("{} MB", slug.size / 1_000_000)),
            slug.and_then(|slug| slug.agent.clone()).unwrap_or_else(none),
            dynos(app),
        ]);
    }
    let rows = table.to_string();
    let overview = rows.lines().map(|line| line.trim().to_owned());
    let lines: Vec<String> = overview.chain(world.apps.iter().flat_map(details)).collect();
    lines.join("\n")
}

fn dynos(app: &App) -> String {
    let of = |process: &super::world::app::Process| format!("{} {}", process.quantity, process.kind);
    app.formation.iter().map(of).collect::<Vec<_>>().join(", ")
}

fn details(app: &App) -> Vec<String> {
    let mut lines = vec![String::new(), app.name.clone()];
    let mut line = |what: &str, values: Vec<String>| {
        if !values.is_empty() {
            lines.push(format!("  {what:<10} {}", values.join(", ")));
        }
    };
    line("buildpacks", app.buildpacks.clone());
    line("config", app.config.keys().cloned().collect());
    line("features", app.features.iter().cloned().collect());
    line("drains", app.drains.iter().map(|drain| masked_url(&drain.url)).collect());
    let recent = app.releases.iter().rev().take(3);
    line("releases", recent.map(recent_release).collect());
    lines
}

fn recent_release(release: &Release) -> String {
    let status = match release.status {
        Status::Pending => " (release command running)",
        Status::Failed => " (release command failed)",
        Status::Succeeded => "",
    };
    format!("v{} {}{status}", release.version, release.description)
}

/// The same as JSON.
pub(crate) fn json(world: &World) -> Value {
    let app = |app: &App| {
        json!({
            "name": app.name,
            "stack": app.stack,
            "generation": app.generation,
            "buildpacks": app.buildpacks,
            "config": app.config.keys().collect::<Vec<_>>(),
            "features": app.features,
            "drains": app.drains.iter().map(|drain| masked_url(&drain.url)).collect::<Vec<_>>(),
            "slug": app.current_slug().map(|slug| json!({
                "commit": slug.commit, "size": slug.size, "agent": slug.agent,
            })),
            "releases": app.releases.iter().map(|release| json!({
                "version": release.version, "description": release.description, "status": release.status,
            })).collect::<Vec<_>>(),
        })
    };
    json!({"apps": world.apps.iter().map(app).collect::<Vec<_>>()})
}

/// A drain's URL up to the question mark, and the end of the key.
fn masked_url(url: &str) -> String {
    let (place, query) = url.split_once('?').unwrap_or((url, ""));
    let key = url::form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "dd-api-key");
    key.map_or_else(|| place.to_owned(), |(_, key)| format!("{place} (key {})", mask(&key)))
}
