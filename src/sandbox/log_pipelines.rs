//! Datadog's log pipelines: kept and given back; nothing is parsed.

use serde_json::{Value, json};

use super::datadog_bodies;
use super::exchange::{Answer, Request};
use super::ids;
use super::world::World;

/// Answers a request about all pipelines, or about the one with `id`.
pub(crate) fn answer(world: &mut World, request: &Request, id: Option<&str>) -> Answer {
    let pipelines = &mut world.datadog.pipelines;
    let place = pipelines.iter().position(|known| known["id"].as_str() == id && id.is_some());
    match (request.method.as_str(), id, place) {
        ("GET", None, _) => Answer::ok(json!(pipelines)),
        ("GET", _, Some(place)) => Answer::ok(pipelines[place].clone()),
        ("DELETE", _, Some(place)) => {
            pipelines.remove(place);
            Answer::ok(json!({}))
        }
        ("POST", None, _) => match checked(request, &ids::fresh()) {
            Ok(pipeline) => {
                pipelines.push(pipeline.clone());
                Answer::ok(pipeline)
            }
            Err(refusal) => refusal,
        },
        ("PUT", Some(id), Some(place)) => match checked(request, id) {
            Ok(pipeline) => {
                pipelines[place] = pipeline.clone();
                Answer::ok(pipeline)
            }
            Err(refusal) => refusal,
        },
        _ => Answer::errors(404, "Not found"),
    }
}

/// `GET /api/v1/logs/config/pipeline-order`.
pub(crate) fn order(world: &World) -> Answer {
    let ids: Vec<_> = world.datadog.pipelines.iter().map(|pipeline| &pipeline["id"]).collect();
    Answer::ok(json!({"pipeline_ids": ids}))
}

/// `PUT /api/v1/logs/config/pipeline-order`: every pipeline has to be named, once.
pub(crate) fn reorder(world: &mut World, request: &Request) -> Answer {
    let body: Value = match request.json() {
        Ok(body) => body,
        Err(_) => return refused("Invalid JSON", &[]),
    };
    let pipelines = &mut world.datadog.pipelines;
    let place = |id: &Value| pipelines.iter().position(|known| known["id"] == *id);
    let places: Option<Vec<usize>> =
        body["pipeline_ids"].as_array().and_then(|ids| ids.iter().map(place).collect());
    let is_complete = |places: &Vec<usize>| {
        places.len() == pipelines.len() && (0..pipelines.len()).all(|place| places.contains(&place))
    };
    let Some(places) = places.filter(is_complete) else {
        return refused("pipeline_ids must name every pipeline once", &[]);
    };
    *pipelines = places.into_iter().map(|place| pipelines[place].clone()).collect();
    order(world)
}

/// A refusal in the form that the log configuration has.
fn refused(message: &str, details: &[String]) -> Answer {
    let detail = |message: &String| json!({"code": "InvalidArgument", "message": message, "details": []});
    let details: Vec<_> = details.iter().map(detail).collect();
    Answer::with(400, json!({"error": {"code": "InvalidArgument", "message": message, "details": details}}))
}

/// The pipeline of a request, with the fields that the service adds.
fn checked(request: &Request, id: &str) -> Result<Value, Answer> {
    let mut pipeline: Value = request.json().map_err(|_| refused("Invalid JSON", &[]))?;
    let faults = datadog_bodies::of_pipeline(&pipeline);
    if !faults.is_empty() {
        return Err(refused("Invalid pipeline", &faults));
    }
    pipeline["id"] = json!(id);
    pipeline["type"] = json!("pipeline");
    pipeline["is_read_only"] = json!(false);
    Ok(pipeline)
}
