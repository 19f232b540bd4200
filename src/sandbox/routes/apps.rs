//! What belongs to one app: `/apps/APP/…`.

use super::Situation;
use crate::sandbox::exchange::{Refusal, Reply, Request};
use crate::sandbox::platform::{
    addons, buildpacks, builds, certificates, collaborators, config, domains, drains, dynos, features,
    log_sessions, pipelines, provisioning, releases, telemetry, webhooks,
};
use crate::sandbox::store::Store;

pub(super) fn answer(
    store: &mut Store,
    request: &Request,
    situation: &Situation,
    app: &str,
    path: &[&str],
) -> Reply {
    let base = situation.base;
    if let ("POST", ["dynos"]) = (request.method.as_str(), path) {
        return dynos::run(store, app, request, situation.path);
    }
    let world = &mut store.world;
    match (request.method.as_str(), path) {
        ("GET", ["features"]) => features::list(world, app),
        ("GET", ["features", name]) => features::info(world, app, name),
        ("PATCH", ["features", name]) => features::update(world, app, name, request),
        ("GET", ["config-vars"]) => config::of_app(world, app),
        ("PATCH", ["config-vars"]) => config::update(world, app, request),
        ("GET", ["buildpack-installations"]) => buildpacks::list(world, app),
        ("PUT", ["buildpack-installations"]) => buildpacks::replace(world, app, request),
        ("GET", ["log-drains"]) => drains::list(world, app),
        ("POST", ["log-drains"]) => drains::add(world, app, request),
        ("GET", ["log-drains", drain]) => drains::info(world, app, drain),
        ("DELETE", ["log-drains", drain]) => drains::remove(world, app, drain),
        ("POST", ["log-sessions"]) => log_sessions::create(world, app, request, base),
        ("GET", ["telemetry-drains"]) => telemetry::of_app(world, app),

        ("GET", ["collaborators"]) => collaborators::list(world, app),
        ("POST", ["collaborators"]) => collaborators::add(world, app, request),
        ("GET", ["collaborators", user]) => collaborators::info(world, app, user),
        ("DELETE", ["collaborators", user]) => collaborators::remove(world, app, user),
        ("GET", ["domains"]) => domains::list(world, app),
        ("POST", ["domains"]) => domains::add(world, app, request),
        ("GET", ["domains", domain]) => domains::info(world, app, domain),
        ("PATCH", ["domains", domain]) => domains::update(world, app, domain, request),
        ("DELETE", ["domains", domain]) => domains::remove(world, app, domain),
        ("GET", ["sni-endpoints"]) => certificates::list(world, app),
        ("POST", ["sni-endpoints"]) => certificates::add(world, app, request),
        ("GET", ["sni-endpoints", name]) => certificates::info(world, app, name),
        ("PATCH", ["sni-endpoints", name]) => certificates::update(world, app, name, request),
        ("DELETE", ["sni-endpoints", name]) => certificates::remove(world, app, name),
        ("POST" | "PATCH" | "DELETE", ["acm"]) => certificates::automatic(world, app, request),
        ("GET", ["webhooks"]) => webhooks::list(world, app),
        ("POST", ["webhooks"]) => webhooks::add(world, app, request),
        ("GET", ["webhooks", id]) => webhooks::info(world, app, id),
        ("PATCH", ["webhooks", id]) => webhooks::update(world, app, id, request),
        ("DELETE", ["webhooks", id]) => webhooks::remove(world, app, id),
        ("GET", ["webhook-events" | "webhook-deliveries"]) => webhooks::nothing(world, app),
        ("GET", ["webhook-events", _]) => webhooks::no_such(world, app, "webhook_event"),
        ("GET", ["webhook-deliveries", _]) => webhooks::no_such(world, app, "webhook_delivery"),

        ("POST", ["sources"]) => builds::source(world, Some(app), base),
        ("POST", ["builds"]) => builds::create(world, app, request, base, situation.doomed),
        ("GET", ["builds"]) => builds::list(world, app, base),
        ("GET", ["builds", build]) => builds::info(world, app, build, base),
        ("DELETE", ["builds", build]) => builds::cancel(world, app, build, base),
        ("DELETE", ["build-cache"]) => builds::drop_cache(world, app),
        ("GET", ["releases"]) => releases::list(world, app, base),
        ("POST", ["releases"]) => releases::create(world, app, request, base),
        ("GET", ["releases", release]) => releases::info(world, app, release, base),
        ("GET", ["releases", release, "config-vars"]) => config::of_release(world, app, release),
        ("GET", ["slugs", slug]) => releases::slug(world, app, slug),

        ("GET", ["formation"]) => dynos::formation(world, app),
        ("PATCH", ["formation"]) => dynos::scale(world, app, request),
        ("GET", ["formation", kind]) => dynos::formation_of(world, app, kind),
        ("PATCH", ["formation", kind]) => dynos::scale_one(world, app, kind, request),
        ("DELETE", ["formations", kind]) | ("POST", ["formations", kind, "actions", "stop"]) => {
            dynos::restart_type(world, app, kind)
        }
        ("GET", ["dynos"]) => dynos::list(world, app),
        ("DELETE", ["dynos"]) => dynos::restart(world, app, None),
        ("GET", ["dynos", dyno]) => dynos::info(world, app, dyno),
        ("DELETE", ["dynos", dyno]) => dynos::restart(world, app, Some(dyno)),
        ("POST", ["dynos", dyno, "actions", "stop"]) => dynos::stop(world, app, dyno),

        ("GET", ["addons"]) => addons::list(world, Some(app)),
        ("POST", ["addons"]) => provisioning::create(world, app, request),
        ("GET", ["addons", addon]) => addons::info(world, Some(app), addon),
        ("PATCH", ["addons", addon]) => provisioning::update(world, app, addon, request),
        ("DELETE", ["addons", addon]) => provisioning::destroy(world, app, addon),
        ("GET", ["addon-attachments"]) => addons::attachments(world, Some(app), None, request),
        ("GET", ["addon-attachments", id]) => addons::attachment(world, Some(app), id, request),
        ("GET", ["usage"]) => addons::usage(world, app),
        ("GET", ["pipeline-couplings"]) => pipelines::coupling_of(world, app),
        _ => Err(Refusal::no_route()),
    }
}
