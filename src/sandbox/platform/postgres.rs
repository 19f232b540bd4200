//! The data API: credentials of Heroku Postgres databases. It is another host in the real world, with the same
//! token.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::sandbox::exchange::{Answer, Refusal, Reply, Request};
use crate::sandbox::ids;
use crate::sandbox::world::World;
use crate::sandbox::world::addons::{ACTIVE, Addon, Credential};

#[derive(Deserialize)]
struct New {
    name: String,
}

/// The credentials of a database, each with its state.
pub(super) fn credentials<'w>(
    world: &'w World,
    addon: &'w Addon,
) -> impl Iterator<Item = (&'w str, &'static str)> {
    let created = world.credentials.iter().filter(|credential| credential.addon == addon.id);
    let created = created.map(|credential| (credential.name.as_str(), credential.state()));
    std::iter::once(("default", ACTIVE)).chain(created)
}

pub(crate) fn list(world: &World, database: &str, request: &Request) -> Reply {
    require_basic(request)?;
    let addon = database_named(world, database)?;
    Ok(Answer::ok(credentials(world, addon).map(|(name, state)| object(addon, name, state)).collect()))
}

pub(crate) fn info(world: &World, database: &str, name: &str, request: &Request) -> Reply {
    require_basic(request)?;
    let addon = database_named(world, database)?;
    let known = credentials(world, addon).find(|(known, _)| *known == name);
    let (name, state) = known.ok_or_else(|| Refusal::not_found("credential"))?;
    Ok(Answer::ok(object(addon, name, state)))
}

/// The data API takes Basic authorization for what it reads.
pub(super) fn require_basic(request: &Request) -> Result<(), Refusal> {
    let scheme = request.header("authorization").unwrap_or_default().split(' ').next().unwrap_or_default();
    if scheme.eq_ignore_ascii_case("basic") {
        return Ok(());
    }
    Err(Refusal::new(401, "unauthorized", "Invalid credentials provided."))
}

pub(crate) fn create(world: &mut World, database: &str, request: &Request) -> Reply {
    let addon = database_named(world, database)?.clone();
    if addon.is_essential() {
        return Err(Refusal::invalid("This operation is not supported by Essential tier databases."));
    }
    let New { name } = request.json()?;
    let valid = name.starts_with(|first: char| first.is_ascii_lowercase())
        && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"_-".contains(&b))
        && name.len() <= 50;
    if !valid {
        return Err(Refusal::invalid("The credential name must be lower-case letters, digits, - and _."));
    }
    if credentials(world, &addon).any(|(known, _)| known == name) {
        return Err(Refusal::new(409, "conflict", format!("Credential {name} already exists.")));
    }
    let credential = Credential::new(&addon.id, &name);
    let answer = object(&addon, &name, credential.state());
    world.credentials.push(credential);
    Ok(Answer::with(201, answer))
}

pub(crate) fn remove(world: &mut World, database: &str, name: &str) -> Reply {
    let addon = database_named(world, database)?.clone();
    if !credentials(world, &addon).any(|(known, _)| known == name) {
        return Err(Refusal::not_found("credential"));
    }
    let namespace = Some(format!("credential:{name}"));
    if name == "default" {
        return Err(Refusal::invalid("The default credential cannot be destroyed."));
    }
    if world.attachments.iter().any(|a| a.addon == addon.id && a.namespace == namespace) {
        return Err(Refusal::invalid(format!("Credential {name} must be detached from all apps first.")));
    }
    world.credentials.retain(|credential| credential.addon != addon.id || credential.name != name);
    Ok(Answer::ok(json!({"message": format!("Credential {name} destroyed.")})))
}

pub(crate) fn database_named<'a>(world: &'a World, identity: &str) -> Result<&'a Addon, Refusal> {
    let addon = world.addon(identity, None)?;
    if addon.service() == "heroku-postgresql" { Ok(addon) } else { Err(Refusal::not_found("database")) }
}

fn object(addon: &Addon, name: &str, state: &str) -> Value {
    let url = url::Url::parse(&addon.url(name)).ok();
    let user = url.as_ref().map(url::Url::username);
    json!({
        "uuid": ids::named("credential", &format!("{}/{name}", addon.name)),
        "name": name,
        "state": state,
        "database": url.as_ref().map(|url| url.path().trim_start_matches('/')),
        "host": url.as_ref().and_then(url::Url::host_str),
        "port": url.as_ref().and_then(url::Url::port),
        "credentials": [{
            "user": user,
            "password": url.as_ref().and_then(url::Url::password),
            "state": state,
            "connections": if name == "default" { addon.data.connections } else { 0 },
        }],
    })
}
