//! One-off dynos, and what the app's checkout says.

use super::{Finding, Input, config};
use crate::app::buildpack::{Buildpack, Role};
use crate::app::desired::{Desired, File};
use crate::app::prerun::Block;
use crate::app::{codes, order};
use crate::platform::dyno::ONE_OFF;

pub(super) fn find(input: &Input<'_>) -> Vec<Finding> {
    if !input.facts.app.has_buildpacks() {
        return Vec::new();
    }
    [one_off(input), review_apps(input)].into_iter().flatten().collect()
}

fn one_off(input: &Input<'_>) -> Option<Finding> {
    let vars = input.facts.config.as_ref()?;
    if vars.get("DD_HEROKU_SKIP_DYNOS").is_some() {
        return None;
    }
    let installed = order::installed(input.facts.buildpacks.as_deref()?)?;
    let fix = if installed.role() == Role::Ours {
        config([("DD_HEROKU_SKIP_DYNOS", Some(ONE_OFF.join(",").as_str()))])
    } else {
        let prerun = &input.checkout?.prerun;
        // A script that somebody wrote may well do it; ours says so.
        let there = prerun.as_deref().map(Block::read).transpose().ok()?.flatten();
        let mentions = prerun.as_deref().is_some_and(|text| text.contains("DISABLE_DATADOG_AGENT"));
        if there.as_ref().is_some_and(|block| !block.skip.is_empty()) || mentions {
            return None;
        }
        let block = Block { skip: ONE_OFF.map(str::to_owned).to_vec(), ..there.unwrap_or_default() };
        Desired { files: vec![File::Prerun { before: prerun.clone(), block }], ..Desired::default() }
    };
    let evidence = "nothing keeps it off run, release and scheduler dynos";
    Finding::new(codes::ONE_OFF_DYNOS, evidence).map(|finding| finding.fixed_by(fix))
}

/// Review apps are made from `app.json`.
fn review_apps(input: &Input<'_>) -> Option<Finding> {
    let text = input.checkout?.app_json.as_ref()?;
    let json: serde_json::Value = serde_json::from_str(text).ok()?;
    let listed = json["buildpacks"].as_array().filter(|listed| !listed.is_empty())?;
    let installs =
        |one: &serde_json::Value| one["url"].as_str().is_some_and(|url| Buildpack::of(url).installs_agent());
    if listed.iter().any(installs) || !input.facts.buildpacks.iter().flatten().any(Buildpack::installs_agent)
    {
        return None;
    }
    let names: Vec<_> = listed
        .iter()
        .filter_map(|one| one["url"].as_str())
        .map(|url| Buildpack::of(url).to_string())
        .collect();
    Finding::new(codes::APP_JSON, format!("app.json lists {}", names.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{built_with, codes, found, input, left, sound};
    use super::super::{Checkout, Input, find};
    use super::*;

    #[test]
    fn one_off_dynos_with_an_agent_are_found() {
        let facts = sound();
        let skipping = Block { skip: vec!["run".into()], ..Block::default() }.put_into(None).unwrap();
        for (prerun, is_found) in [
            (None, true),
            (Some("echo hi\n".to_owned()), true),
            (Some(skipping), false),
            (Some("case $DYNO in run.*) DISABLE_DATADOG_AGENT=1;; esac\n".to_owned()), false),
        ] {
            let checkout = Checkout { prerun, app_json: None };
            let findings = find(&Input { checkout: Some(&checkout), ..input(&facts) });
            assert_eq!(codes(&findings).contains(&codes::ONE_OFF_DYNOS), is_found, "{checkout:?}");
        }
        let ours = built_with(&["https://example.org/dd-heroku.tgz", "heroku/ruby"]);
        assert_eq!(codes(&found(&ours)), [codes::ONE_OFF_DYNOS]);
        assert_eq!(left(ours), [""; 0]);
    }

    #[test]
    fn review_apps_without_the_agent_are_found() {
        let facts = sound();
        for (app_json, is_found) in [
            (r#"{"buildpacks":[{"url":"heroku/ruby"}]}"#, true),
            (
                r#"{"buildpacks":[{"url":"https://github.com/DataDog/heroku-buildpack-datadog"},{"url":"heroku/ruby"}]}"#,
                false,
            ),
            (r#"{"name":"shop"}"#, false),
            ("not json", false),
        ] {
            let prerun = Some("DISABLE_DATADOG_AGENT".to_owned());
            let checkout = Checkout { prerun, app_json: Some(app_json.to_owned()) };
            let findings = find(&Input { checkout: Some(&checkout), ..input(&facts) });
            assert_eq!(codes(&findings).contains(&codes::APP_JSON), is_found, "{app_json}");
        }
    }
}
