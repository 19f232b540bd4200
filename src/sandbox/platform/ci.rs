//! Heroku CI and review apps of a pipeline. GitHub cannot be reached: no test run is ever started, and a pipeline has no
//! repository.

use crate::sandbox::exchange::{Answer, Refusal, Reply};
use crate::sandbox::world::World;

pub(crate) fn test_runs(world: &World, pipeline: &str) -> Reply {
    world.pipeline(pipeline)?;
    Ok(Answer::list_by("number", []))
}

pub(crate) fn no_test_run(world: &World, pipeline: &str) -> Reply {
    world.pipeline(pipeline)?;
    Err(Refusal::not_found("test_run"))
}

pub(crate) fn no_repository(world: &World, pipeline: &str) -> Reply {
    world.pipeline(pipeline)?;
    Err(Refusal::new(404, "not_found", "The pipeline is not connected to a repository."))
}

pub(crate) fn no_review_apps(world: &World, pipeline: &str) -> Reply {
    world.pipeline(pipeline)?;
    Err(Refusal::not_found("review_app_config"))
}
