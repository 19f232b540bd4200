//! Why what is desired cannot be planned.

use crate::app::facts::{App, Generation};
use crate::app::integrations::dbm;
use crate::app::prerun;

/// Why what is desired cannot be planned for an app.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Conflict {
    /// Heroku detects the app's buildpack at each build: one more in the list would end that.
    #[error("`{0}` has no buildpack set and has never been built, so its language is not known")]
    NoBuildpacks(String),
    /// Somebody edited the managed block.
    #[error("the managed block of `{}` was edited by hand", prerun::PATH)]
    EditedBlock {
        /// The app.
        app: String,
    },
    /// The managed block lacks a marker, or appears twice.
    #[error("the managed block of `{}` lacks one of its markers, or appears twice", prerun::PATH)]
    BrokenBlock,
    /// A rebuild was asked for, and there is no slug.
    #[error("`{0}` has never been deployed, so there is nothing to rebuild")]
    NeverDeployed(String),
    /// A rebuild was asked for, and its source is not available.
    #[error("the source of the commit that `{0}` runs is not available")]
    NoSource(String),
    /// A rebuild was asked for of an app that buildpacks do not build.
    #[error("`{0}` is not built by classic buildpacks, so its slug cannot be rebuilt")]
    NoSlug(String),
    /// A Fir app, which is built by a push only.
    #[error("`{0}` is a Fir app: its images are built by a push, and no Agent runs in its dynos")]
    Fir(String),
    /// A promotion was asked for, and the app is not in a pipeline.
    #[error("`{0}` is not in a pipeline, so it cannot be promoted")]
    NoPipeline(String),
    /// A promotion was asked for, and no stage with apps comes after the app's own.
    #[error("no stage of the pipeline comes after {stage}, the stage of `{app}`")]
    LastStage {
        /// The app.
        app: String,
        /// Its stage.
        stage: String,
    },
    /// The database cannot be monitored.
    #[error(transparent)]
    Database(#[from] dbm::Refused),
}

impl Conflict {
    /// Of an app that has no classic buildpacks.
    pub fn without_buildpacks(app: &App) -> Self {
        match app.generation {
            Generation::Fir => Self::Fir(app.name.clone()),
            Generation::Cedar => Self::NoSlug(app.name.clone()),
        }
    }
}
