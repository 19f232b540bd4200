//! The rebuild: whether it is due, of which commit, from which source.

use super::Conflict;
use crate::app::change::{Change, Rebuild, Source};
use crate::app::codes;
use crate::app::deployed::{self, UnderWay};
use crate::app::desired::{Desired, Note, RebuildWhen};
use crate::app::facts::Facts;
use crate::datadog::options;

pub(super) fn change(
    desired: &Desired,
    facts: &Facts,
    changes: &[Change],
    notes: &mut Vec<Note>,
) -> Result<Option<Change>, Conflict> {
    let app = &facts.app.name;
    let is_asked = desired.rebuild == RebuildWhen::Always;
    if !facts.app.has_buildpacks() {
        return if is_asked { Err(Conflict::NoSlug(app.clone())) } else { Ok(None) };
    }
    if !is_asked && !is_due(facts, changes) {
        return Ok(None);
    }
    let Some(deployed) = deployed::slug(facts) else {
        return if is_asked { Err(Conflict::NeverDeployed(app.clone())) } else { Ok(None) };
    };
    if let (false, Some(under_way)) =
        (is_asked || changes.iter().any(is_compiled_in), deployed::under_way(facts))
    {
        let message = match under_way {
            UnderWay::Build(_) => "a build is under way: it takes the changes in".to_owned(),
            UnderWay::Release(release) => {
                format!(
                    "release v{} is under way: it takes effect when its release phase succeeds",
                    release.version
                )
            }
        };
        notes.push(Note::new(codes::BUILD_UNDER_WAY, message));
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
        if is_asked {
            return Err(Conflict::NoSource(app.clone()));
        }
        let message = format!(
            "what is compiled into the slug changes with the next deploy: the source of what runs is not available \
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
