//! Add-ons and their attachments. An attachment brings a config var, and so a release.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{Identity, postgres};
use crate::sandbox::exchange::{Answer, Refusal, Reply, Request};
use crate::sandbox::ids;
use crate::sandbox::world::addons::{ACTIVE, Addon, Attachment};
use crate::sandbox::world::app::App;
use crate::sandbox::world::{World, reference};

#[derive(Deserialize)]
struct Attach {
    addon: Identity,
    app: Identity,
    name: Option<String>,
    namespace: Option<String>,
    #[serde(rename = "namespace_config")]
    _namespace_config: Option<Map<String, Value>>,
    /// Whether a name that is taken should go to this attachment.
    confirm: Option<String>,
}

#[derive(Deserialize)]
struct ResolveAddon {
    addon: String,
    app: Option<String>,
    addon_service: Option<String>,
}

#[derive(Deserialize)]
struct ResolveAttachment {
    addon_attachment: String,
    app: Option<String>,
    addon_service: Option<String>,
}

pub(crate) fn list(world: &World, app: Option<&str>) -> Reply {
    let app = app.map(|app| world.app(app)).transpose()?;
    let addons = world.addons.iter().filter(|addon| app.is_none_or(|app| addon.app == app.id));
    Ok(Answer::list(addons.map(|addon| world.addon_json(addon))))
}

pub(crate) fn info(world: &World, app: Option<&str>, addon: &str) -> Reply {
    Ok(Answer::ok(world.addon_json(world.addon(addon, app)?)))
}

pub(crate) fn attachments(world: &World, app: Option<&str>, addon: Option<&str>, request: &Request) -> Reply {
    let app = app.map(|app| world.app(app)).transpose()?;
    let addon = addon.map(|addon| world.addon(addon, None)).transpose()?;
    let attachments = world.attachments.iter().filter(|attachment| {
        app.is_none_or(|app| attachment.app == app.id)
            && addon.is_none_or(|addon| attachment.addon == addon.id)
    });
    Ok(Answer::list(attachments.map(|attachment| object(world, attachment, request))))
}

pub(crate) fn attachment(world: &World, app: Option<&str>, identity: &str, request: &Request) -> Reply {
    Ok(Answer::ok(object(world, find(world, app, identity)?, request)))
}

/// The config that a provider gives out under this name: of Postgres, whether a credential is there.
pub(crate) fn config(world: &World, addon: &str, name: &str) -> Reply {
    let addon = world.addon(addon, None)?;
    let known = world.credentials.iter().filter(|known| known.addon == addon.id && known.is_active());
    let names =
        known.map(|credential| format!("credential:{}", credential.name)).filter(|known| known == name);
    Ok(Answer::list_by("name", names.map(|name| json!({"name": name, "value": "true"}))))
}

pub(crate) fn attach(world: &mut World, request: &Request) -> Reply {
    let Attach { addon, app, name, namespace, confirm, .. } = request.json()?;
    let addon = world.addon(addon.as_str(), None)?.clone();
    let owner = world.app(app.as_str())?.clone();
    let app = owner.id.clone();
    let attachment = Attachment {
        id: ids::fresh(),
        name: name.unwrap_or_else(|| free_name(world, &app, &addon)),
        addon: addon.id.clone(),
        app: app.clone(),
        namespace,
        created_at: ids::now(),
    };
    let valid = |name: &str| {
        name.starts_with(|first: char| first.is_ascii_uppercase())
            && name.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
    };
    if !valid(&attachment.name) {
        return Err(Refusal::invalid("Name must be upper-case letters, digits and underscores."));
    }
    let credential = attachment.credential();
    let is_usable = |(name, state)| name == credential && state == ACTIVE;
    if !postgres::credentials(world, &addon).any(is_usable) {
        return Err(Refusal::invalid(format!(
            "Could not find credential {credential} for database {}.",
            addon.name
        )));
    }
    if let Some(taken) = world.attachments.iter().position(|a| a.app == app && a.name == attachment.name) {
        let taken = world.attachments[taken].clone();
        if taken.addon == addon.id && taken.namespace == attachment.namespace {
            return Err(Refusal::invalid("Name has already been taken."));
        }
        if confirm.as_deref() != Some(&owner.name) {
            return Err(confirmation(&owner, &taken.name));
        }
        if taken.addon != addon.id {
            check_last(world, &taken)?;
        }
        world.attachments.retain(|known| known.id != taken.id);
    }
    let url = database_url(world, &app, &addon, credential);
    let answer = world.attachment_json(&attachment);
    let owner = world.app_mut(&app)?;
    owner.config.insert(attachment.variable(), url);
    owner.release(format!("Attach {} (@ref:{})", attachment.name, addon.name));
    world.attachments.push(attachment);
    Ok(Answer::with(201, answer))
}

#[derive(Deserialize)]
struct Database {
    url: String,
}

/// Lets a database of this machine stand behind an app's Postgres add-on, so that Database Monitoring can be tried on it. A
/// request of the sandbox's own: at Heroku nobody can set the config var of an attachment.
pub(crate) fn use_database(world: &mut World, app: &str, request: &Request) -> Reply {
    let Database { url } = request.json()?;
    use_url(world, app, &url)?;
    Ok(Answer::ok(json!({"name": app})))
}

/// The same, and gives back the URL before it.
pub(crate) fn use_url(world: &mut World, app: &str, url: &str) -> Result<String, Refusal> {
    let id = world.app(app)?.id.clone();
    let is_postgres = |attachment: &&Attachment| {
        let addon = world.addons.iter().find(|addon| addon.id == attachment.addon);
        attachment.app == id
            && attachment.namespace.is_none()
            && addon.is_some_and(|addon| addon.service() == "heroku-postgresql")
    };
    let attachment =
        world.attachments.iter().find(is_postgres).ok_or_else(|| Refusal::not_found("database"))?;
    let variable = attachment.variable();
    let app = world.app_mut(app)?;
    let before = app.config.insert(variable.clone(), url.to_owned());
    app.release(format!("Set {variable} config vars"));
    Ok(before.unwrap_or_default())
}

/// The URL for the user of a credential: of the database of this machine where one is behind the add-on.
fn database_url(world: &World, app: &str, addon: &Addon, credential: &str) -> String {
    let made_up = addon.url(credential);
    let is_default = |attachment: &&Attachment| {
        attachment.addon == addon.id && attachment.app == app && attachment.namespace.is_none()
    };
    let default = world.attachments.iter().find(is_default).map(Attachment::variable);
    let existing = default.and_then(|name| world.app(app).ok()?.config.get(&name).cloned());
    let existing_url = existing
        .filter(|existing| *existing != addon.url("default"))
        .and_then(|existing| url::Url::parse(&existing).ok());
    let (Some(mut existing_url), Ok(credential)) = (existing_url, url::Url::parse(&made_up)) else {
        return made_up;
    };
    // Neither fails: both URLs have a host.
    let _ = existing_url.set_username(credential.username());
    let _ = existing_url.set_password(credential.password());
    existing_url.into()
}

pub(crate) fn detach(world: &mut World, identity: &str) -> Reply {
    let attachment = find(world, None, identity)?.clone();
    check_last(world, &attachment)?;
    let addon = world.addon(&attachment.addon, None)?.name.clone();
    let answer = world.attachment_json(&attachment);
    world.attachments.retain(|known| known.id != attachment.id);
    let app = world.app_mut(&attachment.app)?;
    app.config.remove(&attachment.variable());
    app.release(format!("Detach {} (@ref:{addon})", attachment.name));
    Ok(Answer::ok(answer))
}

pub(crate) fn resolve(world: &World, request: &Request) -> Reply {
    let ResolveAddon { addon, app, addon_service } = request.json()?;
    let addon = world.addon(&addon, app.as_deref())?;
    let fits = addon_service.is_none_or(|service| addon.service() == service);
    if !fits {
        return Err(Refusal::not_found("add_on"));
    }
    Ok(Answer::ok(Value::Array(vec![world.addon_json(addon)])))
}

pub(crate) fn resolve_attachment(world: &World, request: &Request) -> Reply {
    let ResolveAttachment { addon_attachment, app, addon_service } = request.json()?;
    // A name alone means the attachments of that name in all apps.
    let mut matching: Vec<_> = match find(world, app.as_deref(), &addon_attachment) {
        Ok(attachment) => vec![attachment],
        Err(refusal) if app.is_some() => return Err(refusal),
        Err(_) => world.attachments.iter().filter(|known| known.name == addon_attachment).collect(),
    };
    let service = |attachment: &Attachment| {
        let addon = world.addons.iter().find(|addon| addon.id == attachment.addon);
        addon.is_some_and(|addon| addon_service.as_ref().is_none_or(|asked| addon.service() == asked))
    };
    matching.retain(|attachment| service(attachment));
    if matching.is_empty() {
        return Err(Refusal::not_found("add_on_attachment"));
    }
    Ok(Answer::ok(matching.into_iter().map(|attachment| object(world, attachment, request)).collect()))
}

/// An attachment, with its add-on's plan where the request asks for that.
fn object(world: &World, attachment: &Attachment, request: &Request) -> Value {
    let mut object = world.attachment_json(attachment);
    let asked = request.header("accept-inclusion").is_some_and(|requested| requested.contains("addon:plan"));
    if let Some(addon) = world.addons.iter().find(|addon| asked && addon.id == attachment.addon) {
        object["addon"]["plan"] = reference("plan", &addon.plan);
    }
    object
}

/// An attachment is known by its id, and within its app by its name, its config var, or its add-on's name.
fn find<'a>(world: &'a World, app: Option<&str>, identity: &str) -> Result<&'a Attachment, Refusal> {
    let missing = || Refusal::not_found("add_on_attachment");
    let (app, identity) = match (app, identity.split_once("::")) {
        (None, Some((app, name))) => (Some(app), name),
        (app, _) => (app, identity),
    };
    let Some(app) = app else {
        return world.attachments.iter().find(|known| known.id == identity).ok_or_else(missing);
    };
    let app = &world.app(app)?.id;
    let mut attached = world.attachments.iter().filter(|attachment| attachment.app == *app);
    let named = |attachment: &&Attachment| {
        let addon = world.addons.iter().find(|addon| addon.id == attachment.addon);
        attachment.id == identity
            || attachment.name == identity
            || attachment.variable() == identity
            || addon.is_some_and(|addon| addon.name == identity)
    };
    attached.find(named).ok_or_else(missing)
}

/// `GET /apps/APP/usage`: what add-ons that are paid by use have used. None here is.
pub(crate) fn usage(world: &World, app: &str) -> Reply {
    let app = world.app(app)?;
    let addons = world.addons.iter().filter(|addon| addon.app == app.id);
    let addons: Vec<_> = addons.map(|addon| json!({"id": addon.id, "meters": {}})).collect();
    Ok(Answer::ok(json!({"addons": addons, "app": {"id": app.id, "name": app.name}})))
}

/// Takes an add-on away, its attachments in every app, and their config vars.
pub(super) fn forget(world: &mut World, addon: &str) {
    let name = world.addons.iter().find(|known| known.id == addon).map(|addon| addon.name.clone());
    let gone: Vec<Attachment> =
        world.attachments.iter().filter(|attachment| attachment.addon == addon).cloned().collect();
    for attachment in gone {
        if let Ok(app) = world.app_mut(&attachment.app) {
            app.config.remove(&attachment.variable());
            app.release(format!("Detach {} (@ref:{})", attachment.name, name.as_deref().unwrap_or_default()));
        }
    }
    world.attachments.retain(|attachment| attachment.addon != addon);
    world.credentials.retain(|credential| credential.addon != addon);
    world.records.forget(addon);
    world.addons.retain(|known| known.id != addon);
}

/// Refuses to take away the attachment that is its add-on's last at the app that pays for it.
pub(super) fn check_last(world: &World, attachment: &Attachment) -> Result<(), Refusal> {
    let addon = world.addon(&attachment.addon, None)?;
    let mut others = world
        .attachments
        .iter()
        .filter(|other| other.id != attachment.id && other.addon == addon.id && other.app == addon.app);
    if attachment.app != addon.app || others.next().is_some() {
        return Ok(());
    }
    let message = format!("Cannot destroy last attachment to billing app for resource {}.", addon.name);
    Err(Refusal::invalid(message))
}

/// The refusal where a name is taken that only a confirmation gives to another add-on.
pub(super) fn confirmation(app: &App, name: &str) -> Refusal {
    Refusal::new(
        423,
        "confirmation_required",
        format!("Name {name} is already attached to {}. Confirm by `{}`.", app.name, app.name),
    )
}

/// What the first add-on of a service is attached as: `DATABASE`, `REDIS`; later ones get a color.
pub(super) fn first_name(world: &World, app: &str, addon: &Addon) -> String {
    let name = match addon.service() {
        "heroku-postgresql" => "DATABASE".to_owned(),
        service => service.trim_start_matches("heroku-").to_ascii_uppercase().replace('-', "_"),
    };
    let taken = world.attachments.iter().any(|known| known.app == app && known.name == name);
    if taken { free_name(world, app, addon) } else { name }
}

/// The name Heroku makes up: `HEROKU_POSTGRESQL_AMBER`.
fn free_name(world: &World, app: &str, addon: &Addon) -> String {
    let service = addon.service().to_ascii_uppercase().replace('-', "_");
    let colors = ["AMBER", "BRONZE", "COPPER", "JADE", "NAVY", "OLIVE", "ROSE", "TEAL"];
    let taken = |name: &String| world.attachments.iter().any(|a| a.app == app && a.name == *name);
    let mut names = colors.iter().map(|color| format!("{service}_{color}"));
    names.find(|name| !taken(name)).unwrap_or_else(|| format!("{service}_{}", json!(world.attachments.len())))
}
