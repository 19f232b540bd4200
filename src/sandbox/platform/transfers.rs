//! Apps that are offered to another account: they change hands when the offer is accepted.

use serde::Deserialize;
use serde_json::json;

use super::Identity;
use crate::sandbox::exchange::{Answer, Refusal, Reply, Request};
use crate::sandbox::ids;
use crate::sandbox::world::records::Kind;
use crate::sandbox::world::{World, person, user};

const TRANSFER: Kind = Kind { resource: "app_transfer", known_by: &["id"] };
const ACCOUNT: &str = "account";

#[derive(Deserialize)]
struct New {
    app: Identity,
    recipient: String,
    #[serde(rename = "silent")]
    _silent: Option<bool>,
}

pub(crate) fn list(world: &World) -> Reply {
    Ok(Answer::list(world.records.of(&TRANSFER, ACCOUNT).cloned()))
}

pub(crate) fn info(world: &World, id: &str) -> Reply {
    Ok(Answer::ok(world.records.find(&TRANSFER, ACCOUNT, id)?.clone()))
}

pub(crate) fn offer(world: &mut World, request: &Request) -> Reply {
    let New { app, recipient, .. } = request.json()?;
    let app = world.app(app.as_str())?.clone();
    if !recipient.contains('@') {
        return Err(Refusal::not_found("user"));
    }
    if app.team.is_some() {
        return Err(Refusal::invalid("Apps of a team are transferred with PATCH /teams/apps."));
    }
    let now = ids::now();
    let transfer = json!({
        "app": {"id": app.id, "name": app.name},
        "created_at": now,
        "id": ids::fresh(),
        "owner": user(),
        "recipient": person(&recipient),
        "state": "pending",
        "updated_at": now,
    });
    Ok(Answer::with(201, world.records.add(&TRANSFER, ACCOUNT, transfer)))
}

pub(crate) fn withdraw(world: &mut World, id: &str) -> Reply {
    Ok(Answer::ok(world.records.remove(&TRANSFER, ACCOUNT, id)?))
}
