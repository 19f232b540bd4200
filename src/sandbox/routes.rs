//! The one table of routes: what each method and path means.

use super::auth;
use super::datadog;
use super::exchange::{Answer, Refusal, Reply, Request};
use super::files;
use super::platform::{
    account, addons, apps, buildpacks, builds, config, drains, dynos, features, pipelines, postgres,
    releases, telemetry,
};
use super::store::Store;
use serde_json::json;

/// What an answer needs to know of the server.
pub(crate) struct Situation<'a> {
    /// The server's own URL.
    pub(crate) base: &'a str,
    pub(crate) any_token: bool,
    /// Whether a fault has the build fail that this request begins.
    pub(crate) doomed: bool,
    /// Requests left in this hour.
    pub(crate) remaining: u32,
}

/// Answers a request.
pub(crate) fn answer(store: &mut Store, request: &Request, situation: &Situation) -> Reply {
    let segments = request.segments();
    let parts: Vec<&str> = segments.iter().map(String::as_str).collect();
    match parts.as_slice() {
        ["datadog", rest @ ..] => Ok(datadog::answer(&mut store.world, request, rest)),
        ["apt" | "keys", ..] if request.method == "GET" => {
            Ok(files::package(request.path.trim_start_matches('/')))
        }
        ["uploads", rest @ ..] => Ok(files::upload(store, request, rest)),
        ["streams", id] if request.method == "GET" => files::stream(store, request, id),
        path => {
            auth::admit(request, situation.any_token)?;
            platform(store, request, situation, path)
        }
    }
}

fn platform(store: &mut Store, request: &Request, situation: &Situation, path: &[&str]) -> Reply {
    let world = &mut store.world;
    let base = situation.base;
    match (request.method.as_str(), path) {
        ("GET", ["account"]) => account::info(),
        ("GET", ["account", "rate-limits"]) => Ok(Answer::ok(json!({"remaining": situation.remaining}))),
        ("GET", ["account", "features"] | ["apps", _, "collaborators"]) => Ok(Answer::list([])),
        ("GET", ["teams"]) => account::teams(world),
        ("GET", ["teams", team]) => account::team(world, team),
        ("GET", ["teams", team, "apps"]) => apps::of_team(world, team),
        ("GET", ["spaces"]) => account::spaces(world),
        ("GET", ["spaces", space]) => account::space(world, space),
        ("GET", ["spaces", space, "telemetry-drains"]) => telemetry::of_space(world, space),
        ("GET", ["stacks"]) => account::stacks(),
        ("GET", ["regions"]) => account::regions(),

        ("GET", ["apps"]) => apps::list(world),
        ("POST", ["filters", "apps"]) => apps::filtered(world, request),
        ("GET", ["apps", app]) => apps::info(world, app),
        ("GET", ["apps", app, "features"]) => features::list(world, app),
        ("GET", ["apps", app, "features", name]) => features::info(world, app, name),
        ("PATCH", ["apps", app, "features", name]) => features::update(world, app, name, request),
        ("GET", ["apps", app, "config-vars"]) => config::of_app(world, app),
        ("PATCH", ["apps", app, "config-vars"]) => config::update(world, app, request),
        ("GET", ["apps", app, "buildpack-installations"]) => buildpacks::list(world, app),
        ("PUT", ["apps", app, "buildpack-installations"]) => buildpacks::replace(world, app, request),
        ("GET", ["apps", app, "log-drains"]) => drains::list(world, app),
        ("POST", ["apps", app, "log-drains"]) => drains::add(world, app, request),
        ("GET", ["apps", app, "log-drains", drain]) => drains::info(world, app, drain),
        ("DELETE", ["apps", app, "log-drains", drain]) => drains::remove(world, app, drain),

        ("PUT", ["sandbox", "apps", app, "database"]) => addons::use_database(world, app, request),

        ("POST", ["sources"]) => builds::source(world, None, base),
        ("POST", ["apps", app, "sources"]) => builds::source(world, Some(app), base),
        ("POST", ["apps", app, "builds"]) => builds::create(world, app, request, base, situation.doomed),
        ("GET", ["apps", app, "builds"]) => builds::list(world, app, base),
        ("GET", ["apps", app, "builds", build]) => builds::info(world, app, build, base),
        ("DELETE", ["apps", app, "builds", build]) => builds::cancel(world, app, build, base),
        ("DELETE", ["apps", app, "build-cache"]) => builds::drop_cache(world, app),
        ("GET", ["apps", app, "releases"]) => releases::list(world, app, base),
        ("POST", ["apps", app, "releases"]) => releases::create(world, app, request, base),
        ("GET", ["apps", app, "releases", release]) => releases::info(world, app, release, base),
        ("GET", ["apps", app, "releases", release, "config-vars"]) => config::of_release(world, app, release),
        ("GET", ["apps", app, "slugs", slug]) => releases::slug(world, app, slug),

        ("GET", ["apps", app, "formation"]) => dynos::formation(world, app),
        ("PATCH", ["apps", app, "formation"]) => dynos::scale(world, app, request),
        ("GET", ["apps", app, "formation", kind]) => dynos::formation_of(world, app, kind),
        ("PATCH", ["apps", app, "formation", kind]) => dynos::scale_one(world, app, kind, request),
        ("GET", ["apps", app, "dynos"]) => dynos::list(world, app),
        ("POST", ["apps", app, "dynos"]) => dynos::run(world, app, request),
        ("DELETE", ["apps", app, "dynos"]) => dynos::restart(world, app, None),
        ("GET", ["apps", app, "dynos", dyno]) => dynos::info(world, app, dyno),
        ("DELETE", ["apps", app, "dynos", dyno]) => dynos::restart(world, app, Some(dyno)),

        ("GET", ["addons"]) => addons::list(world, None),
        ("GET", ["addons", addon]) => addons::info(world, None, addon),
        ("GET", ["addons", addon, "addon-attachments"]) => {
            addons::attachments(world, None, Some(addon), request)
        }
        ("GET", ["apps", app, "addons"]) => addons::list(world, Some(app)),
        ("GET", ["apps", app, "addons", addon]) => addons::info(world, Some(app), addon),
        ("GET", ["addons", addon, "config", name]) => addons::config(world, addon, name),
        ("GET", ["addon-attachments"]) => addons::attachments(world, None, None, request),
        ("POST", ["addon-attachments"]) => addons::attach(world, request),
        ("GET", ["addon-attachments", id]) => addons::attachment(world, None, id, request),
        ("DELETE", ["addon-attachments", id]) => addons::detach(world, id),
        ("GET", ["apps", app, "addon-attachments"]) => addons::attachments(world, Some(app), None, request),
        ("GET", ["apps", app, "addon-attachments", id]) => addons::attachment(world, Some(app), id, request),
        ("POST", ["actions", "addons", "resolve"]) => addons::resolve(world, request),
        ("POST", ["actions", "addon-attachments", "resolve"]) => addons::resolve_attachment(world, request),
        ("GET", ["postgres", "v0", "databases", name, "credentials"]) => postgres::list(world, name, request),
        ("POST", ["postgres", "v0", "databases", name, "credentials"]) => {
            postgres::create(world, name, request)
        }
        ("GET", ["postgres", "v0", "databases", name, "credentials", user]) => {
            postgres::info(world, name, user, request)
        }
        ("DELETE", ["postgres", "v0", "databases", name, "credentials", user]) => {
            postgres::remove(world, name, user)
        }

        ("GET", ["pipelines"]) => pipelines::list(world),
        ("GET", ["pipelines", id]) => pipelines::info(world, id),
        ("GET", ["pipelines", id, "pipeline-couplings"]) => pipelines::couplings(world, Some(id)),
        ("GET", ["pipelines", id, "stage", stage, "config-vars"]) => config::of_stage(world, id, stage),
        ("PATCH", ["pipelines", id, "stage", stage, "config-vars"]) => {
            config::update_stage(world, id, stage, request)
        }
        ("GET", ["pipeline-couplings"] | ["users", "~", "pipeline-couplings"]) => {
            pipelines::couplings(world, None)
        }
        ("GET", ["apps", app, "pipeline-couplings"]) => pipelines::coupling_of(world, app),
        ("POST", ["pipeline-promotions"]) => pipelines::promote(world, request),
        ("GET", ["pipeline-promotions", id]) => pipelines::promotion(world, id),
        ("GET", ["pipeline-promotions", id, "promotion-targets"]) => pipelines::promotion_targets(world, id),

        ("GET", ["apps", app, "telemetry-drains"]) => telemetry::of_app(world, app),
        ("POST", ["telemetry-drains"]) => telemetry::add(world, request),
        ("GET", ["telemetry-drains", id]) => telemetry::info(world, id),
        ("PATCH", ["telemetry-drains", id]) => telemetry::update(world, id, request),
        ("DELETE", ["telemetry-drains", id]) => telemetry::remove(world, id),
        _ => Err(Refusal::no_route()),
    }
}
