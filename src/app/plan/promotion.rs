//! Promotion: the slug goes to the next stage of the pipeline.

use super::Conflict;
use crate::app::change::{Change, Promotion, Target};
use crate::app::deployed;
use crate::app::desired::Desired;
use crate::app::facts::{DownstreamApp, Facts, Release, Status};

/// A promotion is needed when the slug is rebuilt, or when an app of the next stage runs another slug.
pub(super) fn change(
    desired: &Desired,
    facts: &Facts,
    changes: &[Change],
) -> Result<Option<Change>, Conflict> {
    if !desired.promote {
        return Ok(None);
    }
    let app = &facts.app.name;
    let Some(coupling) = facts.coupling.as_ref().and_then(Option::as_ref) else {
        return Err(Conflict::NoPipeline(app.clone()));
    };
    let Some(downstream) = facts.downstream.as_ref().and_then(Option::as_ref) else {
        return Err(Conflict::LastStage { app: app.clone(), stage: coupling.stage.clone() });
    };
    let is_rebuilt = changes.iter().any(|change| matches!(change, Change::Rebuild(_)));
    let due = downstream.apps.iter().filter(|app| is_rebuilt || !runs_our_slug(facts, app));
    let targets: Vec<_> = due
        .map(|app| Target {
            id: app.id.clone(),
            name: app.name.clone(),
            release: app
                .releases
                .first()
                .filter(|release| !is_rebuilt && is_under_way(facts, release))
                .map(|release| release.id.clone()),
        })
        .collect();
    Ok((!targets.is_empty()).then(|| {
        Change::Promote(Promotion {
            pipeline: downstream.pipeline.clone(),
            source: facts.app.id.clone(),
            stage: downstream.stage.clone(),
            targets,
        })
    }))
}

/// Whether an app downstream runs the slug that this app runs: its newest deploy promoted one of our releases of that
/// slug. Heroku describes it as `Promote APP v41 60883d9f`.
fn runs_our_slug(facts: &Facts, downstream: &DownstreamApp) -> bool {
    let current = downstream.releases.iter().find(|release| release.current);
    let Some(slug) = current.and_then(|release| release.slug.as_deref()) else { return false };
    let deploy = downstream
        .releases
        .iter()
        .rfind(|release| release.slug.as_deref() == Some(slug) && release.status == Status::Succeeded);
    deployed::slug(facts) == Some(slug) || deploy.is_some_and(|release| is_of_our_slug(facts, release))
}

/// Whether a release downstream promotes the slug that this app runs, and its release phase runs.
fn is_under_way(facts: &Facts, release: &Release) -> bool {
    release.status == Status::Pending && is_of_our_slug(facts, release)
}

/// Whether a release downstream is of the slug that this app runs, by its id or as the promotion of one of our releases.
fn is_of_our_slug(facts: &Facts, release: &Release) -> bool {
    let version = promoted(&release.description, &facts.app.name);
    let source = facts.releases.iter().flatten().find(|ours| Some(ours.version) == version);
    let slugs = [Some(release), source].map(|release| release?.slug.as_deref());
    deployed::slug(facts).is_some_and(|slug| slugs.contains(&Some(slug)))
}

/// The number of the release of `app` that a release's description says was promoted.
fn promoted(description: &str, app: &str) -> Option<u64> {
    let rest = description.strip_prefix("Promote ")?.strip_prefix(app)?.strip_prefix(" v")?;
    rest.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::facts::{App, Coupling, Downstream};

    fn release(version: u64, description: &str, slug: &str, current: bool) -> Release {
        Release {
            id: format!("r{version}"),
            version,
            description: description.into(),
            status: Status::Succeeded,
            current,
            slug: Some(slug.into()),
            created_at: String::new(),
            output_stream_url: None,
        }
    }

    fn staging(downstream: Vec<Release>) -> Facts {
        let app = DownstreamApp { id: "p".into(), name: "shop".into(), releases: downstream };
        Facts {
            app: App { id: "s".into(), name: "shop-staging".into(), ..App::default() },
            releases: Some(vec![
                release(42, "Set DD_ENV config vars", "slug-b", true),
                release(41, "Deploy 60883d9f", "slug-b", false),
                release(40, "Deploy 0123abcd", "slug-a", false),
            ]),
            coupling: Some(Some(Coupling { pipeline: "pipeline".into(), stage: "staging".into() })),
            downstream: Some(Some(Downstream {
                pipeline: "pipeline".into(),
                stage: "production".into(),
                apps: vec![app],
            })),
            ..Facts::default()
        }
    }

    #[test]
    fn a_promotion_is_due_while_the_slug_downstream_is_another_one() {
        let desired = Desired { promote: true, ..Desired::default() };
        for (downstream, is_due) in [
            (vec![], true),
            (vec![release(9, "Promote shop-staging v40 0123abcd", "x", true)], true),
            (vec![release(9, "Promote shop-staging v41 60883d9f", "x", true)], false),
            (vec![release(9, "Promote shop-staging v42 60883d9f", "x", true)], false),
            (vec![release(9, "Promote shop-staging-eu v42 60883d9f", "x", true)], true),
            (vec![release(9, "Deploy 60883d9f", "slug-b", true)], false),
            (
                vec![
                    release(10, "Set A config vars", "x", true),
                    release(9, "Promote shop-staging v41 60883d9f", "x", false),
                ],
                false,
            ),
        ] {
            let said = format!("{downstream:?}");
            let planned = change(&desired, &staging(downstream), &[]).unwrap();
            assert_eq!(planned.is_some(), is_due, "{said}");
        }
    }
}
