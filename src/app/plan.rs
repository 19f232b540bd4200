//! The plan: what has to change for an app to be as desired. A pure function of the two.

use super::Buildpack;
use super::buildpack::DATADOG;
use super::change::{Change, Rebuild, Source};
use super::codes;
use super::dbm;
use super::desired::{Buildpacks, Desired, Drain, File, Note, RebuildWhen, Telemetry};
use super::facts::{App, Facts, Process};
use super::prerun::{self, Unmanageable};
use super::{deployed, drains, order, telemetry};
use crate::datadog::options;
use crate::secret::Secret;

/// What has to change, in the order in which it is applied, and what the person should know.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// The app.
    pub app: App,
    /// Its process types, where they are known.
    pub formation: Option<Vec<Process>>,
    /// The changes; none when all is as desired.
    pub changes: Vec<Change>,
    /// What the person should know.
    pub notes: Vec<Note>,
    /// The UUIDs of the builds that were there, so that a new one is recognized.
    pub known_builds: Vec<String>,
    /// Whether config vars and buildpacks become again what they were, when the build fails.
    pub put_back: bool,
}

impl Plan {
    /// How often the app's dynos restart before a rebuild: once for all config vars together, and for each attachment.
    pub fn restarts(&self) -> usize {
        let is_attachment = |change: &&Change| matches!(change, Change::Database(dbm::Change::Attach { .. }));
        let is_config = |change: &Change| {
            matches!(change, Change::ConfigSet { .. } | Change::ConfigUnset { .. } | Change::Restart)
        };
        usize::from(self.changes.iter().any(is_config)) + self.changes.iter().filter(is_attachment).count()
    }

    /// How many slugs are compiled.
    pub fn rebuilds(&self) -> usize {
        self.changes.iter().filter(|change| matches!(change, Change::Rebuild(_))).count()
    }

    /// Whether nothing has to change.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }
}

/// Why what is desired cannot be planned for an app.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Conflict {
    /// Heroku detects the app's buildpack at each build: one more in the list would end that.
    #[error("`{0}` has no buildpack set and has never been built, so its language is not known")]
    NoBuildpacks(String),
    /// Somebody edited the managed block.
    #[error("the managed block of `{}` was edited by hand", prerun::PATH)]
    EditedBlock,
    /// The managed block lacks a marker, or is there twice.
    #[error("the managed block of `{}` lacks one of its markers, or is there twice", prerun::PATH)]
    BrokenBlock,
    /// A rebuild was asked for, and there is no slug.
    #[error("`{0}` has never been deployed, so there is nothing to rebuild")]
    NeverDeployed(String),
    /// A rebuild was asked for, and its source cannot be had.
    #[error("the source of the commit that `{0}` runs is not at hand")]
    NoSource(String),
    /// A rebuild was asked for of an app that buildpacks do not build.
    #[error("`{0}` is not built by classic buildpacks, so its slug cannot be rebuilt")]
    NoSlug(String),
}

/// What has to change for `facts` to be as `desired`.
pub fn plan(desired: &Desired, facts: &Facts) -> Result<Plan, Conflict> {
    let mut notes = desired.notes.clone();
    let buildpacks = buildpacks(desired, facts)?;
    let mut changes = features(desired, facts);
    changes.extend(desired.database.iter().cloned().map(Change::Database));
    changes.extend(config(desired, facts));
    changes.extend(buildpacks);
    changes.extend(drain_changes(desired, facts));
    changes.extend(telemetry_changes(desired, facts));
    if let Some((access, wanted)) = &desired.datadog {
        let change = |change: &_| Change::Datadog { access: access.clone(), change: Clone::clone(change) };
        changes.extend(wanted.iter().map(change));
    }
    changes.extend(files(desired)?);
    changes.extend(restart(desired, &changes));
    changes.extend(rebuild(desired, facts, &changes, &mut notes)?);
    let known_builds = facts.builds.iter().flatten().map(|build| build.id.clone()).collect();
    Ok(Plan {
        app: facts.app.clone(),
        formation: facts.formation.clone(),
        changes,
        notes,
        known_builds,
        put_back: desired.put_back,
    })
}

fn features(desired: &Desired, facts: &Facts) -> Vec<Change> {
    let Some(there) = &facts.features else { return Vec::new() };
    desired
        .features
        .iter()
        .filter(|(name, on)| there.get(*name).copied().unwrap_or(false) != **on)
        .map(|(name, on)| match on {
            true => Change::FeatureEnable { name: name.clone() },
            false => Change::FeatureDisable { name: name.clone() },
        })
        .collect()
}

fn config(desired: &Desired, facts: &Facts) -> Vec<Change> {
    let Some(there) = &facts.config else { return Vec::new() };
    let mut changes = Vec::new();
    for (key, wanted) in &desired.config {
        let before = there.raw(key);
        let key = key.clone();
        match wanted {
            Some(after) if before != Some(after.expose()) => {
                let secret = options::is_secret(&key, after.expose())
                    || before.is_some_and(|before| options::is_secret(&key, before));
                let before = before.map(Secret::new);
                changes.push(Change::ConfigSet { key, before, after: after.clone(), secret });
            }
            None => changes.extend(before.map(|before| {
                let secret = options::is_secret(&key, before);
                Change::ConfigUnset { key, before: Secret::new(before), secret }
            })),
            Some(_) => {}
        }
    }
    changes
}

fn buildpacks(desired: &Desired, facts: &Facts) -> Result<Option<Change>, Conflict> {
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
    if before.iter().any(|one| !one.installs_agent()) {
        return Ok(before.to_vec());
    }
    let detected = deployed::build(facts).map(|build| build.buildpacks.as_slice()).unwrap_or_default();
    let detected: Vec<_> = detected.iter().map(|url| Buildpack::of(Buildpack::of(url).reference())).collect();
    if detected.iter().all(Buildpack::installs_agent) {
        return Err(Conflict::NoBuildpacks(facts.app.name.clone()));
    }
    Ok([before, &detected].concat())
}

fn drain_changes(desired: &Desired, facts: &Facts) -> Vec<Change> {
    let there = facts.drains.as_deref();
    match (&desired.drain, there) {
        (Drain::Keep, _) | (_, None) => Vec::new(),
        (Drain::One(url), Some(there)) => drains::enable(url.clone(), there),
        (Drain::None, Some(there)) => drains::disable(there),
        (Drain::Rekey { old, new }, Some(there)) => drains::rekey(old, new, there),
    }
}

fn telemetry_changes(desired: &Desired, facts: &Facts) -> Vec<Change> {
    let Some(there) = facts.telemetry_drains.as_deref() else { return Vec::new() };
    let changes = match &desired.telemetry {
        Telemetry::Keep => Vec::new(),
        Telemetry::Carry { site, key, signals, exactly } => {
            telemetry::enable(*site, key, signals, *exactly, there)
        }
        Telemetry::Without(signals) => telemetry::disable(signals, there),
        Telemetry::Rekey { old, new } => telemetry::rekey(old, new, there),
    };
    changes.into_iter().map(Change::Telemetry).collect()
}

/// Config vars restart the dynos anyway.
fn restart(desired: &Desired, changes: &[Change]) -> Option<Change> {
    let is_due = changes.iter().any(|change| matches!(change, Change::FeatureEnable { .. }));
    let comes =
        changes.iter().any(|change| matches!(change, Change::ConfigSet { .. } | Change::ConfigUnset { .. }));
    (desired.restart && is_due && !comes).then_some(Change::Restart)
}

fn files(desired: &Desired) -> Result<Vec<Change>, Conflict> {
    let mut changes = Vec::new();
    for file in &desired.files {
        let (path, before, after, executable) = match file {
            File::Prerun { before, block } => {
                let after = block.put_into(before.as_deref()).map_err(|why| match why {
                    Unmanageable::Edited => Conflict::EditedBlock,
                    Unmanageable::Broken => Conflict::BrokenBlock,
                })?;
                (prerun::PATH.into(), before.clone(), Some(after), true)
            }
            File::Whole { path, before, after, executable } => {
                (path.clone(), before.clone(), after.clone(), *executable)
            }
        };
        match (before, after) {
            (before, Some(after)) if before.as_ref() != Some(&after) => {
                changes.push(Change::FileWrite { path, before, after, executable });
            }
            (Some(before), None) => changes.push(Change::FileRemove { path, before }),
            _ => {}
        }
    }
    Ok(changes)
}

fn rebuild(
    desired: &Desired,
    facts: &Facts,
    changes: &[Change],
    notes: &mut Vec<Note>,
) -> Result<Option<Change>, Conflict> {
    let app = &facts.app.name;
    let asked = desired.rebuild == RebuildWhen::Always;
    if !facts.app.has_buildpacks() {
        return if asked { Err(Conflict::NoSlug(app.clone())) } else { Ok(None) };
    }
    if !asked && !is_due(facts, changes) {
        return Ok(None);
    }
    let Some(deployed) = deployed::slug(facts) else {
        return if asked { Err(Conflict::NeverDeployed(app.clone())) } else { Ok(None) };
    };
    if !asked && deployed::pending_build(facts).is_some() && !changes.iter().any(is_compiled_in) {
        notes.push(Note::new(codes::BUILD_UNDER_WAY, "a build is under way: it takes the changes in"));
        return Ok(None);
    }
    if desired.rebuild == RebuildWhen::Never {
        notes.push(Note::new(
            codes::REBUILD_DUE,
            "what is compiled into the slug changes with the next deploy or `dd-heroku rebuild`",
        ));
        return Ok(None);
    }
    let commit = desired.commit.as_deref().or_else(|| deployed::commit(facts));
    let build = deployed::build(facts).filter(|build| build.slug.as_deref() == Some(deployed));
    let source = desired.source.as_ref().map(|source| source.of(commit)).or_else(|| {
        let build = build.filter(|build| build.commit.as_deref() == commit)?;
        build.source_url.clone().map(Source::LastBuild)
    });
    let (Some(commit), Some(source)) = (commit, source) else {
        if asked {
            return Err(Conflict::NoSource(app.clone()));
        }
        let message = format!(
            "what is compiled into the slug changes with the next deploy: the source of what runs is not at hand \
             (run `dd-heroku rebuild` in the checkout of `{app}`, or with `--source-url`)"
        );
        notes.push(Note::new(codes::REBUILD_DUE, message));
        return Ok(None);
    };
    Ok(Some(Change::Rebuild(Rebuild {
        commit: commit.to_owned(),
        release: deployed::deploy(facts).map(|release| release.version),
        slug_size: facts.slug.as_ref().and_then(|slug| slug.size).or(facts.app.slug_size),
        source,
        clear_cache: desired.clear_cache,
        expects: desired.expects.clone(),
    })))
}

/// Whether the slug will not hold what it should once `changes` are applied.
fn is_due(facts: &Facts, changes: &[Change]) -> bool {
    changes.iter().any(is_compiled_in) || !deployed::rebuild_due(facts).is_empty()
}

/// Whether a change is of something that is compiled into the slug.
fn is_compiled_in(change: &Change) -> bool {
    match change {
        Change::BuildpacksSet { .. } => true,
        Change::ConfigSet { key, .. } | Change::ConfigUnset { key, .. } => options::needs_rebuild(key),
        _ => false,
    }
}

/// The buildpack that installs the Agent: the official one unless a URL is given, pinned when a release is named.
pub fn agent_buildpack(url: Option<&str>, release: Option<&str>) -> Buildpack {
    let url = url.unwrap_or(DATADOG);
    match release {
        Some(release) => Buildpack::of(&format!("{}#{release}", url.split('#').next().unwrap_or(url))),
        None => Buildpack::of(url),
    }
}
