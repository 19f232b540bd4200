//! Dynos whose memory is little for the app and several agents.

use super::Finding;
use crate::app::booleans::{is_off, is_on};
use crate::app::buildpack::Role;
use crate::app::codes;
use crate::app::facts::{Facts, Process};
use crate::datadog::skip_dynos;
use crate::env;
use crate::platform::dyno;
use crate::platform::size::memory_mb;

/// Dynos of this size in MB (Eco, Basic, Standard-1X) have no room for traces and processes in addition to an app.
const SMALL: u32 = 512;

pub(super) fn find(facts: &Facts) -> Vec<Finding> {
    small_dynos(facts).into_iter().collect()
}

fn small_dynos(facts: &Facts) -> Option<Finding> {
    let config = facts.config.as_ref()?;
    let agent = facts.agent_buildpack().filter(|_| facts.app.has_buildpacks())?;
    let runs = config.get(env::DISABLE_DATADOG_AGENT).is_none();
    if !runs || is_off(config, env::DD_APM_ENABLED) || !is_on(facts, env::DD_PROCESS_AGENT) {
        return None;
    }
    // Only ours knows the variable.
    let skipped = config.get(env::DD_HEROKU_SKIP_DYNOS).filter(|_| agent.role() == Role::Ours);
    let skipped = skip_dynos::patterns(skipped.unwrap_or_default(), &dyno::ONE_OFF);
    let is_skipped = |kind: &str| skipped.iter().any(|pattern| dyno::matches(pattern, kind));
    let is_small = |process: &&Process| {
        process.quantity > 0
            && memory_mb(&process.size).is_some_and(|memory| memory <= SMALL)
            && !is_skipped(&process.kind)
    };
    let small = facts.formation.iter().flatten().filter(is_small);
    let small: Vec<_> = small.map(|process| format!("{} ({})", process.kind, process.size)).collect();
    if small.is_empty() {
        return None;
    }
    let evidence = format!("{SMALL} MB or less, with traces and DD_PROCESS_AGENT on: {}", small.join(", "));
    Finding::new(codes::SMALL_DYNO, evidence)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{codes, diagnose, list, with};
    use super::*;
    use crate::app::buildpack::DATADOG;
    use crate::app::facts::Checkout;
    use crate::app::nested::LIST;

    #[test]
    fn small_dynos_with_traces_and_processes_are_found() {
        let processes = ("DD_PROCESS_AGENT", "true");
        let web = |size: &str, quantity| Process { kind: "web".into(), quantity, size: size.into() };
        for (vars, dyno, is_reported) in [
            (&[processes][..], web("Standard-1X", 1), true),
            (&[processes], web("Eco", 2), true),
            (&[processes], web("basic", 1), true),
            (&[processes], web("Standard-2X", 1), false),
            (&[processes], web("Standard-1X", 0), false),
            (&[], web("Standard-1X", 1), false),
            (&[processes, ("DD_APM_ENABLED", "false")], web("Standard-1X", 1), false),
        ] {
            let facts = Facts { formation: Some(vec![dyno.clone()]), ..with(vars) };
            let reported = codes(&diagnose(&facts)).contains(&codes::SMALL_DYNO);
            assert_eq!(reported, is_reported, "{vars:?} {dyno:?}");
        }
    }

    #[test]
    fn dynos_that_the_runtime_skips_are_not_reported() {
        const OURS: &str = "https://example.com/dd-heroku.tgz";
        const MULTI: &str = "https://github.com/heroku/heroku-buildpack-multi.git";
        let formation = vec![Process { kind: "web".into(), quantity: 1, size: "Basic".into() }];
        for (buildpacks, skipped, is_reported) in [
            (vec![OURS, "heroku/ruby"], "run,\twe*", false),
            (vec![OURS, "heroku/ruby"], "true", true),
            // Datadog's own does not know the variable.
            (vec![DATADOG, "heroku/ruby"], "we*", true),
            (vec![MULTI], "run", true),
            (vec![MULTI], "web", false),
            (vec!["heroku/ruby"], "run", false),
        ] {
            let vars = [("DD_PROCESS_AGENT", "true"), ("DD_HEROKU_SKIP_DYNOS", skipped)];
            let files = [(LIST.to_owned(), format!("{OURS}\nheroku/ruby\n"))].into();
            let facts = Facts {
                formation: Some(formation.clone()),
                buildpacks: Some(list(&buildpacks)),
                checkout: Some(Checkout { files, ..Checkout::default() }),
                ..with(&vars)
            };
            let reported = codes(&diagnose(&facts)).contains(&codes::SMALL_DYNO);
            assert_eq!(reported, is_reported, "{buildpacks:?} {skipped}");
        }
    }
}
