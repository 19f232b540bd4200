//! What is compiled into the slug, and its size.

use crate::app::facts::Facts;
use std::collections::BTreeMap;

use super::{Finding, compiled};
use crate::app::booleans::is_off;
use crate::app::desired::{Desired, RebuildWhen};
use crate::app::{codes, deployed};
use crate::env;
use crate::platform::Stage;
use crate::secret::Secret;

/// Heroku refuses slugs of more than 500 MB; from here on the owner should know.
const NEAR: u64 = 450_000_000;

pub(super) fn find(facts: &Facts) -> Vec<Finding> {
    if !facts.app.has_buildpacks() {
        return Vec::new();
    }
    [due(facts), failed_release(facts), apm_off(facts), size(facts)].into_iter().flatten().collect()
}

fn due(facts: &Facts) -> Option<Finding> {
    let reasons = deployed::rebuild_due(facts);
    if reasons.is_empty() || deployed::under_way(facts).is_some() {
        return None;
    }
    let fix = Desired { rebuild: RebuildWhen::Due, ..Desired::default() };
    let evidence = format!("changed since the slug was compiled: {}", reasons.join(", "));
    Finding::new(codes::REBUILD_DUE, evidence).map(|finding| finding.fixed_by(fix))
}

fn failed_release(facts: &Facts) -> Option<Finding> {
    let failed = deployed::failed_release(facts)?;
    let running = deployed::release(facts).map(|release| format!("; v{} runs", release.version));
    let evidence =
        format!("v{} ({}) failed{}", failed.version, failed.description, running.unwrap_or_default());
    Finding::new(codes::RELEASE_FAILED, evidence)
}

fn apm_off(facts: &Facts) -> Option<Finding> {
    let config = facts.config.as_ref()?;
    let stage = &facts.coupling.as_ref()?.as_ref()?.stage;
    if !is_off(config, env::DD_APM_ENABLED) || deployed::build(facts).is_none() {
        return None;
    }
    let wanting: Vec<_> = facts
        .neighbors
        .iter()
        .flatten()
        .filter(|other| Stage::parse(&other.stage) > Stage::parse(stage))
        .filter(|other| !is_off(&other.config, env::DD_APM_ENABLED))
        .map(|other| other.app.as_str())
        .collect();
    if wanting.is_empty() {
        return None;
    }
    let evidence = format!("DD_APM_ENABLED=false where the slug of {} is compiled", wanting.join(", "));
    let fix = compiled(BTreeMap::from([(env::DD_APM_ENABLED.to_owned(), None)]));
    Finding::new(codes::APM_OFF_HERE, evidence).map(|finding| finding.fixed_by(fix))
}

fn size(facts: &Facts) -> Option<Finding> {
    let size = facts.slug.as_ref().and_then(|slug| slug.size).or(facts.app.slug_size)?;
    if size < NEAR || facts.agent_buildpack().is_none() {
        return None;
    }
    let may_be_slim = facts.has_our_buildpack() && !deployed::is_slim(facts);
    let saving = facts.slim_saving.filter(|_| may_be_slim).map(|saving| {
        format!("; a slim build would leave out {} MB of the unpacked Agent", saving / 1_000_000)
    });
    let evidence = format!("{} MB of 500 MB{}", size / 1_000_000, saving.unwrap_or_default());
    let finding = Finding::new(codes::SLUG_NEAR_LIMIT, evidence)?;
    Some(if may_be_slim {
        let slim = (env::DD_HEROKU_SLIM.to_owned(), Some(Secret::new("true")));
        finding.fixed_by(compiled(BTreeMap::from([slim])))
    } else {
        finding
    })
}

#[cfg(test)]
mod tests {
    use super::super::find;
    use super::super::testing::{codes, diagnose, list, release, sound, vars, with};
    use crate::app::codes;
    use crate::app::desired::RebuildWhen;
    use crate::app::facts::{Coupling, Status};
    use crate::app::facts::{Facts, Neighbor};
    use crate::env;

    #[test]
    fn a_slug_that_is_behind_its_settings_is_found() {
        for (description, is_reported) in [
            ("Set DD_APM_ENABLED config vars", true),
            ("Unset DD_AGENT_VERSION config vars", true),
            ("Set DD_SITE config vars", false),
        ] {
            let mut facts = sound();
            facts.releases.as_mut().unwrap().insert(0, release(2, description, "2026-11-19T10:00:00Z"));
            let findings = diagnose(&facts);
            assert_eq!(codes(&findings).contains(&codes::REBUILD_DUE), is_reported, "{description}");
            assert!(findings.iter().all(|finding| finding.fix.as_ref().unwrap().rebuild == RebuildWhen::Due));
        }
        let mut added = sound();
        added.builds.as_mut().unwrap()[0].buildpacks = vec!["heroku/ruby".into()];
        assert_eq!(codes(&diagnose(&added)), [codes::REBUILD_DUE]);
        let mut pending = added.builds.as_ref().unwrap()[0].clone();
        (pending.status, pending.slug) = (Status::Pending, None);
        added.builds.as_mut().unwrap().insert(0, pending);
        assert_eq!(codes(&diagnose(&added)), [""; 0]);
    }

    #[test]
    fn traces_that_are_compiled_out_upstream_are_found_where_the_slug_is_built() {
        let mut staging = with(&[("DD_APM_ENABLED", "false")]);
        staging.coupling = Some(Some(Coupling { pipeline: "p".into(), stage: "staging".into() }));
        let neighbor = |stage: &str, config: &[(&str, &str)]| Neighbor {
            app: "prod".into(),
            stage: stage.into(),
            config: vars(config),
        };
        for (other, is_reported) in [
            (neighbor("production", &[]), true),
            (neighbor("production", &[("DD_APM_ENABLED", "false")]), false),
            (neighbor("review", &[]), false),
        ] {
            let pipeline = vec![other];
            let findings = find(&Facts { neighbors: Some(pipeline.clone()), ..staging.clone() });
            assert_eq!(codes(&findings).contains(&codes::APM_OFF_HERE), is_reported, "{pipeline:?}");
        }
    }

    #[test]
    fn a_large_slug_is_found() {
        let mut large = sound();
        large.app.slug_size = Some(489_000_000);
        assert_eq!(codes(&diagnose(&large)), [codes::SLUG_NEAR_LIMIT]);
        let near = |facts: &Facts| {
            find(facts).into_iter().find(|finding| finding.about.code == codes::SLUG_NEAR_LIMIT)
        };
        let fix = |facts: &Facts| Some(near(facts)?.fix?.config.contains_key(env::DD_HEROKU_SLIM));
        assert_eq!(fix(&large), None);
        // Our buildpack can do something about it, once.
        large.buildpacks = Some(list(&["https://example.com/dd-heroku-buildpack.tgz", "heroku/ruby"]));
        assert_eq!(fix(&large), Some(true));
        large.slim_saving = Some(295_100_000);
        let evidence = near(&large).unwrap().evidence;
        assert_eq!(evidence, "489 MB of 500 MB; a slim build would leave out 295 MB of the unpacked Agent");
        large.config.get_or_insert_default().set(env::DD_HEROKU_SLIM, Some("auto"));
        assert_eq!(fix(&large), None);
        large.buildpacks = Some(list(&["heroku/ruby"]));
        assert!(!codes(&diagnose(&large)).contains(&codes::SLUG_NEAR_LIMIT));
    }
}
