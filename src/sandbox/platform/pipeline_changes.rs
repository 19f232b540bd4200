//! Pipelines that are made, renamed, given away and removed, and the apps in them.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};

use super::Identity;
use super::pipelines::{coupling_object, object};
use crate::sandbox::exchange::{Answer, Refusal, Reply, Request};
use crate::sandbox::ids;
use crate::sandbox::world::{Coupling, Pipeline, World, reference, user};

const STAGES: [&str; 5] = ["test", "review", "development", "staging", "production"];

#[derive(Deserialize)]
struct Fields {
    name: Option<String>,
    owner: Option<Owner>,
    generation: Option<Identity>,
}

#[derive(Deserialize)]
struct Owner {
    id: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
}

pub(crate) fn create(world: &mut World, request: &Request) -> Reply {
    let Fields { name, owner, generation } = request.json()?;
    let name = name.ok_or_else(|| Refusal::invalid("Name is required."))?;
    check_name(world, &name)?;
    let generation = generation.as_ref().map_or("cedar", Identity::as_str);
    let pipeline = Pipeline {
        id: ids::fresh(),
        name,
        created_at: ids::now(),
        config: BTreeMap::new(),
        owner: owner.map(|owner| owner_object(world, &owner)).transpose()?,
        generation: Some(generation.to_owned()),
    };
    let answer = object(&pipeline);
    world.pipelines.push(pipeline);
    Ok(Answer::with(201, answer))
}

pub(crate) fn update(world: &mut World, pipeline: &str, request: &Request) -> Reply {
    let Fields { name, .. } = request.json()?;
    let id = world.pipeline(pipeline)?.id.clone();
    if let Some(name) = name {
        check_name(world, &name)?;
        if let Some(pipeline) = world.pipelines.iter_mut().find(|known| known.id == id) {
            pipeline.name = name;
        }
    }
    super::pipelines::info(world, &id)
}

pub(crate) fn destroy(world: &mut World, pipeline: &str) -> Reply {
    let pipeline = world.pipeline(pipeline)?;
    let (id, answer) = (pipeline.id.clone(), object(pipeline));
    world.pipelines.retain(|known| known.id != id);
    world.couplings.retain(|coupling| coupling.pipeline != id);
    world.records.forget(&id);
    Ok(Answer::ok(answer))
}

#[derive(Deserialize)]
struct Transfer {
    pipeline: Identity,
    new_owner: Owner,
}

/// `POST /pipeline-transfers`.
pub(crate) fn transfer(world: &mut World, request: &Request) -> Reply {
    let Transfer { pipeline, new_owner } = request.json()?;
    let id = world.pipeline(pipeline.as_str())?.id.clone();
    let new_owner = owner_object(world, &new_owner)?;
    let pipeline = world.pipelines.iter_mut().find(|known| known.id == id);
    let pipeline = pipeline.ok_or_else(|| Refusal::not_found("pipeline"))?;
    let previous_owner = object(pipeline)["owner"].clone();
    pipeline.owner = Some(new_owner.clone());
    Ok(Answer::with(
        201,
        json!({"pipeline": {"id": id}, "previous_owner": previous_owner, "new_owner": new_owner}),
    ))
}

fn owner_object(world: &World, owner: &Owner) -> Result<Value, Refusal> {
    let me = user()["id"].clone();
    let team = |id: &str| world.teams.iter().any(|team| reference("team", team)["id"] == id);
    match (owner.kind.as_deref(), owner.id.as_deref()) {
        (Some("team"), Some(id)) if team(id) => Ok(json!({"id": id, "type": "team"})),
        (Some("user"), Some(id)) if me == id => Ok(json!({"id": id, "type": "user"})),
        _ => Err(Refusal::not_found("owner")),
    }
}

fn check_name(world: &World, name: &str) -> Result<(), Refusal> {
    let is_valid = (3..=30).contains(&name.len())
        && name.starts_with(|first: char| first.is_ascii_lowercase())
        && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    if !is_valid {
        return Err(Refusal::invalid(
            "Name must start with a letter and be 3 to 30 letters, digits and dashes.",
        ));
    }
    if world.pipelines.iter().any(|pipeline| pipeline.name == name) {
        return Err(Refusal::invalid("Name is already taken"));
    }
    Ok(())
}

#[derive(Deserialize)]
struct NewCoupling {
    app: Identity,
    pipeline: Identity,
    stage: String,
}

#[derive(Deserialize)]
struct Stage {
    stage: Option<String>,
}

/// `POST /pipeline-couplings`: an app is in one pipeline at most.
pub(crate) fn couple(world: &mut World, request: &Request) -> Reply {
    let NewCoupling { app, pipeline, stage } = request.json()?;
    check_stage(&stage)?;
    let app = world.app(app.as_str())?.id.clone();
    let pipeline = world.pipeline(pipeline.as_str())?.id.clone();
    if world.couplings.iter().any(|coupling| coupling.app == app) {
        return Err(Refusal::invalid("App is already added to a pipeline."));
    }
    let coupling = Coupling { id: ids::fresh(), pipeline, app, stage, created_at: ids::now() };
    let answer = coupling_object(world, &coupling);
    world.couplings.push(coupling);
    Ok(Answer::with(201, answer))
}

/// `GET`, `PATCH` and `DELETE` of a coupling.
pub(crate) fn coupling(world: &mut World, id: &str, request: &Request) -> Reply {
    let missing = || Refusal::not_found("pipeline_coupling");
    let place = world.couplings.iter().position(|known| known.id == id).ok_or_else(missing)?;
    if request.method == "PATCH" {
        let Stage { stage } = request.json()?;
        if let Some(stage) = stage {
            check_stage(&stage)?;
            world.couplings[place].stage = stage;
        }
    }
    let answer = coupling_object(world, &world.couplings[place]);
    if request.method == "DELETE" {
        world.couplings.remove(place);
    }
    Ok(Answer::ok(answer))
}

fn check_stage(stage: &str) -> Result<(), Refusal> {
    if STAGES.contains(&stage) { Ok(()) } else { Err(Refusal::invalid("Stage is not included in the list")) }
}
