//! Add-ons that are ordered, changed, and given up.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::json;

use super::{Identity, catalogue};
use crate::sandbox::exchange::{Answer, Refusal, Reply, Request};
use crate::sandbox::ids;
use crate::sandbox::world::World;
use crate::sandbox::world::addons::{Addon, Attachment};
use crate::sandbox::world::data::Data;

#[derive(Deserialize)]
struct Order {
    plan: Identity,
    name: Option<String>,
    attachment: Option<Named>,
    confirm: Option<String>,
    #[serde(rename = "config")]
    _config: Option<BTreeMap<String, String>>,
}

#[derive(Deserialize)]
struct Named {
    name: Option<String>,
}

/// `POST /apps/APP/addons`.
pub(crate) fn create(world: &mut World, app: &str, request: &Request) -> Reply {
    let Order { plan, name, attachment, confirm, .. } = request.json()?;
    let plan = catalogue::ordered(plan.as_str())?;
    let app = world.app(app)?.clone();
    let name = match name {
        Some(name) => checked(world, name)?,
        None => format!("{}-{}", plan.split(':').next().unwrap_or_default(), &ids::fresh()[..5]),
    };
    let addon = Addon {
        id: ids::fresh(),
        name,
        plan: plan.to_owned(),
        app: app.id.clone(),
        created_at: ids::now(),
        first_name: None,
        data: Data::default(),
    };
    let has_one = world.addons.iter().any(|known| known.app == app.id && known.service() == addon.service());
    if has_one && !catalogue::may_repeat(plan) {
        return Err(Refusal::invalid(format!("The app already has {} installed.", addon.service())));
    }
    let attached_as = match attachment.and_then(|attachment| attachment.name) {
        Some(name) => {
            let taken = world.attachments.iter().find(|known| known.app == app.id && known.name == name);
            if let Some(taken) = taken {
                if confirm.as_deref() != Some(&app.name) {
                    return Err(super::addons::confirmation(&app, &name));
                }
                super::addons::check_last(world, taken)?;
            }
            name
        }
        None => super::addons::first_name(world, &app.id, &addon),
    };
    world.attachments.retain(|known| known.app != app.id || known.name != attached_as);
    let attachment = Attachment {
        id: ids::fresh(),
        name: attached_as,
        addon: addon.id.clone(),
        app: app.id.clone(),
        namespace: None,
        created_at: ids::now(),
    };
    let (variable, url) = (attachment.variable(), addon.url("default"));
    let owner = world.app_mut(&app.id)?;
    owner.config.insert(variable, url);
    owner.release(format!("Attach {} (@ref:{})", attachment.name, addon.name));
    world.attachments.push(attachment);
    world.addons.push(addon.clone());
    Ok(Answer::with(201, world.addon_json(&addon)))
}

#[derive(Deserialize)]
struct Changes {
    plan: Option<Identity>,
    name: Option<String>,
}

/// `PATCH /apps/APP/addons/ADDON`: another plan of the same service, or another name.
pub(crate) fn update(world: &mut World, app: &str, addon: &str, request: &Request) -> Reply {
    let Changes { plan, name } = request.json()?;
    let matching = world.addon(addon, Some(app))?.clone();
    let name = name.map(|name| checked(world, name)).transpose()?;
    let plan = plan.map(|plan| catalogue::ordered(plan.as_str())).transpose()?;
    if plan.is_some_and(|plan| plan.split(':').next() != Some(matching.service())) {
        return Err(Refusal::invalid("The plan must be one of the add-on's service."));
    }
    let changed = world.addons.iter_mut().find(|known| known.id == matching.id);
    let changed = changed.ok_or_else(|| Refusal::not_found("add_on"))?;
    if let Some(plan) = plan {
        plan.clone_into(&mut changed.plan);
    }
    if let Some(name) = name {
        let before = std::mem::replace(&mut changed.name, name);
        changed.first_name.get_or_insert(before);
    }
    let changed = changed.clone();
    Ok(Answer::ok(world.addon_json(&changed)))
}

/// `DELETE /apps/APP/addons/ADDON`.
pub(crate) fn destroy(world: &mut World, app: &str, addon: &str) -> Reply {
    let addon = world.addon(addon, Some(app))?.clone();
    let mut answer = world.addon_json(&addon);
    answer["state"] = json!("deprovisioned");
    super::addons::forget(world, &addon.id);
    Ok(Answer::ok(answer))
}

fn checked(world: &World, name: String) -> Result<String, Refusal> {
    let is_valid = name.starts_with(|first: char| first.is_ascii_alphabetic())
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
    if !is_valid {
        return Err(Refusal::invalid(
            "Name must start with a letter and hold letters, digits, _ and - only.",
        ));
    }
    if world.addons.iter().any(|addon| addon.name == name) {
        return Err(Refusal::invalid("Name has already been taken."));
    }
    Ok(name)
}
