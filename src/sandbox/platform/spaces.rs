//! Private Spaces: their network, and what runs in them.

use serde_json::{Value, json};

use super::account::find_space;
use super::dynos;
use crate::sandbox::exchange::{Answer, Refusal, Reply};
use crate::sandbox::ids;
use crate::sandbox::world::app::App;
use crate::sandbox::world::{World, user};

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

fn apps<'a>(world: &'a World, space: &str) -> Result<impl Iterator<Item = &'a App>, Refusal> {
    let name = &find_space(world, space)?.name;
    Ok(world.apps.iter().filter(move |app| app.space.as_ref() == Some(name)))
}
