//! Webhooks of an app, and what was sent to them: the sandbox calls nobody, so that nothing was.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::sandbox::exchange::{Answer, Refusal, Reply, Request};
use crate::sandbox::ids;
use crate::sandbox::world::World;
use crate::sandbox::world::records::Kind;

const WEBHOOK: Kind = Kind { resource: "webhook", known_by: &["id"] };
const LEVELS: [&str; 2] = ["notify", "sync"];
/// What a webhook may be told of.
const ENTITIES: [&str; 11] = [
    "api:addon",
    "api:addon-attachment",
    "api:app",
    "api:build",
    "api:collaborator",
    "api:domain",
    "api:dyno",
    "api:formation",
    "api:release",
    "api:sni-endpoint",
    "dyno",
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct New {
    include: Vec<String>,
    level: String,
    url: String,
    #[serde(rename = "authorization")]
    _authorization: Option<String>,
    #[serde(rename = "secret")]
    _secret: Option<String>,
}

#[derive(Deserialize)]
struct Changes {
    include: Option<Vec<String>>,
    level: Option<String>,
    url: Option<String>,
    #[serde(rename = "authorization")]
    _authorization: Option<String>,
    #[serde(rename = "secret")]
    _secret: Option<String>,
}

pub(crate) fn list(world: &World, app: &str) -> Reply {
    let app = world.app(app)?;
    Ok(Answer::list(world.records.of(&WEBHOOK, &app.id).cloned()))
}

/// Events or deliveries of an app.
pub(crate) fn nothing(world: &World, app: &str) -> Reply {
    world.app(app)?;
    Ok(Answer::list([]))
}

/// One event or delivery.
pub(crate) fn no_such(world: &World, app: &str, resource: &'static str) -> Reply {
    world.app(app)?;
    Err(Refusal::not_found(resource))
}

pub(crate) fn info(world: &World, app: &str, id: &str) -> Reply {
    let app = world.app(app)?;
    Ok(Answer::ok(world.records.find(&WEBHOOK, &app.id, id)?.clone()))
}

pub(crate) fn add(world: &mut World, app: &str, request: &Request) -> Reply {
    let New { include, level, url, .. } = request.json()?;
    let app = world.app(app)?.clone();
    check(&include, Some(&level), Some(&url))?;
    let now = ids::now();
    let webhook = json!({
        "app": {"id": app.id, "name": app.name},
        "created_at": now,
        "id": ids::fresh(),
        "include": include,
        "level": level,
        "updated_at": now,
        "url": url,
    });
    let mut answer = Answer::with(201, world.records.add(&WEBHOOK, &app.id, webhook));
    // What deliveries are signed with is shown once.
    answer.headers.push(("heroku-webhook-secret", ids::sha256(ids::fresh().as_bytes())));
    Ok(answer)
}

pub(crate) fn update(world: &mut World, app: &str, id: &str, request: &Request) -> Reply {
    let Changes { include, level, url, .. } = request.json()?;
    check(include.as_deref().unwrap_or_default(), level.as_deref(), url.as_deref())?;
    let app = world.app(app)?.id.clone();
    let record = world.records.find_mut(&WEBHOOK, &app, id)?;
    let changes = [
        ("include", include.map(Value::from)),
        ("level", level.map(Value::from)),
        ("url", url.map(Value::from)),
    ];
    for (name, value) in changes {
        if let Some(value) = value {
            record[name] = value;
        }
    }
    record["updated_at"] = json!(ids::now());
    Ok(Answer::ok(record.clone()))
}

pub(crate) fn remove(world: &mut World, app: &str, id: &str) -> Reply {
    let app = world.app(app)?.id.clone();
    Ok(Answer::ok(world.records.remove(&WEBHOOK, &app, id)?))
}

fn check(include: &[String], level: Option<&str>, url: Option<&str>) -> Result<(), Refusal> {
    let unknown = include.iter().find(|entity| !ENTITIES.contains(&entity.as_str()));
    if let Some(unknown) = unknown {
        return Err(Refusal::invalid(format!("Include contains an unknown entity: {unknown}.")));
    }
    if level.is_some_and(|level| !LEVELS.contains(&level)) {
        return Err(Refusal::invalid("Level must be notify or sync."));
    }
    let is_web = |url: &str| url::Url::parse(url).is_ok_and(|url| url.scheme() == "https");
    if url.is_some_and(|url| !is_web(url)) {
        return Err(Refusal::invalid("Url must be a valid HTTPS URL."));
    }
    Ok(())
}
