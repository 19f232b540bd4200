//! The data API, which is another host in the real world: Postgres and Key-Value Store.

use crate::sandbox::exchange::{Refusal, Reply, Request};
use crate::sandbox::platform::{databases, postgres, redis};
use crate::sandbox::world::World;

pub(super) fn answer(world: &mut World, request: &Request, path: &[&str]) -> Reply {
    match (request.method.as_str(), path) {
        ("GET", ["postgres", "v0", "databases", name, "credentials"]) => postgres::list(world, name, request),
        ("POST", ["postgres", "v0", "databases", name, "credentials"]) => {
            postgres::create(world, name, request)
        }
        ("POST", ["postgres", "v0", "databases", name, "credentials_rotation"]) => {
            databases::rotate(world, name, None, request)
        }
        ("GET", ["postgres", "v0", "databases", name, "credentials", user]) => {
            postgres::info(world, name, user, request)
        }
        ("DELETE", ["postgres", "v0", "databases", name, "credentials", user]) => {
            postgres::remove(world, name, user)
        }
        ("POST", ["postgres", "v0", "databases", name, "credentials", user, "credentials_rotation"]) => {
            databases::rotate(world, name, Some(user), request)
        }
        ("GET", ["postgres", "v0", "databases", name, "config"]) => databases::settings(world, name),
        ("PATCH", ["postgres", "v0", "databases", name, "config"]) => {
            databases::update_settings(world, name, request)
        }

        ("GET", ["client", "v11", "databases", id]) => databases::info(world, id),
        ("GET", ["client", "v11", "databases", id, "wait_status"]) => databases::wait_status(world, id),
        ("GET", ["client", "v11", "databases", id, "links"]) => databases::links(world, id),
        ("POST", ["client", "v11", "databases", id, "backups"]) => databases::capture(world, id),
        ("POST", ["client", "v11", "databases", id, "connection_reset"]) => {
            databases::done(world, id, "Connections terminated")
        }
        ("PUT", ["client", "v11", "databases", id, "reset"]) => {
            databases::done(world, id, "Reset successful")
        }
        ("PUT", ["client", "v11", "databases", id, "stats_reset"]) => {
            databases::done(world, id, "Stats reset")
        }
        ("GET", ["client", "v11", "databases", id, "transfer-schedules"]) => databases::schedules(world, id),
        ("POST", ["client", "v11", "databases", id, "transfer-schedules"]) => {
            databases::add_schedule(world, id, request)
        }
        ("DELETE", ["client", "v11", "databases", id, "transfer-schedules", schedule]) => {
            databases::remove_schedule(world, id, schedule)
        }
        ("GET", ["client", "v11", "apps", app, "transfers"]) => databases::transfers(world, app),
        ("GET", ["client", "v11", "apps", app, "transfers", id]) => databases::transfer(world, app, id),
        ("DELETE", ["client", "v11", "apps", app, "transfers", id]) => {
            databases::remove_transfer(world, app, id)
        }

        ("GET", ["redis", "v0", "databases", name]) => redis::info(world, name),
        ("GET", ["redis", "v0", "databases", name, "wait"]) => redis::wait(world, name),
        ("GET", ["redis", "v0", "databases", name, "config"]) => redis::config(world, name),
        ("PATCH", ["redis", "v0", "databases", name, "config"]) => redis::update_config(world, name, request),
        ("POST", ["redis", "v0", "databases", name, "credentials_rotation"]) => {
            redis::done(world, name, "Credentials rotated")
        }
        ("POST", ["redis", "v0", "databases", name, "stats", "reset"]) => {
            redis::done(world, name, "Stats reset")
        }
        _ => Err(Refusal::no_route()),
    }
}
