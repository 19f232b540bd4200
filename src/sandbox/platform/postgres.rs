//! The data API: credentials of Heroku Postgres databases. It is another host in the real world, with the same
//! token.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::sandbox::exchange::{Answer, Refusal, Reply, Request};
use crate::sandbox::ids;
use crate::sandbox::world::World;
use crate::sandbox::world::addons::{Addon, Credential};

#[derive(Deserialize)]
struct New {
    name: String,
}

pub(crate) fn list(world: &World, database: &str) -> Reply {
    let addon = database_named(world, database)?;
    let own = world.credentials.iter().filter(|credential| credential.addon == addon.id);
    let names = std::iter::once("default").chain(own.map(|credential| credential.name.as_str()));
    Ok(Answer::ok(names.map(|name| object(addon, name)).collect()))
}

pub(crate) fn info(world: &World, database: &str, name: &str) -> Reply {
    let addon = database_named(world, database)?;
    let known = name == "default" || world.credentials.iter().any(|c| c.addon == addon.id && c.name == name);
    if known { Ok(Answer::ok(object(addon, name))) } else { Err(Refusal::not_found("credential")) }
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
    if name == "default" || world.credentials.iter().any(|c| c.addon == addon.id && c.name == name) {
        return Err(Refusal::new(409, "conflict", format!("Credential {name} already exists.")));
    }
    world.credentials.push(Credential { addon: addon.id.clone(), name: name.clone() });
    Ok(Answer::with(201, object(&addon, &name)))
}

pub(crate) fn remove(world: &mut World, database: &str, name: &str) -> Reply {
    let addon = database_named(world, database)?.clone();
    info(world, database, name)?;
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

fn database_named<'a>(world: &'a World, identity: &str) -> Result<&'a Addon, Refusal> {
    let addon = world.addon(identity, None)?;
    if addon.service() == "heroku-postgresql" { Ok(addon) } else { Err(Refusal::not_found("database")) }
}

fn object(addon: &Addon, name: &str) -> Value {
    let url = url::Url::parse(&addon.url(name)).ok();
    let user = url.as_ref().map(url::Url::username);
    json!({
        "uuid": ids::named("credential", &format!("{}/{name}", addon.name)),
        "name": name,
        "state": "active",
        "database": url.as_ref().map(|url| url.path().trim_start_matches('/')),
        "host": url.as_ref().and_then(url::Url::host_str),
        "port": url.as_ref().and_then(url::Url::port),
        "credentials": [{
            "user": user,
            "password": url.as_ref().and_then(url::Url::password),
            "state": "active",
            "connections": 0,
        }],
    })
}
