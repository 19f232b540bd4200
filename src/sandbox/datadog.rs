//! Datadog's API, as far as this program asks it. Every key of 32 hex digits is good, but for those that begin with
//! `bad`; those that begin with `e0` belong to datadoghq.eu. Application keys have 40; `bad` is refused, `ab` may
//! not write metrics or dashboards. The header `DD-HEROKU-SITE` says which site is being asked.

use serde_json::{Value, json};

use super::datadog_bodies;
use super::exchange::{Answer, Content, Request};
use super::ids;
use super::log_pipelines;
use super::platform::dynos;
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
    if let ("GET", ["api", "v1", "validate"]) = (method, parts) {
        return Answer::ok(json!({"valid": true}));
    }
    let Some(right) = application_right(request) else { return forbidden() };
    if request.is_write() && right == Right::Read {
        return forbidden();
    }
    match (method, parts) {
        ("POST" | "GET", ["api", "v2", "validate_keys"]) => Answer::ok(json!({"valid": true})),
        ("GET", ["api", "v2", "logs", "config", "metrics"]) => {
            Answer::ok(json!({"data": world.datadog.metrics.values().collect::<Vec<_>>()}))
        }
        ("POST", ["api", "v2", "logs", "config", "metrics"]) => add_metric(world, request),
        (_, ["api", "v2", "logs", "config", "metrics", id]) => metric(world, request, id),
        (_, ["api", "v1", "logs", "config", "pipelines", id @ ..]) if id.len() < 2 => {
            log_pipelines::answer(world, request, id.first().copied())
        }
        ("GET", ["api", "v1", "dashboard"]) => list_dashboards(world, request),
        ("POST", ["api", "v1", "dashboard"]) => add_dashboard(world, request),
        (_, ["api", "v1", "dashboard", id]) => dashboard(world, request, id),
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

/// The body of a request, or the answer that says what is wrong with it.
fn checked(request: &Request, faults: impl Fn(&Value) -> Vec<String>) -> Result<Value, Answer> {
    let body = request.json().map_err(|_| Answer::errors(400, "Invalid JSON"))?;
    let faults = faults(&body);
    if faults.is_empty() { Ok(body) } else { Err(Answer::with(400, json!({"errors": faults}))) }
}

fn add_metric(world: &mut World, request: &Request) -> Answer {
    let body = match checked(request, datadog_bodies::of_metric) {
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
            let body = match checked(request, datadog_bodies::of_metric_change) {
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

/// A page of the dashboards: 100 of them at most.
fn list_dashboards(world: &World, request: &Request) -> Answer {
    let number = |name, otherwise| match request.parameter(name) {
        None => Some(otherwise),
        Some(text) => text.parse().ok(),
    };
    let (Some(start), Some(count)) = (number("start", 0), number("count", 100)) else {
        return Answer::errors(400, "count and start are numbers");
    };
    let page: Vec<_> = world.datadog.dashboards.iter().skip(start).take(count.min(100)).collect();
    Answer::ok(json!({"dashboards": page}))
}

fn add_dashboard(world: &mut World, request: &Request) -> Answer {
    let mut body = match checked(request, datadog_bodies::of_dashboard) {
        Ok(body) => body,
        Err(refusal) => return refusal,
    };
    let id = ids::fresh();
    body["url"] = json!(format!("/dashboard/{id}"));
    body["id"] = json!(id);
    world.datadog.dashboards.push(body.clone());
    Answer::ok(body)
}

fn dashboard(world: &mut World, request: &Request, id: &str) -> Answer {
    let dashboards = &mut world.datadog.dashboards;
    let Some(place) = dashboards.iter().position(|known| known["id"] == id) else {
        return Answer::errors(404, "Not found");
    };
    match request.method.as_str() {
        "GET" => Answer::ok(dashboards[place].clone()),
        "PUT" => {
            let mut body = match checked(request, datadog_bodies::of_dashboard) {
                Ok(body) => body,
                Err(refusal) => return refusal,
            };
            body["id"] = json!(id);
            body["url"] = json!(format!("/dashboard/{id}"));
            dashboards[place] = body.clone();
            Answer::ok(body)
        }
        "DELETE" => {
            dashboards.remove(place);
            Answer::ok(json!({"deleted_dashboard_id": id}))
        }
        _ => Answer::errors(404, "Not found"),
    }
}

fn list_hosts(world: &World, request: &Request) -> Answer {
    let filter = request.parameter("filter").unwrap_or_default();
    let hosts: Vec<Value> =
        world.apps.iter().flat_map(hosts).filter(|host| host.to_string().contains(&filter)).collect();
    let count = hosts.len();
    let mut answer = Answer::empty(200);
    answer.content = Content::Json(json!({
        "host_list": hosts, "exact_total_matching": true, "total_matching": count, "total_returned": count,
    }));
    answer
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
                "up": true,
                "is_muted": false,
                "tags_by_source": {"Datadog": tags},
                "meta": {"agent_version": version},
            }));
        }
    }
    hosts.dedup_by(|a, b| a["name"] == b["name"]);
    hosts
}
