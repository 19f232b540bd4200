//! A promotion: the slug goes to the apps of the next stage, and each of their releases is waited for.

use std::thread;
use std::time::{Duration, Instant};

use super::{Executor, Undone, release, unknown};
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
    let ids: Vec<_> = targets.iter().map(|target| target.id.clone()).collect();
    let id = Writer::new(services.heroku()?).promote(pipeline, source, &ids)?;
    let reader = Reader::new(services.heroku()?.as_ref());
    let started = Instant::now();
    let ended = loop {
        let promotion = reader.promotion(&id).map_err(|error| unknown(error.into()))?;
        if promotion.targets.iter().all(|target| target.status != Status::Pending) {
            break promotion;
        }
        if started.elapsed() > LONGEST {
            return Err(unknown(pending(stage, targets)));
        }
        services.stop().check().map_err(|_| unknown(pending(stage, targets)))?;
        thread::sleep(POLL);
    };
    for target in &ended.targets {
        let name = name_of(targets, &target.app);
        if target.status == Status::Failed {
            let why = target.error.as_deref().unwrap_or("Heroku does not say why");
            let message = format!("the promotion to `{name}` failed: {why}");
            return Err(Failure::new(Code::Failed, message).into());
        }
        if let Some(id) = &target.release {
            release::wait(executor, name, id)?;
        }
    }
    Ok(Outcome::Done)
}

fn name_of<'t>(targets: &'t [Target], id: &'t str) -> &'t str {
    targets.iter().find(|target| target.id == id).map_or(id, |target| target.name.as_str())
}

fn pending(stage: &str, targets: &[Target]) -> Failure {
    let app = targets.first().map(|target| target.name.as_str()).unwrap_or_default();
    Failure::new(Code::Failed, format_args!("the promotion to {stage} is still pending at Heroku"))
        .hint(format_args!("heroku releases -a {app}"))
}
