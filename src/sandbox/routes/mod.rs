//! The tables of routes: what each method and path means.

mod account;
mod apps;
mod data;

use super::auth;
use super::datadog;
use super::exchange::{Refusal, Reply, Request};
use super::files;
use super::platform::{
    account as accounts, addons, apps as all_apps, builds, catalogue, ci, config, creation, drains,
    log_sessions, oauth, pipeline_changes, pipelines, registry, telemetry,
};
use super::store::Store;
use super::world::World;

/// What an answer needs to know of the server.
pub(crate) struct Situation<'a> {
    /// The server's own URL.
    pub(crate) base: &'a str,
    pub(crate) any_token: bool,
    /// Whether a fault has the build fail that this request begins.
    pub(crate) doomed: bool,
    /// Requests left in this hour.
    pub(crate) remaining: u32,
    /// Where the programs that dynos run are looked for.
    pub(crate) path: &'a str,
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
        ["log-sessions", id] if request.method == "GET" => Ok(log_sessions::read(&mut store.world, id)),
        ["buildpack-registry", rest @ ..] if request.method == "GET" => registry::answer(request, rest),
        path => {
            auth::admit(request, situation.any_token, |token| oauth::scope(&store.world, token))?;
            match path {
                ["account" | "users" | "oauth" | "teams" | "spaces", ..] => {
                    account::answer(&mut store.world, request, situation, path)
                }
                ["client" | "redis" | "postgres", ..] => data::answer(&mut store.world, request, path),
                ["apps", app, rest @ ..] if !rest.is_empty() => {
                    apps::answer(store, request, situation, app, rest)
                }
                _ => platform(&mut store.world, request, situation.base, path),
            }
        }
    }
}

/// Everything else than what belongs to one app, the account or a database.
fn platform(world: &mut World, request: &Request, base: &str, path: &[&str]) -> Reply {
    match (request.method.as_str(), path) {
        ("GET", ["stacks"]) => accounts::stacks(),
        ("GET", ["regions"]) => accounts::regions(),

        ("GET", ["apps"]) => all_apps::list(world),
        ("POST", ["apps"]) => creation::create(world, request),
        ("GET", ["apps", app]) => all_apps::info(world, app),
        ("PATCH", ["apps", app]) => creation::update(world, app, request),
        ("DELETE", ["apps", app]) => creation::destroy(world, app),
        ("POST", ["filters", "apps"]) => all_apps::filtered(world, request),
        ("PUT", ["sandbox", "apps", app, "addon-drain"]) => drains::add_of_addon(world, app, request),
        ("PUT", ["sandbox", "apps", app, "database"]) => addons::use_database(world, app, request),
        ("POST", ["sources"]) => builds::source(world, None, base),

        ("GET", ["addons"]) => addons::list(world, None),
        ("GET", ["addons", addon]) => addons::info(world, None, addon),
        ("GET", ["addons", addon, "addon-attachments"]) => {
            addons::attachments(world, None, Some(addon), request)
        }
        ("GET", ["addons", addon, "config", name]) => addons::config(world, addon, name),
        ("GET", ["addon-services"]) => catalogue::services(),
        ("GET", ["addon-services", service]) => catalogue::service(service),
        ("GET", ["addon-services", service, "plans"]) => catalogue::plans(service),
        ("GET", ["addon-services", service, "plans", plan]) => catalogue::plan(Some(service), plan),
        ("GET", ["plans", plan]) => catalogue::plan(None, plan),
        ("GET", ["addon-attachments"]) => addons::attachments(world, None, None, request),
        ("POST", ["addon-attachments"]) => addons::attach(world, request),
        ("GET", ["addon-attachments", id]) => addons::attachment(world, None, id, request),
        ("DELETE", ["addon-attachments", id]) => addons::detach(world, id),
        ("POST", ["actions", "addons", "resolve"]) => addons::resolve(world, request),
        ("POST", ["actions", "addon-attachments", "resolve"]) => addons::resolve_attachment(world, request),

        ("GET", ["pipelines"]) => pipelines::list(world, request),
        ("POST", ["pipelines"]) => pipeline_changes::create(world, request),
        ("GET", ["pipelines", id]) => pipelines::info(world, id),
        ("PATCH", ["pipelines", id]) => pipeline_changes::update(world, id, request),
        ("DELETE", ["pipelines", id]) => pipeline_changes::destroy(world, id),
        ("POST", ["pipeline-transfers"]) => pipeline_changes::transfer(world, request),
        ("GET", ["pipelines", id, "pipeline-couplings"]) => pipelines::couplings(world, Some(id)),
        ("GET", ["pipelines", id, "stage", stage, "config-vars"]) => config::of_stage(world, id, stage),
        ("PATCH", ["pipelines", id, "stage", stage, "config-vars"]) => {
            config::update_stage(world, id, stage, request)
        }
        ("GET", ["pipelines", id, "test-runs"]) => ci::test_runs(world, id),
        ("GET", ["pipelines", id, "test-runs", _]) => ci::no_test_run(world, id),
        ("GET", ["pipelines", id, "repo", ..]) => ci::no_repository(world, id),
        (_, ["pipelines", id, "review-app-config"]) => ci::no_review_apps(world, id),
        ("GET", ["pipeline-couplings"]) => pipelines::couplings(world, None),
        ("POST", ["pipeline-couplings"]) => pipeline_changes::couple(world, request),
        ("GET" | "PATCH" | "DELETE", ["pipeline-couplings", id]) => {
            pipeline_changes::coupling(world, id, request)
        }
        ("POST", ["pipeline-promotions"]) => pipelines::promote(world, request),
        ("GET", ["pipeline-promotions", id]) => pipelines::promotion(world, id),
        ("GET", ["pipeline-promotions", id, "promotion-targets"]) => pipelines::promotion_targets(world, id),

        ("POST", ["telemetry-drains"]) => telemetry::add(world, request),
        ("GET", ["telemetry-drains", id]) => telemetry::info(world, id),
        ("PATCH", ["telemetry-drains", id]) => telemetry::update(world, id, request),
        ("DELETE", ["telemetry-drains", id]) => telemetry::remove(world, id),
        _ => Err(Refusal::no_route()),
    }
}
