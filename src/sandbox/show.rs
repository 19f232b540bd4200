//! `sandbox show`: what the sandbox holds, without its secrets.

use serde_json::{Value, json};

use super::world::World;
use super::world::app::{App, Release, Status};
use crate::secret::mask;

/// The columns of [`overview`].
pub(crate) const HEADINGS: [&str; 7] = ["APP", "STACK", "RELEASE", "COMMIT", "SLUG", "AGENT", "DYNOS"];

/// A row for each app.
pub(crate) fn overview(world: &World) -> Vec<[String; 7]> {
    let row = |app: &App| {
        let slug = app.current_slug();
        let none = || "–".to_owned();
        [
            app.name.clone(),
            app.stack.clone(),
            app.current().map_or_else(none, |release| format!("v{}", release.version)),
            slug.and_then(|slug| slug.commit.as_deref())
                .map_or_else(none, |commit| commit.chars().take(7).collect()),
            slug.map_or_else(none, |slug| format!("{} MB", slug.size / 1_000_000)),
            slug.and_then(|slug| slug.agent.clone()).unwrap_or_else(none),
            dynos(app),
        ]
    };
    world.apps.iter().map(row).collect()
}

/// What each app has, by name: pairs of what it is and its values.
pub(crate) fn details(world: &World) -> Vec<(String, Vec<(&'static str, String)>)> {
    world.apps.iter().map(|app| (app.name.clone(), of_app(app))).collect()
}

fn dynos(app: &App) -> String {
    let of = |process: &super::world::app::Process| format!("{} {}", process.quantity, process.kind);
    app.formation.iter().map(of).collect::<Vec<_>>().join(", ")
}

fn of_app(app: &App) -> Vec<(&'static str, String)> {
    let recent = app.releases.iter().rev().take(3);
    let all: [(&str, Vec<String>); 5] = [
        ("buildpacks", app.buildpacks.clone()),
        ("config", app.config.keys().cloned().collect()),
        ("features", app.features.iter().cloned().collect()),
        ("drains", app.drains.iter().map(|drain| masked_url(&drain.url)).collect()),
        ("releases", recent.map(recent_release).collect()),
    ];
    let set = all.into_iter().filter(|(_, values)| !values.is_empty());
    set.map(|(what, values)| (what, values.join(", "))).collect()
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
