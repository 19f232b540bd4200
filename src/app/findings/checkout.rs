//! One-off dynos, which a file of the app's checkout keeps free of the Agent.

use super::{Finding, config};
use crate::app::buildpack::Role;
use crate::app::codes;
use crate::app::desired::{Desired, File};
use crate::app::facts::Facts;
use crate::app::prerun::Block;
use crate::env;
use crate::platform::dyno::ONE_OFF;

pub(super) fn find(facts: &Facts) -> Vec<Finding> {
    if !facts.app.has_buildpacks() {
        return Vec::new();
    }
    one_off(facts).into_iter().collect()
}

fn one_off(facts: &Facts) -> Option<Finding> {
    let vars = facts.config.as_ref()?;
    let is_ours = facts.agent_buildpack()?.role() == Role::Ours;
    // Datadog's buildpack does not know the variable.
    if is_ours && vars.get(env::DD_HEROKU_SKIP_DYNOS).is_some() {
        return None;
    }
    let fix = if is_ours {
        config([(env::DD_HEROKU_SKIP_DYNOS, Some(ONE_OFF.join(",").as_str()))])
    } else {
        let prerun = facts.matching_checkout()?.prerun();
        // A script that somebody wrote may well do it; ours says so.
        let existing = prerun.map(Block::read).transpose().ok()?.flatten();
        let mentions = prerun.is_some_and(|text| text.contains(env::DISABLE_DATADOG_AGENT));
        if existing.as_ref().is_some_and(|block| !block.skip.is_empty()) || mentions {
            return None;
        }
        let block = Block { skip: ONE_OFF.map(str::to_owned).to_vec(), ..existing.unwrap_or_default() };
        Desired { files: vec![File::Prerun { block, force: false }], ..Desired::default() }
    };
    let evidence = "nothing keeps it off run, release and scheduler dynos";
    Finding::new(codes::ONE_OFF_DYNOS, evidence).map(|finding| finding.fixed_by(fix))
}

#[cfg(test)]
mod tests {
    use super::super::find;
    use super::super::testing::{built_with, codes, diagnose, left, sound};
    use super::*;
    use crate::app::facts::Checkout;
    use crate::app::prerun;

    /// The app with its own checkout, which holds these files.
    fn holding(files: &[(&str, Option<String>)]) -> Facts {
        let files = files.iter().filter_map(|(path, text)| Some(((*path).to_owned(), text.clone()?)));
        Facts { checkout: Some(Checkout { files: files.collect(), ..Checkout::default() }), ..sound() }
    }

    #[test]
    fn one_off_dynos_with_an_agent_are_found() {
        let skipping = Block { skip: vec!["run".into()], ..Block::default() }.put_into(None).unwrap();
        for (prerun, is_reported) in [
            (None, true),
            (Some("echo hi\n".to_owned()), true),
            (Some(skipping), false),
            (Some("case $DYNO in run.*) DISABLE_DATADOG_AGENT=1;; esac\n".to_owned()), false),
        ] {
            let said = format!("{prerun:?}");
            let findings = find(&holding(&[(prerun::PATH, prerun)]));
            assert_eq!(codes(&findings).contains(&codes::ONE_OFF_DYNOS), is_reported, "{said}");
        }
        let mut unknown = holding(&[(prerun::PATH, None)]);
        unknown.config.as_mut().unwrap().set("DD_HEROKU_SKIP_DYNOS", Some("run"));
        assert_eq!(codes(&find(&unknown)), [codes::ONE_OFF_DYNOS], "Datadog's buildpack does not read it");
        let ours = built_with(&["https://example.org/dd-heroku.tgz", "heroku/ruby"]);
        assert_eq!(codes(&diagnose(&ours)), [codes::ONE_OFF_DYNOS]);
        assert_eq!(left(ours), [""; 0]);
    }
}
