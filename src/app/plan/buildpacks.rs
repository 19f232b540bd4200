//! The list of buildpacks.

use super::Conflict;
use crate::app::change::Change;
use crate::app::desired::{Buildpacks, Desired};
use crate::app::facts::Facts;
use crate::app::{Buildpack, deployed, order};

pub(super) fn changes(desired: &Desired, facts: &Facts) -> Result<Option<Change>, Conflict> {
    let Some(before) = facts.buildpacks.clone().filter(|_| facts.app.has_buildpacks()) else {
        return Ok(None);
    };
    let after = match &desired.buildpacks {
        Buildpacks::Keep => return Ok(None),
        Buildpacks::WithAgent(agent) => order::with_agent(&explicit(&before, facts)?, agent),
        Buildpacks::WithoutAgent => order::without_agent(&before),
        Buildpacks::Exactly(list) => list.clone(),
    };
    let is_same = before.iter().map(Buildpack::reference).eq(after.iter().map(Buildpack::reference));
    Ok((!is_same).then_some(Change::BuildpacksSet { before, after }))
}

/// The list as it would have to be written down: what Heroku detected at the last build, where none is set.
fn explicit(before: &[Buildpack], facts: &Facts) -> Result<Vec<Buildpack>, Conflict> {
    if before.iter().any(|buildpack| !buildpack.installs_agent()) {
        return Ok(before.to_vec());
    }
    let detected = deployed::build(facts).map(|build| build.buildpacks.as_slice()).unwrap_or_default();
    let detected: Vec<_> = detected.iter().map(|url| Buildpack::of(Buildpack::of(url).reference())).collect();
    if detected.iter().all(Buildpack::installs_agent) {
        return Err(Conflict::NoBuildpacks(facts.app.name.clone()));
    }
    Ok([before, &detected].concat())
}
