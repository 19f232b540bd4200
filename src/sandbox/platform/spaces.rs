//! Private Spaces: their network, and what runs in them.

use serde::Deserialize;
use serde_json::{Value, json};

use super::account::{self, find_space};
use super::dynos;
use crate::sandbox::exchange::{Answer, Refusal, Reply, Request};
use crate::sandbox::ids;
use crate::sandbox::world::app::App;
use crate::sandbox::world::{Space, World, user};

const LONG_AGO: &str = "2020-01-01T00:00:00Z";

/// The addresses that requests from the space come from.
pub(crate) fn nat(world: &World, space: &str) -> Reply {
    find_space(world, space)?;
    Ok(Answer::ok(json!({
        "created_at": LONG_AGO,
        "sources": ["192.0.2.10", "192.0.2.11", "192.0.2.12", "192.0.2.13"],
        "state": "enabled",
        "updated_at": LONG_AGO,
    })))
}

/// Peerings or VPN connections: no space here has one.
pub(crate) fn none(world: &World, space: &str) -> Reply {
    find_space(world, space)?;
    Ok(Answer::list([]))
}

/// Where requests may come from: everywhere.
pub(crate) fn inbound_ruleset(world: &World, space: &str) -> Reply {
    let space = find_space(world, space)?;
    Ok(Answer::ok(json!({
        "applied": true,
        "created_at": LONG_AGO,
        "created_by": user()["email"],
        "id": ids::named("inbound-ruleset", &space.name),
        "rules": [{"action": "allow", "source": "0.0.0.0/0"}],
        "space": {"id": ids::named("space", &space.name), "name": space.name},
    })))
}

/// The drain of a whole space: a Cedar space has none here, a Fir space has telemetry drains instead.
pub(crate) fn log_drain(world: &World, space: &str) -> Reply {
    find_space(world, space)?;
    Err(Refusal::not_found("log_drain"))
}

pub(crate) fn topology(world: &World, space: &str) -> Reply {
    let apps = apps(world, space)?.map(|app| {
        let formation = app.formation.iter().map(|process| {
            let dynos = dynos::names(app).into_iter().filter(|(_, owner)| owner.kind == process.kind);
            let dyno = |(number, (name, _)): (usize, (String, _))| {
                json!({
                    "hostname": format!("{}.{}.app.localspace", number + 1, process.kind),
                    "id": ids::named("dyno", &format!("{}/{name}", app.id)),
                    "number": number + 1,
                    "private_ip": format!("10.0.0.{}", number + 10),
                })
            };
            json!({
                "dynos": dynos.enumerate().map(dyno).collect::<Vec<_>>(),
                "id": ids::named("formation", &format!("{}/{}", app.id, process.kind)),
                "process_type": process.kind,
            })
        });
        json!({"domains": [app.hostname()], "formation": formation.collect::<Vec<_>>(), "id": app.id})
    });
    Ok(Answer::ok(json!({"apps": apps.collect::<Vec<_>>(), "version": 1})))
}

/// The dynos of every app in the space.
pub(crate) fn dynos_of(world: &World, space: &str) -> Reply {
    let of = |app: &App| json!({"app_id": app.id, "app_name": app.name, "dynos": dynos::running(app)});
    Ok(Answer::ok(Value::Array(apps(world, space)?.map(of).collect())))
}

#[derive(Deserialize)]
struct New {
    name: String,
    team: String,
    region: Option<String>,
    generation: Option<String>,
    cidr: Option<String>,
    data_cidr: Option<String>,
    #[serde(default)]
    shield: bool,
    log_drain_url: Option<String>,
}

/// `POST /spaces`. It is allocated at once.
pub(crate) fn create(world: &mut World, request: &Request) -> Reply {
    let new: New = request.json()?;
    let is_name = |name: &str| {
        name.starts_with(|first: char| first.is_ascii_lowercase())
            && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    };
    if !is_name(&new.name) || find_space(world, &new.name).is_ok() {
        return Err(Refusal::invalid(format!("Name {} is invalid or already taken.", new.name)));
    }
    let team = account::team_name(world, &new.team).ok_or_else(|| Refusal::not_found("team"))?.to_owned();
    let region = new.region.unwrap_or_else(|| "virginia".to_owned());
    if !account::REGIONS.iter().any(|known| known.0 == region && known.4) {
        return Err(Refusal::not_found("region"));
    }
    let generation = new.generation.unwrap_or_else(|| "cedar".to_owned());
    if !["cedar", "fir"].contains(&generation.as_str()) {
        return Err(Refusal::not_found("generation"));
    }
    let is_usual = |range: Option<String>, usual| range.is_none_or(|range| range == usual);
    let has_usual_networks = is_usual(new.cidr, "10.0.0.0/16") && is_usual(new.data_cidr, "10.1.0.0/16");
    if new.shield || new.log_drain_url.is_some() || !has_usual_networks {
        return Err(Refusal::missing("Shield spaces, drains of a space or networks of another range"));
    }
    let name = new.name.clone();
    world.spaces.push(Space { name: new.name, team, region, generation, created_at: Some(ids::now()) });
    let answer = account::space(world, &name)?;
    Ok(Answer { status: 201, ..answer })
}

pub(crate) fn destroy(world: &mut World, space: &str) -> Reply {
    let answer = account::space(world, space)?;
    if apps(world, space)?.next().is_some() {
        return Err(Refusal::invalid("Space must not contain apps."));
    }
    let name = find_space(world, space)?.name.clone();
    world.spaces.retain(|space| space.name != name);
    Ok(answer)
}

fn apps<'a>(world: &'a World, space: &str) -> Result<impl Iterator<Item = &'a App>, Refusal> {
    let name = &find_space(world, space)?.name;
    Ok(world.apps.iter().filter(move |app| app.space.as_ref() == Some(name)))
}
