//! The data API, which is another host in the real world: Postgres and Key-Value Store.

use crate::sandbox::exchange::{Refusal, Reply, Request};
use crate::sandbox::platform::{backups, databases, links, postgres, redis, rotation};
use crate::sandbox::world::World;

pub(super) fn answer(world: &mut World, request: &Request, path: &[&str]) -> Reply {
    match (request.method.as_str(), path) {
        ("GET", ["postgres", "v0", "databases", name, "credentials"]) => postgres::list(world, name, request),
        ("POST", ["postgres", "v0", "databases", name, "credentials"]) => {
            postgres::create(world, name, request)
        }
        ("POST", ["postgres", "v0", "databases", name, "credentials_rotation"]) => {
            rotation::of_postgres(world, name, None, request)
        }
        ("GET", ["postgres", "v0", "databases", name, "credentials", user]) => {
            postgres::info(world, name, user, request)
        }
        ("DELETE", ["postgres", "v0", "databases", name, "credentials", user]) => {
            postgres::remove(world, name, user)
        }
        ("POST", ["postgres", "v0", "databases", name, "credentials", user, "credentials_rotation"]) => {
            rotation::of_postgres(world, name, Some(user), request)
        }
        ("GET", ["postgres", "v0", "databases", name, "config"]) => databases::settings(world, name),
        ("PATCH", ["postgres", "v0", "databases", name, "config"]) => {
            databases::update_settings(world, name, request)
        }

        ("GET", ["client", "v11", "databases", id]) => databases::info(world, id),
        ("GET", ["client", "v11", "databases", id, "wait_status"]) => databases::wait_status(world, id),
        ("GET", ["client", "v11", "databases", id, "links"]) => links::list(world, id),
        ("POST", ["client", "v11", "databases", id, "links"]) => links::add(world, id, request),
        ("DELETE", ["client", "v11", "databases", id, "links", link]) => links::remove(world, id, link),
        ("POST", ["client", "v11", "databases", id, "backups"]) => backups::capture(world, id),
        ("POST", ["client", "v11", "databases", id, "restores"]) => backups::restore(world, id, request),
        ("POST", ["client", "v11", "databases", id, "connection_reset"]) => {
            databases::terminate_connections(world, id)
        }
        ("PUT", ["client", "v11", "databases", id, "reset"]) => databases::reset(world, id),
        ("PUT", ["client", "v11", "databases", id, "stats_reset"]) => {
            postgres::database_named(world, id)?;
            Err(Refusal::missing("statistics of a database"))
        }
        ("GET", ["client", "v11", "databases", id, "transfer-schedules"]) => backups::schedules(world, id),
        ("POST", ["client", "v11", "databases", id, "transfer-schedules"]) => {
            backups::add_schedule(world, id, request)
        }
        ("DELETE", ["client", "v11", "databases", id, "transfer-schedules", schedule]) => {
            backups::remove_schedule(world, id, schedule)
        }
        ("GET", ["client", "v11", "apps", app, "transfers"]) => backups::transfers(world, app),
        ("POST", ["client", "v11", "apps", app, "transfers", id, "actions", "public-url"]) => {
            backups::public_url(world, app, id)
        }
        ("GET", ["client", "v11", "apps", app, "transfers", id]) => backups::transfer(world, app, id),
        ("DELETE", ["client", "v11", "apps", app, "transfers", id]) => {
            backups::remove_transfer(world, app, id)
        }

        ("GET", ["redis", "v0", "databases", name]) => redis::info(world, name),
        ("GET", ["redis", "v0", "databases", name, "wait"]) => redis::wait(world, name),
        ("GET", ["redis", "v0", "databases", name, "config"]) => redis::config(world, name),
        ("PATCH", ["redis", "v0", "databases", name, "config"]) => redis::update_config(world, name, request),
        ("POST", ["redis", "v0", "databases", name, "credentials_rotation"]) => {
            rotation::of_redis(world, name)
        }
        ("POST", ["redis", "v0", "databases", name, "stats", "reset"]) => redis::reset_stats(world, name),
        _ => Err(Refusal::no_route()),
    }
}
