//! Who may work on an app.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::sandbox::exchange::{Answer, Refusal, Reply, Request};
use crate::sandbox::ids;
use crate::sandbox::world::app::App;
use crate::sandbox::world::records::Kind;
use crate::sandbox::world::{EMAIL, World, person};

const COLLABORATOR: Kind = Kind { resource: "collaborator", known_by: &["id"] };

/// What a collaborator of a team's app may do.
const PERMISSIONS: [(&str, &str); 4] = [
    ("view", "Can view the app."),
    ("deploy", "Can deploy the app."),
    ("operate", "Can operate the app."),
    ("manage", "Can manage the app."),
];

#[derive(Deserialize)]
struct New {
    user: String,
    permissions: Option<Vec<String>>,
    #[serde(rename = "silent")]
    _silent: Option<bool>,
}

#[derive(Deserialize)]
struct Permissions {
    permissions: Vec<String>,
}

pub(crate) fn list(world: &World, app: &str) -> Reply {
    let app = world.app(app)?;
    Ok(Answer::list(std::iter::once(owner(app)).chain(world.records.of(&COLLABORATOR, &app.id).cloned())))
}

pub(crate) fn info(world: &World, app: &str, user: &str) -> Reply {
    let app = world.app(app)?;
    let mut all = std::iter::once(owner(app)).chain(world.records.of(&COLLABORATOR, &app.id).cloned());
    let matching = all.find(|known| is(known, user));
    matching.map(Answer::ok).ok_or_else(|| Refusal::not_found("collaborator"))
}

pub(crate) fn add(world: &mut World, app: &str, request: &Request) -> Reply {
    let New { user, permissions, .. } = request.json()?;
    if !user.contains('@') {
        return Err(Refusal::not_found("user"));
    }
    let app = world.app(app)?.clone();
    if info(world, &app.id, &user).is_ok() {
        return Err(Refusal::invalid(format!("{user} is already a collaborator on this app.")));
    }
    let object = object(&app, &user, "collaborator", &granted(permissions.as_deref())?);
    Ok(Answer::with(201, world.records.add(&COLLABORATOR, &app.id, object)))
}

/// `POST /teams/apps/APP/collaborators`: adds someone, or lets the account itself join.
pub(crate) fn join(world: &mut World, app: &str, request: &Request) -> Reply {
    let New { user, .. } = request.json()?;
    if user == EMAIL {
        return Ok(Answer::with(201, owner(world.app(app)?)));
    }
    add(world, app, request)
}

/// `PATCH /teams/apps/APP/collaborators/USER`.
pub(crate) fn permit(world: &mut World, app: &str, user: &str, request: &Request) -> Reply {
    let Permissions { permissions } = request.json()?;
    let granted = granted(Some(&permissions))?;
    let app = world.app(app)?.id.clone();
    let id = id_of(world, &app, user)?;
    let record = world.records.find_mut(&COLLABORATOR, &app, &id)?;
    record["permissions"] = json!(granted);
    Ok(Answer::ok(record.clone()))
}

pub(crate) fn remove(world: &mut World, app: &str, user: &str) -> Reply {
    let owner = owner(world.app(app)?);
    let app = world.app(app)?.id.clone();
    match id_of(world, &app, user) {
        Ok(id) => Ok(Answer::ok(world.records.remove(&COLLABORATOR, &app, &id)?)),
        // The owner of an app stays.
        Err(_) if is(&owner, user) && owner["role"] == "owner" => {
            Err(Refusal::new(403, "forbidden", "You do not have permission to remove the app's owner."))
        }
        Err(_) if is(&owner, user) => Ok(Answer::ok(owner)),
        Err(refusal) => Err(refusal),
    }
}

/// `GET /teams/permissions`.
pub(crate) fn permissions() -> Reply {
    Ok(Answer::ok(Value::Array(PERMISSIONS.iter().map(permission).collect())))
}

fn permission((name, description): &(&str, &str)) -> Value {
    json!({"name": name, "description": description})
}

fn granted(names: Option<&[String]>) -> Result<Vec<Value>, Refusal> {
    let Some(names) = names else { return Ok(Vec::new()) };
    let find = |name: &String| PERMISSIONS.iter().find(|known| known.0 == name);
    let known = |name: &String| {
        find(name).map(permission).ok_or_else(|| Refusal::invalid(format!("Invalid permission {name}.")))
    };
    names.iter().map(known).collect()
}

fn id_of(world: &World, app: &str, user: &str) -> Result<String, Refusal> {
    let matching = world.records.of(&COLLABORATOR, app).find(|known| is(known, user));
    let id = matching.and_then(|known| known["id"].as_str()).map(str::to_owned);
    id.ok_or_else(|| Refusal::not_found("collaborator"))
}

fn is(collaborator: &Value, user: &str) -> bool {
    let known = &collaborator["user"];
    known["email"] == user
        || known["id"] == user
        || collaborator["id"] == user
        || (user == "~" && known["email"] == EMAIL)
}

/// The account of the sandbox: the owner of a personal app, an admin of a team's.
fn owner(app: &App) -> Value {
    let role = if app.team.is_some() { "admin" } else { "owner" };
    let mut owner = object(app, EMAIL, role, &PERMISSIONS.iter().map(permission).collect::<Vec<_>>());
    owner["id"] = json!(ids::named("collaborator", &format!("{}/{EMAIL}", app.id)));
    owner["created_at"] = json!(app.created_at);
    owner["updated_at"] = json!(app.created_at);
    owner
}

fn object(app: &App, email: &str, role: &str, permissions: &[Value]) -> Value {
    let mut user = person(email);
    user["federated"] = json!(false);
    let now = ids::now();
    json!({
        "app": {"id": app.id, "name": app.name},
        "created_at": now,
        "id": ids::fresh(),
        "permissions": if app.team.is_some() { permissions } else { &[] },
        "role": role,
        "updated_at": now,
        "user": user,
    })
}
