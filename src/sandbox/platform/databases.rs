//! The data API of Heroku Postgres: how databases are, what they hold, and their settings.

use serde_json::{Value, json};

use super::postgres::database_named;
use super::settings;
use crate::sandbox::exchange::{Answer, Refusal, Reply, Request};
use crate::sandbox::ids;
use crate::sandbox::world::addons::Addon;
use crate::sandbox::world::data::Data;
use crate::sandbox::world::records::Kind;
use crate::sandbox::world::{World, postgres_settings};

const SETTINGS: Kind = Kind { resource: "postgres_settings", known_by: &["id"] };

/// `GET /client/v11/databases/ID`.
pub(crate) fn info(world: &World, database: &str) -> Reply {
    let addon = database_named(world, database)?;
    let plan = addon.plan.split(':').nth(1).unwrap_or_default();
    let title = super::plan_title(plan);
    let is_essential = addon.is_essential();
    let credentials = super::postgres::credentials(world, addon).count();
    let created = addon.created_at.replace('T', " ").replace('Z', " UTC");
    let mut rows = vec![("Plan", title), ("Status", "Available".into())];
    if is_essential {
        rows.push(("Connections", format!("{}/20", addon.data.connections)));
    } else {
        rows.push((
            "HA Status",
            if plan.starts_with("standard") { "Unavailable" } else { "Available" }.into(),
        ));
    }
    rows.extend([
        ("Data Size", addon.data.shown_size()),
        ("Tables", addon.data.tables.to_string()),
        ("PG Version", "16.4".to_owned()),
    ]);
    if !is_essential {
        rows.push(("Connections", format!("{}/120", addon.data.connections)));
    }
    rows.extend([
        ("Connection Pooling", if is_essential { "Unavailable" } else { "Available" }.to_owned()),
        ("Credentials", credentials.to_string()),
        ("Fork/Follow", if is_essential { "Unsupported" } else { "Available" }.to_owned()),
        (
            "Rollback",
            if is_essential { "Unsupported".to_owned() } else { format!("earliest from {created}") },
        ),
        ("Created", created),
        ("Region", "us".to_owned()),
        ("Data Encryption", "In Use".to_owned()),
        ("Continuous Protection", if is_essential { "Off" } else { "On" }.to_owned()),
        ("Enhanced Certificates", "Off".to_owned()),
        ("Upgradable Extensions", "None".to_owned()),
    ]);
    let rows: Vec<Value> =
        rows.into_iter().map(|(name, value)| json!({"name": name, "values": [value]})).collect();
    Ok(Answer::ok(json!({
        "addon_id": addon.id,
        "created_at": addon.created_at,
        "database_name": format!("d{}", ids::named_hex("database", addon.first_name(), 13)),
        "database_user": format!("u{}", ids::named_hex("user", addon.first_name(), 13)),
        "following": null,
        "formation": {"id": ids::named("formation", &addon.name), "primary": null},
        "forked_from": null,
        "info": rows,
        "leader": null,
        "name": addon.name,
        "num_bytes": addon.data.size(),
        "num_connections": addon.data.connections,
        "num_tables": addon.data.tables,
        "plan": plan,
        "port": 5432,
        "postgres_version": "16.4",
        "resource_url": addon.url("default"),
        "status_updated_at": addon.created_at,
        "target_transaction": null,
        "waiting?": false,
    })))
}

/// Databases here are available as soon as they are ordered.
pub(crate) fn wait_status(world: &World, database: &str) -> Reply {
    database_named(world, database)?;
    Ok(Answer::ok(json!({"error?": false, "message": "available", "waiting?": false})))
}

/// `PUT /client/v11/databases/ID/reset`: every table is dropped.
pub(crate) fn reset(world: &mut World, database: &str) -> Reply {
    let addon = database_named(world, database)?.id.clone();
    data_of(world, &addon)?.reset();
    Ok(Answer::ok(json!({"message": "Reset successful"})))
}

/// `POST /client/v11/databases/ID/connection_reset`.
pub(crate) fn terminate_connections(world: &mut World, database: &str) -> Reply {
    let addon = database_named(world, database)?.id.clone();
    data_of(world, &addon)?.connections = 0;
    Ok(Answer::ok(json!({"message": "Connections terminated"})))
}

/// What is behind the add-on with this id, to be changed.
pub(super) fn data_of<'w>(world: &'w mut World, addon: &str) -> Result<&'w mut Data, Refusal> {
    let addon = world.addons.iter_mut().find(|known| known.id == addon);
    addon.map(|addon| &mut addon.data).ok_or_else(|| Refusal::not_found("database"))
}

/// `GET /postgres/v0/databases/ID/config`.
pub(crate) fn settings(world: &World, database: &str) -> Reply {
    let addon = database_named(world, database)?;
    Ok(Answer::ok(stored(world, addon)))
}

pub(crate) fn update_settings(world: &mut World, database: &str, request: &Request) -> Reply {
    let addon = database_named(world, database)?.clone();
    let settings = stored(world, &addon);
    settings::change(world, &SETTINGS, &addon, settings, request, |setting, value| {
        let values = setting["values"].as_object();
        values.is_none_or(|values| values.is_empty() || settings::is_among(values, value))
    })
}

fn stored(world: &World, addon: &Addon) -> Value {
    settings::stored(world, &SETTINGS, addon, postgres_settings)
}
