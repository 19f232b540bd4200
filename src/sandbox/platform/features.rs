//! Labs features of an app. Each switch makes a release.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::platform::feature;
use crate::sandbox::exchange::{Answer, Refusal, Reply, Request};
use crate::sandbox::ids;
use crate::sandbox::world::World;
use crate::sandbox::world::app::App;

/// Name, display name, state, description.
const FEATURES: [(&str, &str, &str, &str); 7] = [
    ("http-session-affinity", "Session Affinity", "general", "Route a client's requests to one dyno"),
    (
        feature::RUNTIME_METRICS,
        "Log Runtime Metrics",
        "public",
        "Write memory and load of each dyno to the log",
    ),
    (feature::BUILD_METADATA, "Dyno Build Metadata", "beta", "Give dynos the commit that was built"),
    ("preboot", "Preboot", "general", "Start new web dynos before the old ones stop"),
    (feature::DYNO_METADATA, "Dyno Metadata", "public", "Give dynos their app's name, release and commit"),
    (feature::EXEC, "Heroku Exec", "general", "Allow exec sessions into running dynos"),
    ("spaces-dns-discovery", "DNS Discovery", "general", "Resolve dynos of a Private Space by name"),
];

#[derive(Deserialize)]
struct Switch {
    enabled: bool,
}

pub(crate) fn list(world: &World, app: &str) -> Reply {
    let app = world.app(app)?;
    Ok(Answer::list_by("name", FEATURES.iter().map(|feature| object(app, feature))))
}

pub(crate) fn info(world: &World, app: &str, name: &str) -> Reply {
    let app = world.app(app)?;
    Ok(Answer::ok(object(app, known(app, name)?)))
}

pub(crate) fn update(world: &mut World, app: &str, name: &str, request: &Request) -> Reply {
    let app = world.app_mut(app)?;
    let feature = known(app, name)?;
    let Switch { enabled } = request.json()?;
    let name = feature.0;
    let changed = if enabled { app.features.insert(name.into()) } else { app.features.remove(name) };
    if changed {
        app.release(format!("{} {name} feature", if enabled { "Enable" } else { "Disable" }));
    }
    Ok(Answer::ok(object(app, feature)))
}

/// The name of a feature that is known by its name or id.
pub(super) fn name_of(app: &App, identity: &str) -> Result<&'static str, Refusal> {
    known(app, identity).map(|feature| feature.0)
}

type Feature = (&'static str, &'static str, &'static str, &'static str);

fn known(app: &App, identity: &str) -> Result<&'static Feature, Refusal> {
    let is = |feature: &&Feature| feature.0 == identity || id(app, feature.0) == identity;
    FEATURES.iter().find(is).ok_or_else(|| Refusal::not_found("app_feature"))
}

fn id(app: &App, feature: &str) -> String {
    ids::named("feature", &format!("{}/{feature}", app.id))
}

fn object(app: &App, (name, display_name, state, description): &Feature) -> Value {
    json!({
        "created_at": app.created_at,
        "description": description,
        "display_name": display_name,
        "doc_url": format!("https://devcenter.heroku.com/articles/{name}"),
        "enabled": app.features.contains(*name),
        "feedback_email": "labs@example.com",
        "id": id(app, name),
        "name": name,
        "state": state,
        "updated_at": app.updated_at,
    })
}
