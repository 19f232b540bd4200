//! Data sources that are linked into a Postgres database (`pg:links`).

use serde::Deserialize;
use serde_json::json;

use super::postgres::database_named;
use crate::sandbox::exchange::{Answer, Refusal, Reply, Request};
use crate::sandbox::ids;
use crate::sandbox::world::World;
use crate::sandbox::world::records::Kind;

const LINK: Kind = Kind { resource: "link", known_by: &["id", "name"] };

#[derive(Deserialize)]
struct New {
    target: String,
    #[serde(rename = "as")]
    name: Option<String>,
}

pub(crate) fn list(world: &World, database: &str) -> Reply {
    let addon = database_named(world, database)?;
    Ok(Answer::ok(world.records.of(&LINK, &addon.id).cloned().collect()))
}

pub(crate) fn add(world: &mut World, database: &str, request: &Request) -> Reply {
    let New { target, name } = request.json()?;
    let addon = database_named(world, database)?.clone();
    let target = world.addon(&target, None)?.clone();
    if addon.is_essential() || target.is_essential() {
        return Err(Refusal::invalid("This operation is not supported by Essential tier databases."));
    }
    if !matches!(target.service(), "heroku-postgresql" | "heroku-redis") || target.id == addon.id {
        return Err(Refusal::invalid("The target must be another Postgres or Key-Value Store database."));
    }
    let name = name.unwrap_or_else(|| target.name.replace('-', "_"));
    if world.records.find(&LINK, &addon.id, &name).is_ok() {
        return Err(Refusal::invalid(format!("The link {name} exists already.")));
    }
    let link = json!({
        "created_at": ids::now(),
        "id": ids::fresh(),
        "name": name,
        "remote": {"attachment_name": super::backups::attached_name(world, &target), "name": target.name},
    });
    Ok(Answer::with(201, world.records.add(&LINK, &addon.id, link)))
}

pub(crate) fn remove(world: &mut World, database: &str, link: &str) -> Reply {
    let addon = database_named(world, database)?.id.clone();
    Ok(Answer::ok(world.records.remove(&LINK, &addon, link)?))
}
