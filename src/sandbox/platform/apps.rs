//! Apps.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::sandbox::exchange::{Answer, Refusal, Reply, Request};
use crate::sandbox::world::app::App;
use crate::sandbox::world::{World, reference, user};

#[derive(Deserialize)]
struct Filter {
    /// All apps where it is missing.
    #[serde(rename = "in")]
    within: Option<Ids>,
}

#[derive(Deserialize)]
struct Ids {
    id: Vec<String>,
}

pub(crate) fn list(world: &World) -> Reply {
    Ok(Answer::list_by("name", world.apps.iter().map(|app| object(world, app))))
}

pub(crate) fn info(world: &World, app: &str) -> Reply {
    Ok(Answer::ok(object(world, world.app(app)?)))
}

pub(crate) fn of_team(world: &World, team: &str) -> Reply {
    let team = super::account::team_name(world, team).ok_or_else(|| Refusal::not_found("team"))?;
    let apps = world.apps.iter().filter(|app| app.team.as_deref() == Some(team));
    Ok(Answer::list_by("name", apps.map(|app| team_object(world, app))))
}

/// `GET /teams/apps/APP`.
pub(crate) fn info_of_team(world: &World, app: &str) -> Reply {
    Ok(Answer::ok(team_object(world, world.app(app)?)))
}

fn team_object(world: &World, app: &App) -> Value {
    let mut object = object(world, app);
    object["joined"] = json!(true);
    object["locked"] = json!(app.locked);
    if app.space.is_some() {
        object["space"] = json!({"id": object["space"]["id"], "name": app.space});
    }
    object["team"] = app.team.as_ref().map_or(Value::Null, |team| json!({"name": team}));
    if let Value::Object(fields) = &mut object {
        fields.retain(|name, _| !["acm", "generation", "organization"].contains(&name.as_str()));
    }
    object
}

/// The apps of these ids.
pub(crate) fn filtered(world: &World, request: &Request) -> Reply {
    let Filter { within } = request.json()?;
    let is_asked = |app: &&App| within.as_ref().is_none_or(|within| within.id.contains(&app.id));
    let apps = world.apps.iter().filter(is_asked).map(|app| {
        let mut object = object(world, app);
        (object["joined"], object["locked"]) = (json!(true), json!(app.locked));
        object
    });
    Ok(Answer::list_by("name", apps))
}

pub(super) fn object(world: &World, app: &App) -> Value {
    let team = app.team.as_deref().map(|team| reference("team", team));
    let owner = match &app.team {
        Some(team) => {
            json!({"id": reference("team", team)["id"], "email": format!("{team}@herokumanager.com")})
        }
        None => user(),
    };
    let space = app.space.as_deref().map(|space| {
        let mut space = reference("space", space);
        space["shield"] = json!(false);
        space
    });
    let region = world
        .spaces
        .iter()
        .find(|space| Some(&space.name) == app.space.as_ref())
        .map_or(&app.region, |s| &s.region);
    json!({
        "acm": app.acm,
        "archived_at": null,
        "build_stack": reference("stack", app.build_stack.as_ref().unwrap_or(&app.stack)),
        "buildpack_provided_description": app.language,
        "created_at": app.created_at,
        "generation": reference("generation", &app.generation),
        "git_url": format!("https://git.heroku.com/{}.git", app.name),
        "id": app.id,
        "internal_routing": space.as_ref().map(|_| false),
        "maintenance": app.maintenance,
        "name": app.name,
        "organization": team,
        "owner": owner,
        "region": reference("region", region),
        "released_at": app.current().map(|release| &release.created_at),
        "repo_size": null,
        "slug_size": app.current_slug().map(|slug| slug.size),
        "space": space,
        "stack": reference("stack", &app.stack),
        "team": team,
        "updated_at": app.updated_at,
        "web_url": format!("https://{}/", app.hostname()),
    })
}
