//! The data API of Heroku Key-Value Store.

use serde_json::{Value, json};

use super::settings;
use crate::sandbox::exchange::{Answer, Refusal, Reply, Request};
use crate::sandbox::world::World;
use crate::sandbox::world::addons::Addon;
use crate::sandbox::world::records::Kind;

const CONFIG: Kind = Kind { resource: "redis_config", known_by: &["id"] };

/// `GET /redis/v0/databases/NAME`.
pub(crate) fn info(world: &World, database: &str) -> Reply {
    let addon = named(world, database)?;
    let plan = addon.plan.split(':').nth(1).unwrap_or_default();
    let title = super::plan_title(plan);
    let config = stored(world, addon);
    let rows = [
        ("Plan", title),
        ("Status", "available".to_owned()),
        ("Created", addon.created_at.replace('T', " ").replace('Z', " UTC")),
        ("Version", "7.2.4".to_owned()),
        ("Timeout", format!("{} seconds", config["timeout"]["value"])),
        ("Maxmemory", text(&config["maxmemory_policy"]["value"])),
        ("Maintenance", "not required".to_owned()),
        ("Persistence", if plan == "mini" { "None" } else { "AOF" }.to_owned()),
    ];
    let rows: Vec<Value> =
        rows.into_iter().map(|(name, value)| json!({"name": name, "values": [value]})).collect();
    Ok(Answer::ok(json!({
        "addon_id": addon.id,
        "created_at": addon.created_at,
        "customer_encryption_key": null,
        "formation": {"id": null, "primary": null},
        "info": rows,
        "metaas_source": addon.name,
        "name": addon.name,
        "plan": plan,
        "port": 25459,
        "prefer_native_tls": true,
        "resource_url": addon.url("default"),
        "version": "7.2.4",
    })))
}

pub(crate) fn wait(world: &World, database: &str) -> Reply {
    named(world, database)?;
    Ok(Answer::ok(json!({"message": "available", "waiting?": false})))
}

/// `POST /redis/v0/databases/NAME/stats/reset`.
pub(crate) fn reset_stats(world: &World, database: &str) -> Reply {
    named(world, database)?;
    Err(Refusal::missing("statistics of a store"))
}

pub(crate) fn config(world: &World, database: &str) -> Reply {
    Ok(Answer::ok(stored(world, named(world, database)?)))
}

pub(crate) fn update_config(world: &mut World, database: &str, request: &Request) -> Reply {
    let addon = named(world, database)?.clone();
    let config = stored(world, &addon);
    settings::change(world, &CONFIG, &addon, config, request, |setting, value| {
        match setting["values"].as_object() {
            Some(values) => settings::is_among(values, value),
            None => value.is_u64() == setting["value"].is_u64(),
        }
    })
}

fn stored(world: &World, addon: &Addon) -> Value {
    settings::stored(world, &CONFIG, addon, new_config)
}

/// How a new store is set.
fn new_config() -> Value {
    json!({
        "maxmemory_policy": {"desc": "What is evicted when memory is full", "value": "noeviction", "values": {
            "noeviction": "returns errors when memory limit is reached",
            "allkeys-lru": "removes less recently used keys first",
            "volatile-lru": "removes less recently used keys first that have an expiry set",
            "allkeys-random": "evicts random keys",
            "volatile-random": "evicts random keys but only those that have an expiry set",
            "volatile-ttl": "only evicts keys with an expiry set and a short TTL",
            "allkeys-lfu": "removes less frequently used keys first",
            "volatile-lfu": "removes less frequently used keys first that have an expiry set",
        }},
        "notify_keyspace_events": {"desc": "Which events are published", "value": ""},
        "timeout": {"desc": "Seconds until idle connections are closed", "value": 300},
    })
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

pub(super) fn named<'a>(world: &'a World, identity: &str) -> Result<&'a Addon, Refusal> {
    let addon = world.addon(identity, None)?;
    if addon.service() == "heroku-redis" { Ok(addon) } else { Err(Refusal::not_found("database")) }
}
