//! Snapshots: the parts of one app, or of many, read at the same time.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use super::error::Error;
use super::read::{Fill, Reader, fill};
use crate::app::facts::{Build, Coupling, Generation};
use crate::app::{Facts, Part, Parts, deployed};
use crate::datadog::slim_saving;

/// How many requests are on their way at the same time, however many apps there are.
const IN_FLIGHT: usize = 16;

impl Reader<'_> {
    /// Reads the app and the `parts` of it that are asked for, all at the same time, each in one request.
    /// What a kind of app does not have (buildpacks on Fir, telemetry drains on Cedar) is empty.
    ///
    /// Fails with [`Kind::AppNotFound`](super::Kind::AppNotFound) when the account sees no such app.
    pub fn observe(&self, app: &str, parts: &Parts) -> Result<Facts, Error> {
        self.observe_all(&[app], parts).remove(0)
    }

    /// The same for many apps, in their order.
    pub fn observe_all<S: AsRef<str> + Sync>(&self, apps: &[S], parts: &Parts) -> Vec<Result<Facts, Error>> {
        // The app's own answer first: when there is no such app, that is the error to report.
        let requested: Vec<Option<Part>> =
            std::iter::once(None).chain(parts.iter().copied().map(Some)).collect();
        let jobs: Vec<_> =
            apps.iter().flat_map(|app| requested.iter().map(|part| (app.as_ref(), *part))).collect();
        let answers = at_once(&jobs, |(app, part)| match part {
            Some(part) => self.part(app, *part),
            None => self.app(app).map(|app| fill(move |into| into.app = app)),
        });
        let mut answers = answers.into_iter();
        let mut facts: Vec<_> = apps
            .iter()
            .map(|app| self.snapshot(app.as_ref(), answers.by_ref().take(requested.len()).collect()))
            .collect();
        if parts.contains(&Part::Slug) {
            self.add_slugs(&mut facts);
        }
        if parts.contains(&Part::Config) {
            self.add_built_config(&mut facts);
        }
        if parts.contains(&Part::SlimSaving) {
            self.add_slim_saving(&mut facts);
        }
        if parts.contains(&Part::TelemetryDrains) {
            self.add_telemetry_drains(&mut facts);
        }
        if parts.contains(&Part::Downstream) {
            self.add_downstream(&mut facts);
        }
        facts
    }

    fn snapshot(&self, app: &str, answers: Vec<Result<Fill, Error>>) -> Result<Facts, Error> {
        let mut facts = Facts::default();
        for answer in answers {
            answer.map_err(|error| self.explained(app, error))?(&mut facts)?;
        }
        Ok(facts)
    }

    /// Reads the slugs that run and that no build of their app made.
    fn add_slugs(&self, facts: &mut [Result<Facts, Error>]) {
        let unknown = |app_facts: &Facts| {
            let slug = deployed::slug(app_facts).filter(|_| deployed::build(app_facts).is_none())?;
            Some((app_facts.app.name.clone(), slug.to_owned()))
        };
        add(facts, unknown, |(app, slug)| self.slug(app, slug), |into, slug| into.slug = Some(slug));
    }

    /// Reads with which config vars the slug was built, where one that is compiled in was changed since: it may have been
    /// changed back. A refusal leaves it unknown.
    fn add_built_config(&self, facts: &mut [Result<Facts, Error>]) {
        let changed = |app_facts: &Facts| {
            let build = deployed::build(app_facts)?;
            deployed::compiled_changes(app_facts, build).next()?;
            Some((app_facts.app.name.clone(), build.release.clone()?))
        };
        let read = |(app, release): &(String, String)| Ok(self.config_of_release(app, release).ok());
        add(facts, changed, read, |into, config| into.built_config = config);
    }

    /// Reads what a slim build would leave out of the slugs for which it would help. Output that Heroku has no more leaves it
    /// unknown.
    fn add_slim_saving(&self, facts: &mut [Result<Facts, Error>]) {
        let large = |app_facts: &Facts| deployed::could_be_slim(app_facts).cloned();
        let read = |build: &Build| {
            let mut saving = None;
            let _ = self.stream_build(build, &mut |line| {
                saving = slim_saving::read(line);
                if saving.is_some() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            });
            Ok(saving)
        };
        add(facts, large, read, |into, saving| into.slim_saving = saving);
    }

    /// Reads the apps of the next stage of each app's pipeline.
    fn add_downstream(&self, facts: &mut [Result<Facts, Error>]) {
        let coupling = |app_facts: &Facts| app_facts.coupling.clone().flatten();
        let read = |coupling: &Coupling| self.downstream(coupling);
        add(facts, coupling, read, |into, downstream| into.downstream = Some(downstream));
    }

    /// Reads the telemetry drains of the apps that can have some.
    fn add_telemetry_drains(&self, facts: &mut [Result<Facts, Error>]) {
        let of_fir = |app_facts: &Facts| {
            (app_facts.app.generation == Generation::Fir).then(|| app_facts.app.name.clone())
        };
        let read = |app: &String| self.telemetry_drains(app);
        add(facts, of_fir, read, |into, drains| into.telemetry_drains = Some(drains));
    }
}

/// Adds what has to be read once more of the apps that `requested` picks, all of them at the same time.
fn add<J: Sync, T: Send>(
    facts: &mut [Result<Facts, Error>],
    requested: impl Fn(&Facts) -> Option<J>,
    read: impl Fn(&J) -> Result<T, Error> + Sync,
    set: impl Fn(&mut Facts, T),
) {
    let jobs: Vec<(usize, J)> = facts
        .iter()
        .enumerate()
        .filter_map(|(at, app_facts)| Some((at, app_facts.as_ref().ok().and_then(&requested)?)))
        .collect();
    let answers = at_once(&jobs, |(_, job)| read(job));
    for ((at, _), answer) in jobs.iter().zip(answers) {
        match (answer, &mut facts[*at]) {
            (Ok(answer), Ok(facts)) => set(facts, answer),
            (Err(error), existing) => *existing = Err(error),
            (Ok(_), Err(_)) => {}
        }
    }
}

/// Does all jobs, as many at the same time as requests may be on their way. The results are in the jobs' order.
fn at_once<J: Sync, R: Send>(jobs: &[J], work: impl Fn(&J) -> R + Sync) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let done = Mutex::new(BTreeMap::new());
    std::thread::scope(|scope| {
        for _ in 0..jobs.len().min(IN_FLIGHT) {
            scope.spawn(|| {
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    let Some(job) = jobs.get(at) else { break };
                    let result = work(job);
                    done.lock().unwrap_or_else(PoisonError::into_inner).insert(at, result);
                }
            });
        }
    });
    done.into_inner().unwrap_or_else(PoisonError::into_inner).into_values().collect()
}
