//! Log drains. Their URLs are shown in full, as Heroku does: anyone who may read the app may read the key in them.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::sandbox::exchange::{Answer, Refusal, Reply, Request};
use crate::sandbox::ids;
use crate::sandbox::world::World;
use crate::sandbox::world::app::{App, Drain};

/// How many drains an app may have.
const LIMIT: usize = 5;

#[derive(Deserialize)]
struct New {
    url: String,
}

pub(crate) fn list(world: &World, app: &str) -> Reply {
    let app = world.app(app)?;
    Ok(Answer::list(app.drains.iter().map(|drain| object(app, drain))))
}

pub(crate) fn info(world: &World, app: &str, drain: &str) -> Reply {
    let app = world.app(app)?;
    Ok(Answer::ok(object(app, &app.drains[place(app, drain)?])))
}

pub(crate) fn add(world: &mut World, app: &str, request: &Request) -> Reply {
    let app = world.app_mut(app)?;
    if app.is_fir() {
        return Err(Refusal::invalid("Log drains aren't available for Fir apps. Use a telemetry drain."));
    }
    let New { url } = request.json()?;
    let known = url::Url::parse(&url).is_ok_and(|url| {
        url.has_host() && matches!(url.scheme(), "https" | "http" | "syslog" | "syslog+tls")
    });
    if !known {
        return Err(Refusal::invalid("Url is invalid."));
    }
    if app.drains.iter().any(|drain| drain.url == url) {
        return Err(Refusal::invalid("Url has already been taken."));
    }
    if app.drains.len() >= LIMIT {
        return Err(Refusal::invalid("You've reached the limit of 5 log drains for this app."));
    }
    app.drains.push(Drain::to(&url));
    let answer = app.drains.last().map(|drain| object(app, drain));
    Ok(Answer::with(201, json!(answer)))
}

pub(crate) fn remove(world: &mut World, app: &str, drain: &str) -> Reply {
    let app = world.app_mut(app)?;
    let place = place(app, drain)?;
    if app.drains[place].addon.is_some() {
        return Err(Refusal::invalid("This drain belongs to an add-on and cannot be removed."));
    }
    let answer = object(app, &app.drains[place]);
    app.drains.remove(place);
    Ok(Answer::ok(answer))
}

#[derive(Deserialize)]
struct NewOfAddon {
    addon: String,
    url: String,
}

/// Not Heroku's: a drain as an add-on makes it.
pub(crate) fn add_of_addon(world: &mut World, app: &str, request: &Request) -> Reply {
    let NewOfAddon { addon, url } = request.json()?;
    let app = world.app_mut(app)?;
    app.drains.push(Drain { addon: Some(addon), ..Drain::to(&url) });
    let answer = app.drains.last().map(|drain| object(app, drain));
    Ok(Answer::with(201, json!(answer)))
}

/// A drain is known by its id, its token or its URL.
fn place(app: &App, identity: &str) -> Result<usize, Refusal> {
    app.drains
        .iter()
        .position(|drain| [&drain.id, &drain.token, &drain.url].iter().any(|known| *known == identity))
        .ok_or_else(|| Refusal::not_found("log_drain"))
}

fn object(app: &App, drain: &Drain) -> Value {
    json!({
        "addon": drain.addon.as_ref().map(|addon| json!({"id": ids::named("addon", addon), "name": addon})),
        "app": {"id": app.id, "name": app.name},
        "created_at": drain.created_at,
        "id": drain.id,
        "token": drain.token,
        "updated_at": drain.created_at,
        "url": drain.url,
    })
}
