//! The work that a request leaves behind: builds and release commands, each on a thread of its own.

use std::sync::Arc;

use super::shared::Shared;
use super::world::World;
use super::world::app::{Build, Release, Status};
use super::{building, release_phase};

/// Something that is pending until a thread has done it.
enum Task {
    Build(String),
    Release(String),
}

/// Starts every pending build and release command that no thread works on yet.
pub(crate) fn start(shared: &Arc<Shared>) {
    for task in shared.with(|store| pending(&store.world)) {
        let (Task::Build(id) | Task::Release(id)) = &task;
        if !shared.begin(id) {
            continue;
        }
        let shared = Arc::clone(shared);
        let run = move || {
            match &task {
                Task::Build(id) => building::run(&shared, id),
                Task::Release(id) => release_phase::run(&shared, id),
            }
            // A build may have made a release with a command to run.
            start(&shared);
        };
        // Without a thread it stays pending, as it would on a platform out of capacity.
        let _ = std::thread::Builder::new().name("sandbox-work".into()).spawn(run);
    }
}

/// Starts what a killed process left pending from its beginning: on Heroku it would have gone on.
pub(crate) fn resume(shared: &Arc<Shared>) {
    shared.with(|store| {
        for app in &mut store.world.apps {
            app.builds.iter_mut().filter(|build| build.status == Status::Pending).for_each(Build::rewind);
            app.releases
                .iter_mut()
                .filter(|release| release.status == Status::Pending)
                .for_each(Release::rewind);
        }
    });
    start(shared);
}

fn pending(world: &World) -> Vec<Task> {
    let mut tasks = Vec::new();
    for app in &world.apps {
        let builds = app.builds.iter().filter(|build| build.status == Status::Pending);
        tasks.extend(builds.map(|build| Task::Build(build.id.clone())));
        let releases = app.releases.iter().filter(|release| release.status == Status::Pending);
        tasks.extend(releases.map(|release| Task::Release(release.id.clone())));
    }
    tasks
}
