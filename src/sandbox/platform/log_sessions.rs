//! Log sessions: an address at which the last lines of an app's log are read as server-sent events. The sandbox keeps no
//! log; the lines are those that an app prints that was released and waits for requests.

use serde::Deserialize;
use serde_json::json;

use super::dynos;
use crate::sandbox::exchange::{Answer, Refusal, Reply, Request};
use crate::sandbox::ids;
use crate::sandbox::world::World;
use crate::sandbox::world::app::App;
use crate::sandbox::world::records::Kind;

const SESSION: Kind = Kind { resource: "log_session", known_by: &["id"] };
const MOST_LINES: usize = 1500;

#[derive(Deserialize)]
struct Session {
    lines: Option<usize>,
    source: Option<String>,
    /// The official CLI says `dyno` where the schema has `dyno_name`.
    dyno: Option<String>,
    dyno_name: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
    #[serde(rename = "tail")]
    _tail: Option<bool>,
}

pub(crate) fn create(world: &mut World, app: &str, request: &Request, base: &str) -> Reply {
    let Session { lines, source, dyno, dyno_name, kind, .. } = request.json()?;
    let dyno = dyno.or(dyno_name).or(kind);
    let app = world.app(app)?.id.clone();
    let lines = lines.unwrap_or(100);
    if lines > MOST_LINES {
        return Err(Refusal::invalid(format!("Lines must be at most {MOST_LINES}.")));
    }
    let (id, now) = (ids::fresh(), ids::now());
    let session = json!({"id": id, "app": app, "lines": lines, "source": source, "dyno": dyno});
    world.records.add(&SESSION, "", session);
    Ok(Answer::with(
        201,
        json!({
            "created_at": now,
            "id": id,
            "logplex_url": format!("{base}/log-sessions/{id}"),
            "updated_at": now,
        }),
    ))
}

/// The lines of a session, once.
pub(crate) fn read(world: &mut World, id: &str) -> Answer {
    let Ok(session) = world.records.remove(&SESSION, "", id) else {
        return Answer::bytes(404, "text/plain", "Session not found\n");
    };
    let Some(app) = session["app"].as_str().and_then(|app| world.app(app).ok()) else {
        return Answer::bytes(404, "text/plain", "App not found\n");
    };
    let (source, dyno) = (session["source"].as_str(), session["dyno"].as_str());
    let asked = |(from, process): &(&str, String)| {
        let is_source = source.is_none_or(|source| source == *from);
        is_source && dyno.is_none_or(|dyno| process == dyno || process.split('.').next() == Some(dyno))
    };
    let lines = lines(app);
    let lines: Vec<_> =
        lines.iter().filter(|(from, process, _, _)| asked(&(from, process.clone()))).collect();
    let most = usize::try_from(session["lines"].as_u64().unwrap_or_default()).unwrap_or_default();
    let events = lines[lines.len().saturating_sub(most)..].iter().map(|(from, process, at, text)| {
        format!("id: {}\ndata: {at} {from}[{process}]: {text}\n\n", ids::fresh())
    });
    Answer::bytes(200, "text/event-stream", events.collect::<String>())
}

/// Source, process, time and text.
fn lines(app: &App) -> Vec<(&'static str, String, String, String)> {
    let mut lines = Vec::new();
    for release in app.releases.iter().rev().take(5).rev() {
        let at = release.created_at.replace('Z', ".000000+00:00");
        let text = format!("Release v{} created by user dev@example.com", release.version);
        lines.push(("app", "api".to_owned(), at.clone(), text));
        lines.push(("app", "api".to_owned(), at, release.description.clone()));
    }
    let at = app.current().map_or(&app.created_at, |release| &release.created_at);
    let at = at.replace('Z', ".000000+00:00");
    for (name, process) in dynos::names(app) {
        let started = format!("Starting process with command `{}`", process.command);
        lines.push(("heroku", name.clone(), at.clone(), started));
        lines.push(("heroku", name.clone(), at.clone(), "State changed from starting to up".to_owned()));
        lines.push(("app", name, at.clone(), "Waiting for requests".to_owned()));
    }
    lines
}
