//! A promotion: the slug goes to the apps of the next stage, and each of their releases is waited for.

use std::collections::BTreeSet;
use std::thread;
use std::time::{Duration, Instant};

use super::{Executor, Undone, release, skipped, unknown};
use crate::app::change::{Outcome, Promotion, Target};
use crate::app::facts::Status;
use crate::failure::{Code, Failure, Result};
use crate::heroku::{Reader, Writer};

/// How often a promotion is read.
const POLL: Duration = Duration::from_secs(1);
/// How long Heroku may take to make the releases.
const LONGEST: Duration = Duration::from_secs(300);

/// Promotes, and waits for the releases downstream.
pub(super) fn execute(executor: &Executor<'_>, promotion: &Promotion) -> Result<Outcome, Undone> {
    let Promotion { pipeline, source, stage, targets } = promotion;
    let services = executor.services;
    executor.progress.now(&format!("promoting to {stage}"));
    for target in targets {
        if let Some(release) = &target.release {
            release::wait(services, executor.progress, &target.name, release)?;
        }
    }
    let new = targets.iter().filter(|target| target.release.is_none());
    let ids: Vec<_> = new.map(|target| target.id.clone()).collect();
    if ids.is_empty() {
        return Ok(Outcome::Done);
    }
    services.stop().check().map_err(skipped)?;
    let id = Writer::new(services.heroku()?).promote(pipeline, source, &ids)?;
    let reader = Reader::new(services.heroku()?.as_ref());
    let started = Instant::now();
    let mut released = BTreeSet::new();
    loop {
        let promotion = reader.promotion(&id).map_err(|error| unknown(error.into()))?;
        // A target stays pending as long as its release phase runs, and fails with it.
        let releases =
            promotion.targets.iter().filter_map(|target| Some((&target.app, target.release.as_ref()?)));
        if let Some((app, release)) = releases.into_iter().find(|(app, _)| !released.contains(*app)) {
            released.insert(app.clone());
            release::wait(services, executor.progress, name_of(targets, app), release)?;
            continue;
        }
        if let Some(target) = promotion.targets.iter().find(|target| target.status == Status::Failed) {
            let why = target.error.as_deref().unwrap_or("Heroku does not say why");
            let message = format!("the promotion to `{}` failed: {why}", name_of(targets, &target.app));
            return Err(Failure::new(Code::Failed, message).into());
        }
        if promotion.targets.iter().all(|target| target.status == Status::Succeeded) {
            return Ok(Outcome::Done);
        }
        if started.elapsed() > LONGEST {
            return Err(unknown(pending(stage, targets)));
        }
        services.stop().check().map_err(|_| {
            unknown(Failure { code: Code::Interrupted, ..pending(stage, targets) }.context("interrupted"))
        })?;
        thread::sleep(POLL);
    }
}

fn name_of<'t>(targets: &'t [Target], id: &'t str) -> &'t str {
    targets.iter().find(|target| target.id == id).map_or(id, |target| target.name.as_str())
}

fn pending(stage: &str, targets: &[Target]) -> Failure {
    let app = targets.first().map(|target| target.name.as_str()).unwrap_or_default();
    Failure::new(Code::Failed, format_args!("the promotion to {stage} is still pending at Heroku"))
        .hint(format_args!("heroku releases -a {app}"))
}
