//! The rebuild: whether it is needed, of which commit, from which source.

use jiff::{SignedDuration, Timestamp};

use super::Conflict;
use crate::app::change::{Change, Rebuild, Source};
use crate::app::codes;
use crate::app::deployed::{self, UnderWay};
use crate::app::desired::{Desired, Note, RebuildWhen};
use crate::app::facts::{Build, Facts, Release};

/// How long ago what was built counts as built just now.
const JUST: SignedDuration = SignedDuration::from_mins(10);

pub(super) fn change(
    desired: &Desired,
    facts: &Facts,
    changes: &[Change],
    notes: &mut Vec<Note>,
) -> Result<Option<Change>, Conflict> {
    let app = &facts.app.name;
    let is_asked = desired.rebuild.is_asked();
    if !facts.app.has_buildpacks() {
        return if is_asked { Err(Conflict::without_buildpacks(&facts.app)) } else { Ok(None) };
    }
    if !is_asked && !is_due(facts, changes) {
        return Ok(None);
    }
    if let Some(build) = adopted(desired, facts, changes) {
        if desired.rebuild == RebuildWhen::Never {
            notes.push(Note::new(codes::BUILD_UNDER_WAY, "a build is under way: it takes the changes in"));
            return Ok(None);
        }
        return Ok(Some(Change::Rebuild(Rebuild {
            commit: build.commit.clone().unwrap_or_default(),
            release: deployed::deploy(facts).map(|release| release.version),
            slug_size: None,
            source: Source::UnderWay(build.id.clone()),
            last_build: None,
            clear_cache: false,
            expects: desired.expects.clone(),
        })));
    }
    let Some(deployed) = deployed::slug(facts) else {
        return if is_asked { Err(Conflict::NeverDeployed(app.clone())) } else { Ok(None) };
    };
    if desired.rebuild == RebuildWhen::Asked
        && let Some((build, release)) = just_built(desired, facts, changes)
    {
        let commit = build.commit.as_deref().unwrap_or_default();
        let message = format!(
            "v{} was built of {} less than ten minutes ago, with the settings of now; to build it once more: \
             dd-heroku rebuild --force -a {app}",
            release.version,
            commit.get(..7).unwrap_or(commit)
        );
        notes.push(Note::new(codes::JUST_BUILT, message));
        return Ok(None);
    }
    if desired.rebuild == RebuildWhen::Never {
        notes.push(Note::new(
            codes::REBUILD_DUE,
            format!(
                "what is compiled into the slug changes with the next deploy or `dd-heroku rebuild -a {app}`"
            ),
        ));
        return Ok(None);
    }
    let commit = desired.commit.as_deref().or_else(|| deployed::commit(facts));
    let build = deployed::build(facts).filter(|build| build.slug.as_deref() == Some(deployed));
    let last_build =
        build.filter(|build| build.commit.as_deref() == commit).and_then(|build| build.source_url.clone());
    let source = desired.source.as_ref().map(|source| source.of(commit));
    let source = source.or_else(|| last_build.clone().map(Source::LastBuild));
    let (Some(commit), Some(source)) = (commit, source) else {
        if is_asked {
            return Err(Conflict::NoSource(app.clone()));
        }
        let message = format!(
            "what is compiled into the slug changes with the next deploy: the source of what runs is not available \
             (run `dd-heroku rebuild -a {app}` in its checkout, or with `--source-url`)"
        );
        notes.push(Note::new(codes::REBUILD_DUE, message));
        return Ok(None);
    };
    Ok(Some(Change::Rebuild(Rebuild {
        commit: commit.to_owned(),
        release: deployed::deploy(facts).map(|release| release.version),
        slug_size: facts.slug.as_ref().and_then(|slug| slug.size).or(facts.app.slug_size),
        last_build: last_build.filter(|_| source == Source::Checkout),
        source,
        clear_cache: desired.clear_cache,
        expects: desired.expects.clone(),
    })))
}

/// The build under way, or the one whose release phase runs, when it is what a rebuild would make: started after the last
/// setting that is compiled in was changed, of the same commit. A second one at the same time would be of no use.
fn adopted<'f>(desired: &Desired, facts: &'f Facts, changes: &[Change]) -> Option<&'f Build> {
    if desired.clear_cache || changes.iter().any(|change| is_compiled_in(facts, change)) {
        return None;
    }
    let build = match deployed::under_way(facts)? {
        UnderWay::Build(build) => build,
        UnderWay::Release(release) => {
            facts.builds.iter().flatten().find(|build| build.release.as_ref() == Some(&release.id))?
        }
    };
    let is_of_commit = desired.commit.as_deref().is_none_or(|commit| build.commit.as_deref() == Some(commit));
    let is_later = deployed::compiled_changes(facts, build).next().is_none();
    // Heroku may list the buildpacks of a build only when it has ended.
    let list = facts.buildpacks.as_deref().filter(|_| !build.buildpacks.is_empty());
    let has_buildpacks = list.is_none_or(|list| deployed::built_with(build, list));
    (is_of_commit && is_later && has_buildpacks).then_some(build)
}

/// The build of what runs, and its release, when a rebuild would make the same and that was made in the last minutes: a
/// command that is run again after it was cut off does not build twice.
fn just_built<'f>(
    desired: &Desired,
    facts: &'f Facts,
    changes: &[Change],
) -> Option<(&'f Build, &'f Release)> {
    let is_elsewhere = matches!(desired.source, Some(Source::Url(_)));
    if desired.clear_cache || is_elsewhere || is_due(facts, changes) {
        return None;
    }
    let build = deployed::build(facts)?;
    let release =
        facts.releases.iter().flatten().find(|release| build.release.as_ref() == Some(&release.id))?;
    let made: Timestamp = release.created_at.parse().ok()?;
    let is_of_commit = desired.commit.as_deref().is_none_or(|commit| build.commit.as_deref() == Some(commit));
    let is_recent = facts.read_at.duration_since(made).abs() < JUST;
    (is_of_commit && is_recent).then_some((build, release))
}

/// Whether the slug will not hold what it should once `changes` are applied.
fn is_due(facts: &Facts, changes: &[Change]) -> bool {
    changes.iter().any(|change| is_compiled_in(facts, change)) || !deployed::rebuild_due(facts).is_empty()
}

/// Whether a change is of something that is compiled into the slug.
fn is_compiled_in(facts: &Facts, change: &Change) -> bool {
    match change {
        Change::BuildpacksSet { .. } => true,
        Change::ConfigSet { key, .. } | Change::ConfigUnset { key, .. } => {
            deployed::is_compiled_in(facts, key)
        }
        _ => false,
    }
}
