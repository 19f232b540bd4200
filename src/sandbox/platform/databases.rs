//! The data API of Heroku Postgres: how databases are, their backups, schedules, links and settings.

use serde::Deserialize;
use serde_json::{Value, json};

use super::postgres::{database_named, require_basic};
use super::settings;
use crate::sandbox::exchange::{Answer, Refusal, Reply, Request};
use crate::sandbox::ids;
use crate::sandbox::world::addons::Addon;
use crate::sandbox::world::records::Kind;
use crate::sandbox::world::{World, postgres_settings};

const TRANSFER: Kind = Kind { resource: "transfer", known_by: &["uuid", "num"] };
const SCHEDULE: Kind = Kind { resource: "schedule", known_by: &["uuid", "name"] };
const SETTINGS: Kind = Kind { resource: "postgres_settings", known_by: &["id"] };

/// `GET /client/v11/databases/ID`.
pub(crate) fn info(world: &World, database: &str) -> Reply {
    let addon = database_named(world, database)?;
    let plan = addon.plan.split(':').nth(1).unwrap_or_default();
    let title = super::plan_title(plan);
    let is_essential = addon.is_essential();
    let credentials = super::postgres::credentials(world, addon).count();
    let mut rows = vec![("Plan", title), ("Status", "Available".into())];
    if is_essential {
        rows.push(("Connections", "0/20".into()));
    } else {
        rows.push((
            "HA Status",
            if plan.starts_with("standard") { "Unavailable" } else { "Available" }.into(),
        ));
    }
    rows.extend([
        ("Data Size", "9.5 MB".to_owned()),
        ("Tables", "4".to_owned()),
        ("PG Version", "16.4".to_owned()),
    ]);
    if !is_essential {
        rows.push(("Connections", "3/120".into()));
    }
    rows.extend([
        ("Connection Pooling", if is_essential { "Unavailable" } else { "Available" }.to_owned()),
        ("Credentials", credentials.to_string()),
        ("Fork/Follow", if is_essential { "Unsupported" } else { "Available" }.to_owned()),
        (
            "Rollback",
            if is_essential { "Unsupported" } else { "earliest from 2026-11-14 10:00 UTC" }.to_owned(),
        ),
        ("Created", addon.created_at.replace('T', " ").replace('Z', " UTC")),
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
        "database_name": format!("d{}", ids::named_hex("database", &addon.name, 13)),
        "database_user": format!("u{}", ids::named_hex("user", &addon.name, 13)),
        "following": null,
        "formation": {"id": ids::named("formation", &addon.name), "primary": null},
        "forked_from": null,
        "info": rows,
        "leader": null,
        "name": addon.name,
        "num_bytes": 9_500_000,
        "num_connections": 3,
        "num_tables": 4,
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

/// No data source is linked into a database here.
pub(crate) fn links(world: &World, database: &str) -> Reply {
    database_named(world, database)?;
    Ok(Answer::ok(json!([])))
}

/// What is done to connections and data that no database here has: only that it is there is checked.
pub(crate) fn done(world: &World, database: &str, message: &str) -> Reply {
    database_named(world, database)?;
    Ok(Answer::ok(json!({ "message": message })))
}

/// `GET /client/v11/apps/APP/transfers`: the backups of the app's databases.
pub(crate) fn transfers(world: &World, app: &str) -> Reply {
    let app = world.app(app)?;
    Ok(Answer::ok(world.records.of(&TRANSFER, &app.id).cloned().collect()))
}

pub(crate) fn transfer(world: &World, app: &str, id: &str) -> Reply {
    let app = world.app(app)?;
    Ok(Answer::ok(world.records.find(&TRANSFER, &app.id, id)?.clone()))
}

pub(crate) fn remove_transfer(world: &mut World, app: &str, id: &str) -> Reply {
    let app = world.app(app)?.id.clone();
    Ok(Answer::ok(world.records.remove(&TRANSFER, &app, id)?))
}

/// `POST /client/v11/databases/ID/backups`. It is finished at once.
pub(crate) fn capture(world: &mut World, database: &str) -> Reply {
    let addon = database_named(world, database)?.clone();
    let last = world.records.of(&TRANSFER, &addon.app).filter_map(|transfer| transfer["num"].as_u64()).max();
    let now = ids::now();
    let name = attached_name(world, &addon);
    let transfer = json!({
        "created_at": now,
        "finished_at": now,
        "from_name": name,
        "from_type": "pg_dump",
        "logs": [{"created_at": now, "message": "Backup completed"}],
        "num": last.unwrap_or_default() + 1,
        "processed_bytes": 31_337,
        "source_bytes": 9_500_000,
        "started_at": now,
        "succeeded": true,
        "to_name": "BACKUP",
        "to_type": "gof3r",
        "updated_at": now,
        "uuid": ids::fresh(),
        "warnings": 0,
    });
    Ok(Answer::with(201, world.records.add(&TRANSFER, &addon.app, transfer)))
}

fn attached_name(world: &World, addon: &Addon) -> String {
    let attachment = world.attachments.iter().find(|known| known.addon == addon.id && known.app == addon.app);
    attachment.map_or_else(|| addon.name.clone(), |attachment| attachment.name.clone())
}

#[derive(Deserialize)]
struct Schedule {
    hour: String,
    timezone: String,
    schedule_name: String,
}

pub(crate) fn schedules(world: &World, database: &str) -> Reply {
    let addon = database_named(world, database)?;
    Ok(Answer::ok(world.records.of(&SCHEDULE, &addon.id).cloned().collect()))
}

pub(crate) fn add_schedule(world: &mut World, database: &str, request: &Request) -> Reply {
    let Schedule { hour, timezone, schedule_name } = request.json()?;
    let addon = database_named(world, database)?.id.clone();
    let hour: u8 = hour.parse().map_err(|_| Refusal::invalid("hour must be a number."))?;
    // One schedule a name: another one takes its place.
    let _ = world.records.remove(&SCHEDULE, &addon, &schedule_name);
    let schedule = json!({
        "hour": hour,
        "name": schedule_name,
        "timezone": timezone,
        "uuid": ids::fresh(),
    });
    Ok(Answer::with(201, world.records.add(&SCHEDULE, &addon, schedule)))
}

pub(crate) fn remove_schedule(world: &mut World, database: &str, id: &str) -> Reply {
    let addon = database_named(world, database)?.id.clone();
    Ok(Answer::ok(world.records.remove(&SCHEDULE, &addon, id)?))
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

/// `POST /postgres/v0/databases/ID/credentials[/NAME]/credentials_rotation`: other passwords.
pub(crate) fn rotate(world: &mut World, database: &str, name: Option<&str>, request: &Request) -> Reply {
    require_basic(request)?;
    let addon = database_named(world, database)?.clone();
    if let Some(name) = name {
        let mut known = super::postgres::credentials(world, &addon);
        known.find(|(known, _)| *known == name).ok_or_else(|| Refusal::not_found("credential"))?;
    }
    Ok(Answer::ok(json!({"message": "Rotating."})))
}
