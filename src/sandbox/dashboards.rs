//! Datadog's dashboards: kept and given back with the fields that the service adds.

use serde_json::{Value, json};

use super::datadog_bodies;
use super::exchange::{Answer, Request};
use super::ids;
use super::world::{EMAIL, World};

/// What the list shows of each dashboard.
const SUMMARY: [&str; 9] = [
    "author_handle",
    "created_at",
    "description",
    "id",
    "is_read_only",
    "layout_type",
    "modified_at",
    "title",
    "url",
];

/// A page of the dashboards: 100 of them at most.
pub(crate) fn list(world: &World, request: &Request) -> Answer {
    let number = |name, otherwise| match request.parameter(name) {
        None => Some(otherwise),
        Some(text) => text.parse().ok(),
    };
    let (Some(start), Some(count)) = (number("start", 0), number("count", 100)) else {
        return Answer::errors(400, "count and start are numbers");
    };
    let summary =
        |board: &Value| -> Value { SUMMARY.iter().map(|name| (*name, board[*name].clone())).collect() };
    let page = world.datadog.dashboards.iter().skip(start).take(count.min(100));
    Answer::ok(json!({"dashboards": page.map(summary).collect::<Vec<_>>()}))
}

pub(crate) fn add(world: &mut World, request: &Request) -> Answer {
    match datadog_bodies::checked(request, datadog_bodies::of_dashboard) {
        Ok(body) => {
            let board = with_fields_of_the_service(body, &ids::fresh(), &now());
            world.datadog.dashboards.push(board.clone());
            Answer::ok(board)
        }
        Err(refusal) => refusal,
    }
}

/// `GET`, `PUT` and `DELETE` of a dashboard.
pub(crate) fn answer(world: &mut World, request: &Request, id: &str) -> Answer {
    let dashboards = &mut world.datadog.dashboards;
    let Some(place) = dashboards.iter().position(|known| known["id"] == id) else {
        return Answer::errors(404, "Not found");
    };
    match request.method.as_str() {
        "GET" => Answer::ok(dashboards[place].clone()),
        "PUT" => match datadog_bodies::checked(request, datadog_bodies::of_dashboard) {
            Ok(body) => {
                let made = dashboards[place]["created_at"].as_str().unwrap_or_default().to_owned();
                dashboards[place] = with_fields_of_the_service(body, id, &made);
                Answer::ok(dashboards[place].clone())
            }
            Err(refusal) => refusal,
        },
        "DELETE" => {
            dashboards.remove(place);
            Answer::ok(json!({"deleted_dashboard_id": id}))
        }
        _ => Answer::errors(404, "Not found"),
    }
}

/// The present time as Datadog writes it: exact to the microsecond.
fn now() -> String {
    jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%S%.6f+00:00").to_string()
}

fn with_fields_of_the_service(mut board: Value, id: &str, made: &str) -> Value {
    board["author_handle"] = json!(EMAIL);
    board["author_name"] = json!("Sandbox Developer");
    board["created_at"] = json!(made);
    board["id"] = json!(id);
    board["modified_at"] = json!(now());
    board["url"] = json!(format!("/dashboard/{id}"));
    if board.get("is_read_only").is_none() {
        board["is_read_only"] = json!(false);
    }
    board
}
