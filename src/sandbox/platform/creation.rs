//! Apps that are made, changed, and destroyed.

use serde::Deserialize;
use serde_json::Value;

use super::account::{REGIONS, known_stacks, team_name};
use super::{Identity, apps};
use crate::platform::stack;
use crate::sandbox::exchange::{Answer, Refusal, Reply, Request};
use crate::sandbox::ids;
use crate::sandbox::world::World;
use crate::sandbox::world::app::App;

#[derive(Default, Deserialize)]
struct New {
    name: Option<String>,
    region: Option<Identity>,
    stack: Option<Identity>,
    team: Option<Identity>,
    space: Option<Identity>,
    /// Labs features to begin with.
    #[serde(default)]
    feature_flags: Vec<String>,
    #[serde(rename = "locked")]
    _locked: Option<bool>,
    #[serde(rename = "personal")]
    _personal: Option<bool>,
    #[serde(rename = "internal_routing")]
    _internal_routing: Option<bool>,
}

/// `POST /apps`.
pub(crate) fn create(world: &mut World, request: &Request) -> Reply {
    let New { name, region, stack, team, space, feature_flags, .. } = request.json()?;
    let name = name.unwrap_or_else(|| format!("sandbox-app-{}", &ids::fresh()[..5]));
    check_name(world, &name)?;
    let region = region.as_ref().map_or("us", Identity::as_str);
    if !REGIONS.iter().any(|known| known.0 == region) {
        return Err(Refusal::invalid(format!("Couldn't find that region {region}.")));
    }
    let stack = stack.as_ref().map_or(stack::DEFAULT, Identity::as_str);
    check_stack(stack)?;
    let space = space.map(|space| super::account::find_space(world, space.as_str()).cloned()).transpose()?;
    let team = match (&team, &space) {
        (Some(team), _) => {
            let team = team_name(world, team.as_str()).ok_or_else(|| Refusal::not_found("team"))?;
            Some(team.to_owned())
        }
        (None, Some(space)) => Some(space.team.clone()),
        (None, None) => None,
    };
    let mut app = App::new(&name, stack);
    app.region = space.as_ref().map_or_else(|| region.to_owned(), |space| space.region.clone());
    app.generation = space.as_ref().map_or_else(|| "cedar".to_owned(), |space| space.generation.clone());
    app.team = team;
    app.space = space.map(|space| space.name);
    for flag in &feature_flags {
        app.features.insert(super::features::name_of(&app, flag)?.to_owned());
    }
    app.release("Initial release".into());
    app.release("Enable Logplex".into());
    let id = app.id.clone();
    world.apps.push(app);
    Ok(Answer::with(201, apps::object(world, world.app(&id)?)))
}

/// `POST /teams/apps`: an app of a team.
pub(crate) fn create_in_team(world: &mut World, request: &Request) -> Reply {
    let made = create(world, request)?;
    let id = world.apps.last().map(|app| app.id.clone()).unwrap_or_default();
    Ok(Answer { status: made.status, ..apps::info_of_team(world, &id)? })
}

#[derive(Deserialize)]
struct Changes {
    name: Option<String>,
    maintenance: Option<bool>,
    build_stack: Option<Identity>,
}

/// `PATCH /apps/APP`.
pub(crate) fn update(world: &mut World, app: &str, request: &Request) -> Reply {
    let Changes { name, maintenance, build_stack } = request.json()?;
    let id = world.app(app)?.id.clone();
    if let Some(name) = name.as_deref().filter(|name| world.app(app).is_ok_and(|app| app.name != **name)) {
        check_name(world, name)?;
    }
    if let Some(stack) = &build_stack {
        check_stack(stack.as_str())?;
    }
    let app = world.app_mut(&id)?;
    if let Some(name) = name {
        app.name = name;
    }
    if let Some(maintenance) = maintenance {
        app.maintenance = maintenance;
    }
    if let Some(stack) = build_stack {
        // Takes effect with the next build, or at once where nothing was built yet.
        if app.current_slug().is_none() {
            stack.as_str().clone_into(&mut app.stack);
        }
        app.build_stack = Some(stack.as_str().to_owned());
    }
    app.updated_at = ids::now();
    apps::info(world, &id)
}

/// `DELETE /apps/APP`: the app, its add-ons, and what was attached of them elsewhere.
pub(crate) fn destroy(world: &mut World, app: &str) -> Reply {
    let app = world.app(app)?.clone();
    let answer = apps::object(world, &app);
    let addons: Vec<String> =
        world.addons.iter().filter(|addon| addon.app == app.id).map(|addon| addon.id.clone()).collect();
    for addon in addons {
        super::addons::forget(world, &addon);
    }
    world.attachments.retain(|attachment| attachment.app != app.id);
    world.couplings.retain(|coupling| coupling.app != app.id);
    world.records.forget(&app.id);
    world.apps.retain(|known| known.id != app.id);
    Ok(Answer::ok(answer))
}

#[derive(Deserialize)]
struct TeamChanges {
    locked: Option<bool>,
    owner: Option<String>,
}

/// `PATCH /teams/apps/APP`: a lock, or another owner.
pub(crate) fn update_team_app(world: &mut World, app: &str, request: &Request) -> Reply {
    let TeamChanges { locked, owner } = request.json()?;
    let id = world.app(app)?.id.clone();
    let team = owner.as_deref().map(|owner| team_name(world, owner).map(str::to_owned));
    let app = world.app_mut(&id)?;
    if locked.is_none() && team.is_none() {
        return Err(Refusal::invalid("Either locked or owner must be given."));
    }
    if let Some(locked) = locked {
        if app.team.is_none() {
            return Err(Refusal::new(403, "forbidden", "You do not have access to the team app."));
        }
        app.locked = locked;
    }
    if let Some(team) = team {
        app.team = team;
    }
    apps::info_of_team(world, &id)
}

/// The name of an app that is to be, as Heroku wants it.
fn check_name(world: &World, name: &str) -> Result<(), Refusal> {
    let inner = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    let is_valid = (3..=30).contains(&name.len())
        && name.starts_with(|first: char| first.is_ascii_lowercase())
        && !name.ends_with('-')
        && name.bytes().all(inner);
    if !is_valid {
        return Err(Refusal::invalid(
            "Name must start with a letter, end with a letter or digit and can only contain lowercase letters, digits, and dashes.",
        ));
    }
    if world.apps.iter().any(|app| app.name == name) {
        return Err(Refusal::invalid(format!("Name {name} is already taken")));
    }
    Ok(())
}

fn check_stack(name: &str) -> Result<(), Refusal> {
    let is_known = known_stacks().any(|known| known == name);
    if is_known { Ok(()) } else { Err(Refusal::invalid(format!("Stack {name} is not available."))) }
}

/// `GET /users/~/apps`: those of the account itself.
pub(crate) fn of_user(world: &World) -> Reply {
    let personal = world.apps.iter().filter(|app| app.team.is_none());
    let objects: Vec<Value> = personal.map(|app| apps::object(world, app)).collect();
    Ok(Answer::list_by("name", objects))
}
