//! New passwords for the users of a database: the config vars of all attachments follow, and their apps get a release.

use std::collections::BTreeMap;

use serde_json::json;

use super::postgres::{credentials, database_named, require_basic};
use crate::sandbox::exchange::{Answer, Refusal, Reply, Request};
use crate::sandbox::world::World;
use crate::sandbox::world::addons::Attachment;

/// `POST /postgres/v0/databases/ID/credentials[/NAME]/credentials_rotation`.
pub(crate) fn of_postgres(world: &mut World, database: &str, name: Option<&str>, request: &Request) -> Reply {
    require_basic(request)?;
    let addon = database_named(world, database)?;
    let id = addon.id.clone();
    let known = credentials(world, addon).map(|(known, _)| known.to_owned());
    let names: Vec<String> = known.filter(|known| name.is_none_or(|name| name == known)).collect();
    if names.is_empty() {
        return Err(Refusal::not_found("credential"));
    }
    rotate(world, &id, &names)?;
    Ok(Answer::ok(json!({"message": "Rotating."})))
}

/// `POST /redis/v0/databases/ID/credentials_rotation`.
pub(crate) fn of_redis(world: &mut World, database: &str) -> Reply {
    let id = super::redis::named(world, database)?.id.clone();
    rotate(world, &id, &["default".to_owned()])?;
    Ok(Answer::ok(json!({"message": "Credentials rotated"})))
}

fn rotate(world: &mut World, addon: &str, names: &[String]) -> Result<(), Refusal> {
    let before = world.addon(addon, None)?.clone();
    let concerned = |attachment: &&Attachment| {
        attachment.addon == addon && names.iter().any(|name| name == attachment.credential())
    };
    let attachments: Vec<Attachment> = world.attachments.iter().filter(concerned).cloned().collect();
    for attachment in &attachments {
        let value = world.app(&attachment.app)?.config.get(&attachment.variable());
        if value != Some(&before.url(attachment.credential())) {
            return Err(Refusal::missing("way to change a password in a database of this machine"));
        }
    }
    let addons = &mut world.addons;
    let changed = addons.iter_mut().find(|known| known.id == addon);
    let changed = changed.ok_or_else(|| Refusal::not_found("add_on"))?;
    for name in names {
        *changed.data.rotations.entry(name.clone()).or_default() += 1;
    }
    changed.data.connections = 0;
    let changed = changed.clone();
    let mut by_app: BTreeMap<&str, Vec<&Attachment>> = BTreeMap::new();
    for attachment in &attachments {
        by_app.entry(&attachment.app).or_default().push(attachment);
    }
    for (app, attachments) in by_app {
        let app = world.app_mut(app)?;
        for attachment in &attachments {
            app.config.insert(attachment.variable(), changed.url(attachment.credential()));
        }
        let names: Vec<&str> = attachments.iter().map(|attachment| attachment.name.as_str()).collect();
        app.release(format!("Update {} by {}", names.join(", "), changed.service()));
    }
    Ok(())
}
