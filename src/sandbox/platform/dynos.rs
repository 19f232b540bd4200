//! Formation and dynos.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};

use crate::platform::size::{canonical, memory_mb};
use crate::sandbox::exchange::{Answer, Refusal, Reply, Request};
use crate::sandbox::store::Store;
use crate::sandbox::world::app::{App, OneOff, Process, RELEASE, Release, Slug, Status};
use crate::sandbox::world::{World, reference};
use crate::sandbox::{ids, rendezvous};

#[derive(Deserialize)]
struct Updates {
    updates: Vec<Update>,
}

#[derive(Deserialize)]
struct Update {
    #[serde(rename = "type")]
    kind: String,
    #[serde(flatten)]
    scale: Scale,
}

#[derive(Deserialize)]
struct Scale {
    quantity: Option<Quantity>,
    size: Option<String>,
    dyno_size: Option<Size>,
}

/// A number of dynos; the official CLI sends it as text.
#[derive(Deserialize)]
#[serde(untagged)]
enum Quantity {
    Number(u32),
    Text(String),
}

#[derive(Deserialize)]
struct Size {
    name: Option<String>,
}

#[derive(Deserialize)]
struct Run {
    command: String,
    #[serde(default)]
    attach: bool,
    size: Option<String>,
    /// Variables in addition to the app's config vars.
    env: Option<BTreeMap<String, String>>,
    #[serde(rename = "force_no_tty")]
    _force_no_tty: Option<bool>,
    #[serde(rename = "type")]
    _kind: Option<String>,
    #[serde(rename = "time_to_live")]
    _time_to_live: Option<u64>,
}

pub(crate) fn formation(world: &World, app: &str) -> Reply {
    let app = world.app(app)?;
    Ok(Answer::list_by("type", app.formation.iter().map(|process| process_object(app, process))))
}

pub(crate) fn formation_of(world: &World, app: &str, kind: &str) -> Reply {
    let app = world.app(app)?;
    let process = app.formation.iter().find(|process| process.kind == kind);
    Ok(Answer::ok(process_object(app, process.ok_or_else(|| Refusal::not_found("formation"))?)))
}

pub(crate) fn scale(world: &mut World, app: &str, request: &Request) -> Reply {
    let app = world.app_mut(app)?;
    let Updates { updates } = request.json()?;
    let mut scaled = app.formation.clone();
    for update in &updates {
        apply(&mut scaled, &update.kind, &update.scale)?;
    }
    app.formation = scaled;
    let named = |process: &&Process| updates.iter().any(|update| update.kind == process.kind);
    Ok(Answer::ok(app.formation.iter().filter(named).map(|process| process_object(app, process)).collect()))
}

pub(crate) fn scale_one(world: &mut World, app: &str, kind: &str, request: &Request) -> Reply {
    let scale: Scale = request.json()?;
    apply(&mut world.app_mut(app)?.formation, kind, &scale)?;
    formation_of(world, app, kind)
}

fn apply(formation: &mut [Process], kind: &str, scale: &Scale) -> Result<(), Refusal> {
    let process = formation.iter_mut().find(|process| process.kind == kind).ok_or_else(|| {
        Refusal::new(404, "not_found", format!("Couldn't find that process type ({kind})."))
    })?;
    match &scale.quantity {
        None => {}
        Some(Quantity::Number(number)) => process.quantity = *number,
        Some(Quantity::Text(text)) => {
            let number =
                text.parse().map_err(|_| Refusal::invalid(format!("`{text}` is not a quantity.")))?;
            process.quantity = number;
        }
    }
    let size = scale.size.as_ref().or(scale.dyno_size.as_ref().and_then(|size| size.name.as_ref()));
    if let Some(size) = size {
        if memory_mb(size).is_none() {
            return Err(Refusal::invalid(format!("Couldn't find that dyno size ({size}).")));
        }
        canonical(size).clone_into(&mut process.size);
    }
    process.updated_at = ids::now();
    Ok(())
}

pub(crate) fn list(world: &World, app: &str) -> Reply {
    let app = world.app(app)?;
    Ok(Answer::list_by("name", running(app)))
}

pub(crate) fn info(world: &World, app: &str, dyno: &str) -> Reply {
    let dynos = running(world.app(app)?);
    let matching = dynos.into_iter().find(|known| known["name"] == dyno || known["id"] == dyno);
    Ok(Answer::ok(matching.ok_or_else(|| Refusal::not_found("dyno"))?))
}

/// Starts a one-off dyno. One that is attached to runs its command; any other is only recorded.
pub(crate) fn run(store: &mut Store, app: &str, request: &Request, path: &str) -> Reply {
    let app = store.world.app_mut(app)?;
    let Run { command, attach, size, env, .. } = request.json()?;
    let size = size.or_else(|| app.formation.first().map(|process| process.size.clone()));
    app.one_off_dynos.push(OneOff {
        id: ids::fresh(),
        name: format!("run.{}", 1000 + app.one_off_dynos.len()),
        command,
        size: size.unwrap_or_else(|| "Basic".into()),
        attached: attach,
        created_at: ids::now(),
    });
    let mut dyno = json!(app.one_off_dynos.last().map(|dyno| one_off_object(app, dyno)));
    if attach {
        let text = |name: &str| dyno[name].as_str().unwrap_or_default();
        let mut app = app.clone();
        let current = app.current().map(|release| release.id.clone());
        if let Some(release) = app.releases.iter_mut().find(|release| Some(&release.id) == current.as_ref()) {
            release.config.extend(env.unwrap_or_default());
        }
        let address = rendezvous::open(store, &app, [text("name"), text("id"), text("command")], path);
        dyno["attach_url"] = json!(address.map_err(|_| Refusal::invalid("No port is free."))?);
    }
    Ok(Answer::with(201, dyno))
}

/// Restarts one dyno, those of a type, or all.
pub(crate) fn restart(world: &mut World, app: &str, dyno: Option<&str>) -> Reply {
    if let Some(dyno) = dyno {
        info(world, app, dyno)?;
    }
    note_restart(world.app_mut(app)?, dyno.unwrap_or("*"));
    Ok(Answer::with(202, json!({})))
}

fn note_restart(app: &mut App, dyno: &str) {
    *app.restarts.entry(dyno.to_owned()).or_default() += 1;
    app.restarted_at.insert(dyno.to_owned(), ids::now());
}

/// `DELETE /apps/APP/formations/TYPE`: restarts the dynos of a type.
pub(crate) fn restart_type(world: &mut World, app: &str, kind: &str) -> Reply {
    formation_of(world, app, kind)?;
    let app = world.app_mut(app)?;
    let dynos: Vec<String> =
        names(app).into_iter().filter(|(_, process)| process.kind == kind).map(|(name, _)| name).collect();
    for dyno in dynos {
        note_restart(app, &dyno);
    }
    Ok(Answer::with(202, json!({})))
}

/// Stops a dyno. A one-off dyno is gone; another is started again by the platform.
pub(crate) fn stop(world: &mut World, app: &str, dyno: &str) -> Reply {
    info(world, app, dyno)?;
    let stopped = world.app_mut(app)?;
    let before = stopped.one_off_dynos.len();
    stopped.one_off_dynos.retain(|known| known.name != dyno && known.id != dyno);
    if stopped.one_off_dynos.len() < before {
        return Ok(Answer::with(202, json!({})));
    }
    restart(world, app, Some(dyno))
}

/// The names of the dynos that run, each with its process type.
pub(crate) fn names(app: &App) -> Vec<(String, &Process)> {
    let mut names = Vec::new();
    for process in &app.formation {
        for number in 1..=process.quantity {
            let name = if app.is_fir() {
                let hash = ids::named_hex("dyno", &format!("{}/{}/{number}", app.id, process.kind), 13);
                format!("{}-{}-{}", process.kind, &hash[..8], &hash[8..])
            } else {
                format!("{}.{number}", process.kind)
            };
            names.push((name, process));
        }
    }
    names
}

pub(super) fn running(app: &App) -> Vec<Value> {
    let dynos = names(app).into_iter().map(|(name, process)| {
        let count = |dyno: &str| app.restarts.get(dyno).copied().unwrap_or_default();
        let release = app.started_by().map_or("none", |release| &release.id);
        // A dyno is another one after every release and every restart.
        let boot = format!("{}/{name}/{release}/{}/{}", app.id, count(&name), count("*"));
        let started = app.started_by().map_or(&app.created_at, |release| &release.created_at);
        let restarted = [&name, "*"].into_iter().filter_map(|dyno| app.restarted_at.get(dyno));
        let started = restarted.fold(started, std::cmp::max);
        dyno_object(
            app,
            &ids::named("dyno", &boot),
            &name,
            &process.kind,
            &process.command,
            &process.size,
            started,
        )
    });
    let releasing = app.releases.iter().filter(|release| release.status == Status::Pending);
    dynos
        .chain(releasing.map(|release| release_object(app, release)))
        .chain(app.one_off_dynos.iter().map(|dyno| one_off_object(app, dyno)))
        .collect()
}

/// The dyno that runs the command of a pending release.
fn release_object(app: &App, release: &Release) -> Value {
    let slug = release.slug.as_deref().and_then(|slug| app.slug(slug));
    let command = slug.and_then(Slug::release_command).unwrap_or_default();
    let size = app.formation.first().map_or("Basic", |process| &process.size);
    let id = ids::named("release-dyno", &release.id);
    let mut object = dyno_object(app, &id, &release.dyno_name(), RELEASE, command, size, &release.created_at);
    object["release"] = json!({"id": release.id, "version": release.version});
    object
}

fn one_off_object(app: &App, dyno: &OneOff) -> Value {
    let mut object =
        dyno_object(app, &dyno.id, &dyno.name, "run", &dyno.command, &dyno.size, &dyno.created_at);
    object["state"] = json!("starting");
    object
}

fn dyno_object(
    app: &App,
    id: &str,
    name: &str,
    kind: &str,
    command: &str,
    size: &str,
    started: &str,
) -> Value {
    json!({
        "app": {"id": app.id, "name": app.name},
        "attach_url": null,
        "command": command,
        "created_at": started,
        "id": id,
        "name": name,
        "release": app.started_by().map(|release| json!({"id": release.id, "version": release.version})),
        "size": size,
        "state": "up",
        "type": kind,
        "updated_at": started,
    })
}

fn process_object(app: &App, process: &Process) -> Value {
    json!({
        "app": {"id": app.id, "name": app.name},
        "command": process.command,
        "created_at": app.created_at,
        "dyno_size": reference("dyno_size", &process.size),
        "id": ids::named("formation", &format!("{}/{}", app.id, process.kind)),
        "quantity": process.quantity,
        "size": process.size,
        "type": process.kind,
        "updated_at": process.updated_at,
    })
}
