//! What the tests of the findings share: an app in order, and what is found when it is not.

use super::{Finding, find};
use crate::app::Buildpack;
use crate::app::buildpack::DATADOG;
use crate::app::desired::File;
use crate::app::facts::{App, Build, ConfigVars, Facts, Key, KeyVerdict, Release, Status};
use crate::app::prerun;
use crate::datadog::Site;
use crate::platform::feature::DYNO_METADATA;

pub(super) const KEY: &str = "0123456789abcdef0123456789ab3f9a";

pub(super) fn vars(vars: &[(&str, &str)]) -> ConfigVars {
    vars.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

pub(super) fn list(references: &[&str]) -> Vec<Buildpack> {
    references.iter().map(|reference| Buildpack::of(reference)).collect()
}

/// An app with nothing to find.
pub(super) fn sound() -> Facts {
    let buildpacks = [DATADOG, "heroku/ruby"];
    let at = "2026-11-18T10:00:00Z";
    Facts {
        app: App {
            name: "shop".into(),
            stack: "heroku-24".into(),
            build_stack: "heroku-24".into(),
            slug_size: Some(121_000_000),
            ..App::default()
        },
        config: Some(vars(&[("DD_API_KEY", KEY), ("DD_SITE", "datadoghq.com"), ("DD_DYNO_HOST", "true")])),
        buildpacks: Some(list(&buildpacks)),
        features: Some([(DYNO_METADATA.to_owned(), true)].into()),
        formation: Some(Vec::new()),
        releases: Some(vec![release(1, "Deploy 60883d9f", at)]),
        builds: Some(vec![Build {
            id: "build".into(),
            status: Status::Succeeded,
            commit: Some("60883d9e8947a57e04dc9124f25df004866a2051".into()),
            source_url: None,
            buildpacks: buildpacks.map(String::from).into(),
            slug: Some("slug".into()),
            release: None,
            stack: "heroku-24".into(),
            created_at: at.into(),
            output_stream_url: None,
        }]),
        drains: Some(Vec::new()),
        key: Some(key(KeyVerdict::Accepted)),
        addons: Some(Vec::new()),
        attachments: Some(Vec::new()),
        coupling: Some(None),
        ..Facts::default()
    }
}

/// A release of the slug that runs.
pub(super) fn release(version: u64, description: &str, at: &str) -> Release {
    Release {
        id: version.to_string(),
        version,
        description: description.into(),
        status: Status::Succeeded,
        current: version == 1,
        slug: Some("slug".into()),
        created_at: at.into(),
        output_stream_url: None,
    }
}

/// The same app with more config vars.
pub(super) fn with(more: &[(&str, &str)]) -> Facts {
    let mut facts = sound();
    let config = facts.config.get_or_insert_default();
    for (name, value) in more {
        config.set(name, Some(*value).filter(|value| !value.is_empty()));
    }
    facts
}

/// The same app with other buildpacks, which the slug was compiled with.
pub(super) fn built_with(references: &[&str]) -> Facts {
    let mut facts = sound();
    facts.buildpacks = Some(list(references));
    facts.builds.iter_mut().flatten().for_each(|build| {
        build.buildpacks = references.iter().map(|reference| (*reference).to_owned()).collect();
    });
    facts
}

/// The same app with another answer of Datadog's about its key.
pub(super) fn with_verdict(facts: Facts, verdict: KeyVerdict) -> Facts {
    Facts { key: Some(key(verdict)), ..facts }
}

fn key(verdict: KeyVerdict) -> Key {
    Key { source: Ok(None), site: Ok(Site::default()), verdict }
}

pub(super) fn diagnose(facts: &Facts) -> Vec<Finding> {
    find(facts)
}

pub(super) fn codes(findings: &[Finding]) -> Vec<&'static str> {
    findings.iter().map(|finding| finding.about.code).collect()
}

/// The codes of an app, its fixes carried out on the config vars: what is left.
pub(super) fn left(mut facts: Facts) -> Vec<&'static str> {
    let fix = super::fix(&diagnose(&facts));
    let config = facts.config.get_or_insert_default();
    for (name, value) in fix.config {
        config.set(&name, value.as_ref().map(crate::secret::Secret::expose));
    }
    facts.features.get_or_insert_default().extend(fix.features);
    if let crate::app::desired::Buildpacks::Exactly(list) = fix.buildpacks {
        facts.builds.iter_mut().flatten().for_each(|build| {
            build.buildpacks = list.iter().map(|buildpack| buildpack.url.clone()).collect();
        });
        facts.buildpacks = Some(list);
    }
    if let Some(checkout) = &mut facts.checkout {
        for file in fix.files {
            if let File::Prerun { block, .. } = file {
                let text = block.put_into(checkout.prerun()).expect("a block that nobody edited");
                checkout.files.insert(prerun::PATH.to_owned(), text);
            }
        }
    }
    codes(&diagnose(&facts))
}

#[test]
fn an_app_in_order_has_no_findings() {
    assert_eq!(codes(&diagnose(&sound())), [""; 0]);
}
