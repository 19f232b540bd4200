//! Config vars, of an app, of one of its releases, and of a pipeline's stage. One PATCH makes one release.

use serde_json::{Map, Value, json};

use crate::sandbox::exchange::{Answer, Refusal, Reply, Request};
use crate::sandbox::world::World;
use crate::sandbox::world::addons::Attachment;
use crate::sandbox::world::app::Config;

/// All config vars of an app together may have this many bytes.
const LIMIT: usize = 64 * 1024;

/// Stages whose apps come and go, so that their config vars are the pipeline's.
const STAGES: [&str; 2] = ["review", "test"];

pub(crate) fn of_app(world: &World, app: &str) -> Reply {
    Ok(Answer::ok(json!(world.app(app)?.config)))
}

pub(crate) fn of_release(world: &World, app: &str, release: &str) -> Reply {
    let release = super::releases::find(world.app(app)?, release)?;
    Ok(Answer::ok(json!(release.config)))
}

pub(crate) fn of_stage(world: &World, pipeline: &str, stage: &str) -> Reply {
    let config = world.pipeline(pipeline)?.config.get(known(stage)?);
    Ok(Answer::ok(config.map_or_else(|| json!({}), |config| json!(config))))
}

pub(crate) fn update(world: &mut World, app: &str, request: &Request) -> Reply {
    let changes: Map<String, Value> = request.json()?;
    let id = &world.app(app)?.id;
    let attached = world.attachments.iter().filter(|attachment| attachment.app == *id);
    let mut names = attached.map(Attachment::variable);
    if let Some(name) = names.find(|name| changes.contains_key(name)) {
        return Err(Refusal::invalid(format!("Cannot overwrite attachment values {name}.")));
    }
    let app = world.app_mut(app)?;
    let mut config = app.config.clone();
    let change = apply(&mut config, changes)?;
    app.config = config;
    if let Some(description) = change {
        app.release(description);
    }
    Ok(Answer::ok(json!(app.config)))
}

pub(crate) fn update_stage(world: &mut World, pipeline: &str, stage: &str, request: &Request) -> Reply {
    let id = world.pipeline(pipeline)?.id.clone();
    let stage = known(stage)?;
    let change: Map<String, Value> = request.json()?;
    let Some(pipeline) = world.pipelines.iter_mut().find(|pipeline| pipeline.id == id) else {
        return Err(Refusal::not_found("pipeline"));
    };
    let config = pipeline.config.entry(stage.to_owned()).or_default();
    apply(config, change)?;
    Ok(Answer::ok(json!(config)))
}

fn known(stage: &str) -> Result<&str, Refusal> {
    if STAGES.contains(&stage) {
        Ok(stage)
    } else {
        Err(Refusal::invalid("Only the stages review and test have config vars."))
    }
}

/// Sets what has a value, takes away what is null, and says what changed as a release does.
fn apply(config: &mut Config, changes: Map<String, Value>) -> Result<Option<String>, Refusal> {
    let (mut set, mut unset) = (Vec::new(), Vec::new());
    for (name, value) in changes {
        if name.is_empty() || name.contains(['=', '\0']) || name.chars().any(char::is_whitespace) {
            return Err(Refusal::invalid(format!("The config var name `{name}` is invalid.")));
        }
        match value {
            Value::Null => {
                if config.remove(&name).is_some() {
                    unset.push(name);
                }
            }
            Value::String(value) => {
                if config.get(&name) != Some(&value) {
                    config.insert(name.clone(), value);
                    set.push(name);
                }
            }
            _ => return Err(Refusal::invalid(format!("The value of {name} must be a string or null."))),
        }
    }
    if config.iter().map(|(name, value)| name.len() + value.len()).sum::<usize>() > LIMIT {
        return Err(Refusal::invalid("Config vars can't be larger than 64 kB."));
    }
    Ok(match (set.is_empty(), unset.is_empty()) {
        (true, true) => None,
        (false, true) => Some(format!("Set {} config vars", set.join(", "))),
        (true, false) => Some(format!("Unset {} config vars", unset.join(", "))),
        (false, false) => Some(format!("Set {} and unset {} config vars", set.join(", "), unset.join(", "))),
    })
}
