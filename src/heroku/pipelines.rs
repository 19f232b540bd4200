//! Pipelines: the apps in one, what its review and test apps begin with, and promotions.

use std::collections::BTreeMap;
use std::thread;

use serde::Deserialize;
use serde_json::json;

use super::call::{Call, segment};
use super::error::Error;
use super::read::Reader;
use super::wire;
use super::write::Writer;
use crate::app::facts::{Coupling, Downstream, DownstreamApp, Status};
use crate::app::{Part, Parts};
use crate::platform::Stage;

/// A pipeline and what is in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pipeline {
    /// Its UUID.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The apps by name (by UUID where the name is not to be seen), each with its stage.
    pub apps: Vec<(String, String)>,
}

/// The slug of one app on its way to others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Promotion {
    /// Its UUID.
    pub id: String,
    /// Each app it goes to.
    pub targets: Vec<PromotionTarget>,
}

/// How a promotion to one app goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PromotionTarget {
    /// The app's UUID.
    pub app: String,
    /// How it ended.
    pub status: Status,
    /// What went wrong.
    pub error: Option<String>,
    /// The UUID of the release that it made, whose release phase may still run.
    pub release: Option<String>,
}

#[derive(Deserialize)]
struct Target {
    app: wire::Named,
    status: String,
    error_message: Option<String>,
    release: Option<wire::Named>,
}

impl Reader<'_> {
    /// A pipeline, by its name or UUID, with the apps in it and their stages.
    pub fn pipeline(&self, name_or_id: &str) -> Result<Pipeline, Error> {
        // A coupling names its app by UUID only; the list of all apps has the names in one request.
        let (read_pipeline, apps) = thread::scope(|scope| {
            let apps = scope.spawn(|| self.apps());
            let read_pipeline = self.couplings(name_or_id);
            (read_pipeline, apps.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
        });
        let (pipeline, couplings) = read_pipeline?;
        let mut names: BTreeMap<String, String> = apps?.into_iter().map(|app| (app.id, app.name)).collect();
        let place = |coupling: wire::Coupling| {
            let name = Some(coupling.app.name).filter(|name| !name.is_empty());
            let name = name.or_else(|| names.remove(&coupling.app.id)).unwrap_or(coupling.app.id);
            (name, coupling.stage)
        };
        Ok(Pipeline {
            id: pipeline.id,
            name: pipeline.name,
            apps: couplings.into_iter().map(place).collect(),
        })
    }

    /// The apps of the next stage of a pipeline that has any; `None` when no such stage comes after.
    pub fn downstream(&self, Coupling { pipeline, stage }: &Coupling) -> Result<Option<Downstream>, Error> {
        let later: Vec<_> = self
            .pipeline(pipeline)?
            .apps
            .into_iter()
            .filter(|(_, other)| Stage::parse(other) > Stage::parse(stage))
            .collect();
        let Some(next) = later.iter().map(|(_, stage)| Stage::parse(stage)).min() else { return Ok(None) };
        let next: Vec<_> = later.into_iter().filter(|(_, stage)| Stage::parse(stage) == next).collect();
        let stage = next[0].1.clone();
        let apps = next.into_iter().map(|(name, _)| {
            let facts = self.observe(&name, &Parts::from([Part::Releases]))?;
            Ok(DownstreamApp { id: facts.app.id, name, releases: facts.releases.unwrap_or_default() })
        });
        Ok(Some(Downstream { pipeline: pipeline.clone(), stage, apps: apps.collect::<Result<_, Error>>()? }))
    }

    fn couplings(&self, pipeline: &str) -> Result<(wire::Named, Vec<wire::Coupling>), Error> {
        let pipeline: wire::Named = self.client.get(format!("/pipelines/{}", segment(pipeline)))?;
        let path = format!("/pipelines/{}/pipeline-couplings", segment(&pipeline.id));
        let couplings = self.client.list(Call::get(path))?;
        Ok((pipeline, couplings))
    }

    /// How a promotion goes.
    pub fn promotion(&self, id: &str) -> Result<Promotion, Error> {
        let path = format!("/pipeline-promotions/{}/promotion-targets", segment(id));
        let targets: Vec<Target> = self.client.list(Call::get(path))?;
        let targets = targets.into_iter().map(|target| PromotionTarget {
            app: target.app.id,
            status: Status::parse(&target.status),
            error: target.error_message,
            release: target.release.map(|release| release.id),
        });
        Ok(Promotion { id: id.to_owned(), targets: targets.collect() })
    }
}

impl Writer<'_> {
    /// Promotes what an app runs to others of its pipeline, all by UUID, and gives back the promotion's. Each gets a
    /// release. Sent once: a second promotion would be a further release.
    pub fn promote(&self, pipeline: &str, source: &str, targets: &[String]) -> Result<String, Error> {
        let app = |id: &str| json!({ "app": { "id": id } });
        let targets: Vec<_> = targets.iter().map(|target| app(target)).collect();
        let body = json!({ "pipeline": { "id": pipeline }, "source": app(source), "targets": targets });
        let promotion: wire::Named = self.client.write_once(&Call::post("/pipeline-promotions", body))?;
        Ok(promotion.id)
    }
}
