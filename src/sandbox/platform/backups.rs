//! Backups of Postgres databases, and when they should be made.

use serde::Deserialize;
use serde_json::json;

use super::databases::data_of;
use super::postgres::database_named;
use crate::sandbox::exchange::{Answer, Refusal, Reply, Request};
use crate::sandbox::ids;
use crate::sandbox::world::World;
use crate::sandbox::world::addons::Addon;
use crate::sandbox::world::records::Kind;

const TRANSFER: Kind = Kind { resource: "transfer", known_by: &["uuid", "num"] };
const SCHEDULE: Kind = Kind { resource: "schedule", known_by: &["uuid", "name"] };
/// What a backup holds.
const DUMP: Kind = Kind { resource: "dump", known_by: &["url"] };

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
    let (now, id) = (ids::now(), ids::fresh());
    let url = format!("sandbox://backups/{id}");
    let dump = json!({"url": url, "tables": addon.data.tables, "bytes": addon.data.bytes});
    world.records.add(&DUMP, &addon.app, dump);
    let transfer = json!({
        "created_at": now,
        "finished_at": now,
        "from_name": attached_name(world, &addon),
        "from_type": "pg_dump",
        "logs": [{"created_at": now, "message": "Backup completed"}],
        "num": next_number(world, &addon.app),
        "processed_bytes": addon.data.bytes,
        "source_bytes": addon.data.size(),
        "started_at": now,
        "succeeded": true,
        "to_name": "BACKUP",
        "to_type": "gof3r",
        "to_url": url,
        "updated_at": now,
        "uuid": id,
        "warnings": 0,
    });
    Ok(Answer::with(201, world.records.add(&TRANSFER, &addon.app, transfer)))
}

fn next_number(world: &World, app: &str) -> u64 {
    let numbers = world.records.of(&TRANSFER, app).filter_map(|transfer| transfer["num"].as_u64());
    numbers.max().unwrap_or_default() + 1
}

#[derive(Deserialize)]
struct Restore {
    backup_url: String,
}

/// `POST /client/v11/databases/ID/restores`: the tables of a backup take the place of the present ones.
pub(crate) fn restore(world: &mut World, database: &str, request: &Request) -> Reply {
    let Restore { backup_url } = request.json()?;
    let addon = database_named(world, database)?.clone();
    let dump = world.records.all(&DUMP).find(|dump| dump["url"] == *backup_url).cloned();
    let dump =
        dump.ok_or_else(|| Refusal::missing("dump at that URL: only its own backups can be restored"))?;
    let bytes = dump["bytes"].as_u64().unwrap_or_default();
    let data = data_of(world, &addon.id)?;
    data.reset();
    data.bytes = bytes;
    data.tables = dump["tables"].as_u64().and_then(|tables| tables.try_into().ok()).unwrap_or_default();
    let now = ids::now();
    let transfer = json!({
        "created_at": now,
        "finished_at": now,
        "from_name": "BACKUP",
        "from_type": "gof3r",
        "from_url": backup_url,
        "logs": [{"created_at": now, "message": "Restore completed"}],
        "num": next_number(world, &addon.app),
        "processed_bytes": bytes,
        "source_bytes": bytes,
        "started_at": now,
        "succeeded": true,
        "to_name": attached_name(world, &addon),
        "to_type": "pg_restore",
        "updated_at": now,
        "uuid": ids::fresh(),
        "warnings": 0,
    });
    Ok(Answer::with(201, world.records.add(&TRANSFER, &addon.app, transfer)))
}

/// `POST /client/v11/apps/APP/transfers/ID/actions/public-url`.
pub(crate) fn public_url(world: &World, app: &str, id: &str) -> Reply {
    transfer(world, app, id)?;
    Err(Refusal::missing("dump to download: its databases hold numbers of tables, not tables"))
}

pub(super) fn attached_name(world: &World, addon: &Addon) -> String {
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
