//! The host names of an app: one that Heroku gives, and custom ones.

use serde::Deserialize;
use serde_json::{Value, json};

use super::certificates;
use crate::sandbox::exchange::{Answer, Refusal, Reply, Request};
use crate::sandbox::ids;
use crate::sandbox::world::World;
use crate::sandbox::world::app::App;
use crate::sandbox::world::records::DOMAIN;

#[derive(Deserialize)]
struct New {
    hostname: String,
    /// May be null, must be named.
    #[serde(deserialize_with = "Option::deserialize")]
    sni_endpoint: Option<String>,
}

#[derive(Deserialize)]
struct Update {
    #[serde(deserialize_with = "Option::deserialize")]
    sni_endpoint: Option<String>,
}

pub(crate) fn list(world: &World, app: &str) -> Reply {
    let app = world.app(app)?;
    let all = std::iter::once(given(app)).chain(world.records.of(&DOMAIN, &app.id).cloned());
    Ok(Answer::list_by("hostname", all))
}

pub(crate) fn info(world: &World, app: &str, domain: &str) -> Reply {
    let app = world.app(app)?;
    let given = given(app);
    if given["hostname"] == domain || given["id"] == domain {
        return Ok(Answer::ok(given));
    }
    Ok(Answer::ok(world.records.find(&DOMAIN, &app.id, domain)?.clone()))
}

pub(crate) fn add(world: &mut World, app: &str, request: &Request) -> Reply {
    let New { hostname, sni_endpoint } = request.json()?;
    let app = world.app(app)?.clone();
    let labels = hostname.split('.').collect::<Vec<_>>();
    let is_label = |label: &&str| {
        !label.is_empty() && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'*')
    };
    if labels.len() < 2 || !labels.iter().all(is_label) {
        return Err(Refusal::invalid(format!("{hostname} is not a valid domain.")));
    }
    let is_taken = world.records.all(&DOMAIN).any(|known| known["hostname"] == *hostname);
    if is_taken || hostname.ends_with(".herokuapp.com") {
        return Err(Refusal::invalid(format!("{hostname} is currently in use by another app.")));
    }
    let sni_endpoint = sni_endpoint.map(|name| certificates::reference(world, &app.id, &name)).transpose()?;
    let id = ids::fresh();
    let target = ids::named_hex("dns-target", &id, 40);
    let mut domain = object(&app, &id, &hostname, "custom");
    domain["cname"] = json!(format!("{target}.herokudns.com"));
    domain["sni_endpoint"] = json!(sni_endpoint);
    domain["acm_status"] = if app.acm { json!("pending") } else { Value::Null };
    Ok(Answer::with(201, world.records.add(&DOMAIN, &app.id, domain)))
}

/// `PATCH`: the certificate that a domain is served with.
pub(crate) fn update(world: &mut World, app: &str, domain: &str, request: &Request) -> Reply {
    let Update { sni_endpoint } = request.json()?;
    let app = world.app(app)?.id.clone();
    let sni_endpoint = sni_endpoint.map(|name| certificates::reference(world, &app, &name)).transpose()?;
    let record = world.records.find_mut(&DOMAIN, &app, domain)?;
    record["sni_endpoint"] = json!(sni_endpoint);
    record["updated_at"] = json!(ids::now());
    Ok(Answer::ok(record.clone()))
}

pub(crate) fn remove(world: &mut World, app: &str, domain: &str) -> Reply {
    let app = world.app(app)?;
    if given(app)["hostname"] == domain {
        return Err(Refusal::invalid("The domain that Heroku gives cannot be removed."));
    }
    let app = app.id.clone();
    Ok(Answer::ok(world.records.remove(&DOMAIN, &app, domain)?))
}

fn given(app: &App) -> Value {
    let hostname = app.hostname();
    object(app, &ids::named("domain", &app.id), &hostname, "heroku")
}

fn object(app: &App, id: &str, hostname: &str, kind: &str) -> Value {
    let made = if kind == "heroku" { app.created_at.clone() } else { ids::now() };
    json!({
        "acm_status": null,
        "acm_status_reason": null,
        "app": {"id": app.id, "name": app.name},
        "cname": null,
        "created_at": made,
        "hostname": hostname,
        "id": id,
        "kind": kind,
        "sni_endpoint": null,
        // Names here need no time to spread.
        "status": if kind == "heroku" { "none" } else { "succeeded" },
        "updated_at": made,
    })
}
