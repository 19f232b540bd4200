//! Datadog's API, as far as this program asks it. Every key of 32 hex digits is good, but for those that begin with
//! `bad`; those that begin with `e0` belong to datadoghq.eu. Application keys have 40; `bad` is refused, `ab` may
//! not write metrics or dashboards. The header `DD-HEROKU-SITE` says which site is being asked.

use serde_json::{Value, json};

use super::dashboards;
use super::datadog_bodies;
use super::exchange::{Answer, Request};
use super::ids;
use super::log_pipelines;
use super::platform::dynos;
use super::series;
use super::world::World;
use super::world::app::App;
use crate::datadog::{AgentVersion, boolean};
use crate::env;
use crate::platform::feature::DYNO_METADATA;

/// The site asked: the header that this program sends where a base URL stands for `https://api.<site>`.
const SITE_HEADER: &str = "dd-heroku-site";
const DEFAULT_SITE: &str = "datadoghq.com";

/// Answers a request whose path, below `/datadog`, has these parts.
pub(crate) fn answer(world: &mut World, request: &Request, parts: &[&str]) -> Answer {
    if !api_key_is_good(request) {
        return forbidden();
    }
    let method = request.method.as_str();
    // These take an API key and nothing else.
    match (method, parts) {
        ("GET", ["api", "v1", "validate"]) => return Answer::ok(json!({"valid": true})),
        ("GET", ["api", "v2", "validate"]) => return Answer::ok(json!({"data": validated(request)})),
        ("POST", ["api", "v1", "series"]) => return series::submit(world, request),
        ("POST", ["api", "v2", "series"]) => return series::submit_v2(world, request),
        _ => {}
    }
    let Some(right) = application_right(request) else { return forbidden() };
    if request.is_write() && right == Right::Read {
        return forbidden();
    }
    match (method, parts) {
        ("GET", ["api", "v2", "validate_keys"]) => Answer::ok(json!({"status": "ok"})),
        ("GET", ["api", "v2", "logs", "config", "metrics"]) => {
            Answer::ok(json!({"data": world.datadog.metrics.values().collect::<Vec<_>>()}))
        }
        ("POST", ["api", "v2", "logs", "config", "metrics"]) => add_metric(world, request),
        (_, ["api", "v2", "logs", "config", "metrics", id]) => metric(world, request, id),
        (_, ["api", "v1", "logs", "config", "pipelines", id @ ..]) if id.len() < 2 => {
            log_pipelines::answer(world, request, id.first().copied())
        }
        ("GET", ["api", "v1", "logs", "config", "pipeline-order"]) => log_pipelines::order(world),
        ("PUT", ["api", "v1", "logs", "config", "pipeline-order"]) => log_pipelines::reorder(world, request),
        ("GET", ["api", "v1", "dashboard"]) => dashboards::list(world, request),
        ("POST", ["api", "v1", "dashboard"]) => dashboards::add(world, request),
        (_, ["api", "v1", "dashboard", id]) => dashboards::answer(world, request, id),
        ("GET", ["api", "v1", "metrics"]) => series::active(world, request),
        ("GET", ["api", "v1", "query"]) => series::query(world, request),
        ("GET", ["api", "v1", "hosts", "totals"]) => {
            let count = world.apps.iter().flat_map(hosts).count();
            Answer::ok(json!({"total_active": count, "total_up": count}))
        }
        ("GET", ["api", "v1", "hosts"]) => list_hosts(world, request),
        _ => Answer::errors(404, "Not found"),
    }
}

fn is_hex(key: &str, digits: usize) -> bool {
    key.len() == digits && key.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn api_key_is_good(request: &Request) -> bool {
    let key = request.header("dd-api-key").unwrap_or_default().to_ascii_lowercase();
    let site = request.header(SITE_HEADER).unwrap_or(DEFAULT_SITE);
    is_hex(&key, 32) && !key.starts_with("bad") && (!key.starts_with("e0") || site == "datadoghq.eu")
}

/// What `GET /api/v2/validate` says of a good key.
fn validated(request: &Request) -> Value {
    let key = request.header("dd-api-key").unwrap_or_default();
    json!({
        "attributes": {"api_key_id": ids::named("api-key", key), "api_key_scopes": [], "valid": true},
        "id": ids::named("organization", "sandbox"),
        "type": "validate_v2",
    })
}

#[derive(PartialEq, Eq)]
enum Right {
    Read,
    Write,
}

fn application_right(request: &Request) -> Option<Right> {
    let key = request.header("dd-application-key")?.to_ascii_lowercase();
    let good = is_hex(&key, 40) && !key.starts_with("bad");
    good.then_some(if key.starts_with("ab") { Right::Read } else { Right::Write })
}

fn forbidden() -> Answer {
    Answer::errors(403, "Forbidden")
}

fn add_metric(world: &mut World, request: &Request) -> Answer {
    let body = match datadog_bodies::checked(request, datadog_bodies::of_metric) {
        Ok(body) => body,
        Err(refusal) => return refusal,
    };
    let data = &body["data"];
    let id = data["id"].as_str().unwrap_or_default();
    if world.datadog.metrics.contains_key(id) {
        return Answer::errors(409, "Conflict");
    }
    world.datadog.metrics.insert(id.to_owned(), data.clone());
    Answer::ok(body)
}

fn metric(world: &mut World, request: &Request, id: &str) -> Answer {
    let metrics = &mut world.datadog.metrics;
    let Some(metric) = metrics.get_mut(id) else { return Answer::errors(404, "Not found") };
    match request.method.as_str() {
        "GET" => Answer::ok(json!({"data": metric})),
        "PATCH" => {
            let body = match datadog_bodies::checked(request, datadog_bodies::of_metric_change) {
                Ok(body) => body,
                Err(refusal) => return refusal,
            };
            for (name, value) in body["data"]["attributes"].as_object().into_iter().flatten() {
                metric["attributes"][name] = value.clone();
            }
            Answer::ok(json!({"data": metric}))
        }
        "DELETE" => {
            metrics.remove(id);
            Answer::empty(204)
        }
        _ => Answer::errors(404, "Not found"),
    }
}

/// A page of the hosts: 1000 of them at most.
fn list_hosts(world: &World, request: &Request) -> Answer {
    let filter = request.parameter("filter").unwrap_or_default();
    let hosts: Vec<Value> =
        world.apps.iter().flat_map(hosts).filter(|host| host.to_string().contains(&filter)).collect();
    let number = |name| request.parameter(name).and_then(|text| text.parse::<usize>().ok());
    let (start, count) = (number("start").unwrap_or(0), number("count").unwrap_or(100).min(1000));
    let page: Vec<_> = hosts.iter().skip(start).take(count).collect();
    Answer::ok(json!({
        "exact_total_matching": true,
        "host_list": page,
        "total_matching": hosts.len(),
        "total_returned": page.len(),
    }))
}

/// The hosts Datadog knows of an app whose slug holds an Agent: one a dyno, named after it where the app asks
/// for that; else one for each machine that a dyno was on of late, three times as many.
fn hosts(app: &App) -> Vec<Value> {
    let Some(agent) = app.current_slug().and_then(|slug| slug.agent.as_deref()) else { return Vec::new() };
    if !app.config.contains_key(env::DD_API_KEY) {
        return Vec::new();
    }
    let version = AgentVersion::parse(agent).map(|agent| agent.without_revision().to_string());
    let by_dyno = app.config.get(env::DD_DYNO_HOST).and_then(|text| boolean::parse(text)) == Some(true)
        && (app.features.contains(DYNO_METADATA) || app.config.contains_key(env::HEROKU_APP_NAME));
    let mut hosts = Vec::new();
    for (dyno, process) in dynos::names(app) {
        let machine = |boot: u32| ids::named("machine", &format!("{}/{dyno}/{boot}", app.name));
        let names: Vec<String> = match app.config.get(env::DD_HOSTNAME) {
            Some(name) => vec![name.clone()],
            None if by_dyno => vec![format!("{}.{dyno}", app.name)],
            None => (0..3).map(machine).collect(),
        };
        for name in names {
            let tags = [
                format!("dyno:{dyno}"),
                format!("dynotype:{}", process.kind),
                format!("appname:{}", app.name),
            ];
            hosts.push(json!({
                "name": name,
                "host_name": name,
                "aliases": [machine(0)],
                "apps": ["agent"],
                "id": number_of(&name),
                "up": true,
                "is_muted": false,
                "last_reported_time": jiff::Timestamp::now().as_second(),
                "mute_timeout": null,
                "sources": ["agent"],
                "tags_by_source": {"Datadog": tags},
                "meta": {"agent_version": version},
            }));
        }
    }
    hosts.dedup_by(|a, b| a["name"] == b["name"]);
    hosts
}

/// The number that Datadog knows a host by: the same for the same name.
fn number_of(host: &str) -> u32 {
    u32::from_str_radix(&ids::named_hex("host", host, 7), 16).unwrap_or_default()
}
