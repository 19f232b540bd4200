//! The add-ons that can be had: services and their plans.

use serde_json::{Value, json};

use crate::sandbox::exchange::{Answer, Refusal, Reply};
use crate::sandbox::world::plans::PLANS;
use crate::sandbox::world::reference;

/// Name, name for people, whether an app may have several.
type Service = (&'static str, &'static str, bool);

const SERVICES: [Service; 6] = [
    ("heroku-postgresql", "Heroku Postgres", true),
    ("heroku-redis", "Heroku Key-Value Store", true),
    ("heroku-kafka", "Apache Kafka on Heroku", true),
    ("memcachier", "MemCachier", true),
    ("papertrail", "Papertrail", false),
    ("scheduler", "Heroku Scheduler", false),
];

pub(crate) fn services() -> Reply {
    Ok(Answer::list_by("name", SERVICES.iter().map(service_object)))
}

pub(crate) fn service(identity: &str) -> Reply {
    Ok(Answer::ok(service_object(find_service(identity)?)))
}

pub(crate) fn plans(service: &str) -> Reply {
    let service = find_service(service)?.0;
    let of_service = PLANS.iter().filter(|plan| service_of(plan.0) == service);
    Ok(Answer::list_by("name", of_service.map(plan_object)))
}

pub(crate) fn plan(service: Option<&str>, identity: &str) -> Reply {
    let service = service.map(find_service).transpose()?;
    let is = |plan: &&(&str, u32)| {
        (plan.0 == identity || reference("plan", plan.0)["id"] == identity)
            && service.is_none_or(|service| service_of(plan.0) == service.0)
    };
    let plan = PLANS.iter().find(is).ok_or_else(|| Refusal::not_found("plan"))?;
    Ok(Answer::ok(plan_object(plan)))
}

/// The whole name of a plan that was asked for as `service:plan` or by the service alone.
pub(crate) fn ordered(name: &str) -> Result<&'static str, Refusal> {
    let mut plans = PLANS.iter().map(|plan| plan.0);
    plans.find(|plan| *plan == name || service_of(plan) == name).ok_or_else(|| {
        Refusal::invalid(format!("Couldn't find either the add-on service or the add-on plan of \"{name}\"."))
    })
}

/// Whether an app may have several add-ons of this plan's service.
pub(crate) fn may_repeat(plan: &str) -> bool {
    find_service(service_of(plan)).map_or(true, |service| service.2)
}

fn service_of(plan: &str) -> &str {
    plan.split(':').next().unwrap_or_default()
}

fn find_service(identity: &str) -> Result<&'static Service, Refusal> {
    let is = |known: &&Service| known.0 == identity || reference("addon_service", known.0)["id"] == identity;
    SERVICES.iter().find(is).ok_or_else(|| Refusal::not_found("add_on_service"))
}

const LONG_AGO: &str = "2020-01-01T00:00:00Z";

fn service_object((name, human_name, may_repeat): &Service) -> Value {
    let mut service = reference("addon_service", name);
    let rest = json!({
        "cli_plugin_name": null,
        "created_at": LONG_AGO,
        "human_name": human_name,
        "state": "ga",
        "supported_generations": [reference("generation", "cedar"), reference("generation", "fir")],
        "supports_multiple_installations": may_repeat,
        "supports_sharing": may_repeat,
        "updated_at": LONG_AGO,
    });
    merge(&mut service, rest);
    service
}

fn plan_object((name, cents): &(&str, u32)) -> Value {
    let (service, short) = name.split_once(':').unwrap_or((name, ""));
    let is_private = short.starts_with("private");
    let first = PLANS.iter().find(|plan| service_of(plan.0) == service);
    let mut plan = reference("plan", name);
    let rest = json!({
        "addon_service": reference("addon_service", service),
        "compliance": null,
        "created_at": LONG_AGO,
        "default": first.is_some_and(|plan| plan.0 == *name),
        "description": format!("{service} {short}"),
        "human_name": short,
        "installable_inside_private_network": true,
        "installable_outside_private_network": !is_private,
        "price": {"cents": cents, "contract": false, "unit": "month"},
        "space_default": false,
        "state": "ga",
        "updated_at": LONG_AGO,
        "visible": true,
    });
    merge(&mut plan, rest);
    plan
}

fn merge(into: &mut Value, rest: Value) {
    if let (Value::Object(into), Value::Object(rest)) = (into, rest) {
        into.extend(rest);
    }
}
