//! Pipelines, the apps in them, and promotions.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::sandbox::exchange::{Answer, Refusal, Reply, Request};
use crate::sandbox::ids;
use crate::sandbox::world::app::Status;
use crate::sandbox::world::{Coupling, Pipeline, Promotion, World, reference, user};

#[derive(Deserialize)]
struct Promote {
    pipeline: Id,
    source: Source,
    targets: Vec<Target>,
}

#[derive(Deserialize)]
struct Id {
    id: String,
}

#[derive(Deserialize)]
struct Source {
    app: Id,
    release: Option<Id>,
}

#[derive(Deserialize)]
struct Target {
    app: Id,
}

/// All pipelines, or those with the name of `?eq[name]=`.
pub(crate) fn list(world: &World, request: &Request) -> Reply {
    let name = request.parameter("eq[name]");
    let asked = |pipeline: &&Pipeline| name.as_ref().is_none_or(|name| pipeline.name == *name);
    Ok(Answer::list_by("name", world.pipelines.iter().filter(asked).map(object)))
}

pub(crate) fn info(world: &World, pipeline: &str) -> Reply {
    Ok(Answer::ok(object(world.pipeline(pipeline)?)))
}

pub(crate) fn couplings(world: &World, pipeline: Option<&str>) -> Reply {
    let pipeline = pipeline.map(|pipeline| world.pipeline(pipeline)).transpose()?;
    let couplings =
        world.couplings.iter().filter(|c| pipeline.is_none_or(|pipeline| c.pipeline == pipeline.id));
    Ok(Answer::list(couplings.map(|coupling| coupling_object(world, coupling))))
}

pub(crate) fn coupling_of(world: &World, app: &str) -> Reply {
    let app = &world.app(app)?.id;
    let coupling = world.couplings.iter().find(|coupling| coupling.app == *app);
    Ok(Answer::ok(coupling_object(world, coupling.ok_or_else(|| Refusal::not_found("pipeline_coupling"))?)))
}

/// Moves the slug of one app to others: a release each, with the target's own config vars. Each target runs the slug's
/// release command.
pub(crate) fn promote(world: &mut World, request: &Request) -> Reply {
    let Promote { pipeline, source, targets } = request.json()?;
    let pipeline = world.pipeline(&pipeline.id)?.id.clone();
    let from = world.app(&source.app.id)?.clone();
    let coupled = |app: &str| world.couplings.iter().any(|c| c.app == app && c.pipeline == pipeline);
    if targets.is_empty() || !coupled(&from.id) || !targets.iter().all(|target| coupled(&target.app.id)) {
        return Err(Refusal::invalid("Source and targets must be apps of the pipeline."));
    }
    let release = match source.release {
        Some(release) => super::releases::find(&from, &release.id)?,
        None => from.current().ok_or_else(|| Refusal::not_found("release"))?,
    };
    let slug = from.slugs.iter().find(|slug| Some(&slug.id) == release.slug.as_ref());
    let slug = slug.ok_or_else(|| Refusal::invalid("The source app has no slug to promote."))?;
    let commit = slug.commit.as_deref().map(|commit| &commit[..commit.len().min(8)]);
    let description = format!("Promote {} v{} {}", from.name, release.version, commit.unwrap_or_default())
        .trim_end()
        .to_owned();
    let mut made = Vec::new();
    for target in &targets {
        let app = world.app_mut(&target.app.id)?;
        let copy = slug.copy();
        app.slugs.push(copy.clone());
        let id = app.deploy(description.clone(), &copy, app.config.clone());
        made.push((target.app.id.clone(), id));
    }
    let promotion = Promotion {
        id: ids::fresh(),
        pipeline,
        app: from.id.clone(),
        release: release.id.clone(),
        targets: made,
        created_at: ids::now(),
    };
    let answer = promotion_object(world, &promotion);
    world.promotions.push(promotion);
    Ok(Answer::with(201, answer))
}

pub(crate) fn promotion(world: &World, id: &str) -> Reply {
    Ok(Answer::ok(promotion_object(world, promotion_with(world, id)?)))
}

pub(crate) fn promotion_targets(world: &World, id: &str) -> Reply {
    let promotion = promotion_with(world, id)?;
    let target = |(app, release): &(String, String)| {
        let status = status_of(world, release);
        json!({
            "app": {"id": app},
            "error_message": (status == Status::Failed).then_some("The release command failed."),
            "id": ids::named("promotion-target", &format!("{id}/{app}")),
            "pipeline_promotion": {"id": id},
            "release": {"id": release},
            "status": status,
        })
    };
    Ok(Answer::list(promotion.targets.iter().map(target)))
}

fn promotion_with<'a>(world: &'a World, id: &str) -> Result<&'a Promotion, Refusal> {
    world.promotions.iter().find(|p| p.id == id).ok_or_else(|| Refusal::not_found("pipeline_promotion"))
}

pub(super) fn object(pipeline: &Pipeline) -> Value {
    json!({
        "created_at": pipeline.created_at,
        "generation": reference("generation", pipeline.generation.as_deref().unwrap_or("cedar")),
        "id": pipeline.id,
        "name": pipeline.name,
        "owner": pipeline.owner.clone().unwrap_or_else(|| json!({"id": user()["id"], "type": "user"})),
        "updated_at": pipeline.created_at,
    })
}

pub(super) fn coupling_object(world: &World, coupling: &Coupling) -> Value {
    let pipeline = world.pipelines.iter().find(|pipeline| pipeline.id == coupling.pipeline);
    json!({
        "app": {"id": coupling.app},
        "created_at": coupling.created_at,
        "id": coupling.id,
        "pipeline": {"id": coupling.pipeline, "name": pipeline.map(|pipeline| &pipeline.name)},
        "stage": coupling.stage,
        "updated_at": coupling.created_at,
    })
}

/// How the release that a promotion made on a target stands.
fn status_of(world: &World, release: &str) -> Status {
    let mut releases = world.apps.iter().flat_map(|app| &app.releases);
    releases.find(|known| known.id == *release).map_or(Status::Failed, |release| release.status)
}

fn promotion_object(world: &World, promotion: &Promotion) -> Value {
    let pending = promotion.targets.iter().any(|(_, release)| status_of(world, release) == Status::Pending);
    json!({
        "created_at": promotion.created_at,
        "id": promotion.id,
        "pipeline": {"id": promotion.pipeline},
        "source": {"app": {"id": promotion.app}, "release": {"id": promotion.release}},
        "status": if pending { "pending" } else { "completed" },
        "updated_at": promotion.created_at,
    })
}
