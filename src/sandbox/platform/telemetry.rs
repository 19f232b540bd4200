//! Telemetry drains: OpenTelemetry out of the Fir generation.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::sandbox::exchange::{Answer, Refusal, Reply, Request};
use crate::sandbox::ids;
use crate::sandbox::world::{TelemetryDrain, World, reference};

const SIGNALS: [&str; 3] = ["traces", "metrics", "logs"];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct New {
    owner: Owner,
    signals: Vec<String>,
    exporter: Exporter,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Change {
    signals: Option<Vec<String>>,
    exporter: Option<Exporter>,
}

#[derive(Deserialize)]
struct Owner {
    id: String,
    #[serde(rename = "type")]
    kind: String,
}

#[derive(Deserialize)]
struct Exporter {
    #[serde(rename = "type")]
    kind: String,
    endpoint: String,
    #[serde(default)]
    headers: serde_json::Map<String, Value>,
}

pub(crate) fn of_app(world: &World, app: &str) -> Reply {
    let app = &world.app(app)?.id;
    let drains = world.telemetry_drains.iter().filter(|drain| drain.owner["id"] == **app);
    Ok(Answer::list(drains.map(object)))
}

pub(crate) fn of_space(world: &World, space: &str) -> Reply {
    let known = world.spaces.iter().map(|known| reference("space", &known.name));
    let mut known = known.filter(|known| known["name"] == space || known["id"] == space);
    let id = known.next().ok_or_else(|| Refusal::not_found("space"))?["id"].clone();
    Ok(Answer::list(world.telemetry_drains.iter().filter(|drain| drain.owner["id"] == id).map(object)))
}

pub(crate) fn info(world: &World, id: &str) -> Reply {
    Ok(Answer::ok(object(&world.telemetry_drains[place(world, id)?])))
}

pub(crate) fn add(world: &mut World, request: &Request) -> Reply {
    let New { owner, signals, exporter } = request.json()?;
    let fir = match owner.kind.as_str() {
        "app" => world.app(&owner.id).is_ok_and(|app| app.id == owner.id && app.is_fir()),
        "space" => world.spaces.iter().any(|space| {
            space.generation == "fir" && reference("space", &space.name)["id"] == owner.id.as_str()
        }),
        _ => return Err(Refusal::invalid("Owner type must be app or space.")),
    };
    if !fir {
        return Err(Refusal::invalid(
            "Telemetry drains need an app or space of the Fir generation, by its id.",
        ));
    }
    let now = ids::now();
    let drain = TelemetryDrain {
        id: ids::fresh(),
        owner: json!({"id": owner.id, "type": owner.kind}),
        signals: checked_signals(signals)?,
        exporter: checked_exporter(exporter)?,
        created_at: now.clone(),
        updated_at: now,
    };
    let answer = object(&drain);
    world.telemetry_drains.push(drain);
    Ok(Answer::with(201, answer))
}

pub(crate) fn update(world: &mut World, id: &str, request: &Request) -> Reply {
    let place = place(world, id)?;
    let Change { signals, exporter } = request.json()?;
    let signals = signals.map(checked_signals).transpose()?;
    let exporter = exporter.map(checked_exporter).transpose()?;
    let drain = &mut world.telemetry_drains[place];
    drain.signals = signals.unwrap_or_else(|| drain.signals.clone());
    drain.exporter = exporter.unwrap_or_else(|| drain.exporter.clone());
    drain.updated_at = ids::now();
    Ok(Answer::ok(object(drain)))
}

pub(crate) fn remove(world: &mut World, id: &str) -> Reply {
    let drain = world.telemetry_drains.remove(place(world, id)?);
    Ok(Answer::ok(object(&drain)))
}

fn place(world: &World, id: &str) -> Result<usize, Refusal> {
    let place = world.telemetry_drains.iter().position(|drain| drain.id == id);
    place.ok_or_else(|| Refusal::not_found("telemetry_drain"))
}

fn checked_signals(signals: Vec<String>) -> Result<Vec<String>, Refusal> {
    if signals.is_empty() || !signals.iter().all(|signal| SIGNALS.contains(&signal.as_str())) {
        return Err(Refusal::invalid("Signals must be some of traces, metrics and logs."));
    }
    Ok(signals)
}

fn checked_exporter(exporter: Exporter) -> Result<Value, Refusal> {
    if !["otlphttp", "otlp"].contains(&exporter.kind.as_str()) {
        return Err(Refusal::invalid("Exporter type must be otlphttp or otlp."));
    }
    if exporter.kind == "otlphttp" && !url::Url::parse(&exporter.endpoint).is_ok_and(|url| url.has_host()) {
        return Err(Refusal::invalid("Exporter endpoint is invalid."));
    }
    if !exporter.headers.values().all(Value::is_string) {
        return Err(Refusal::invalid("Exporter headers must be strings."));
    }
    Ok(json!({"type": exporter.kind, "endpoint": exporter.endpoint, "headers": exporter.headers}))
}

fn object(drain: &TelemetryDrain) -> Value {
    json!({
        "created_at": drain.created_at,
        "exporter": drain.exporter,
        "id": drain.id,
        "owner": drain.owner,
        "signals": drain.signals,
        "updated_at": drain.updated_at,
    })
}
