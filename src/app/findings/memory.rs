//! Dynos whose memory is little for the app and several agents.

use super::Finding;
use crate::app::booleans::{is_off, is_on};
use crate::app::codes;
use crate::app::facts::{Facts, Process};
use crate::app::order;
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
    let installed = facts.app.has_buildpacks()
        && order::installed(facts.buildpacks.as_deref().unwrap_or_default()).is_some();
    let runs = installed && config.get(env::DISABLE_DATADOG_AGENT).is_none();
    if !runs || is_off(config, env::DD_APM_ENABLED) || !is_on(facts, env::DD_PROCESS_AGENT) {
        return None;
    }
    let skipped = config.get(env::DD_HEROKU_SKIP_DYNOS).unwrap_or_default();
    let is_skipped = |kind: &str| skipped.split([',', ' ']).any(|pattern| dyno::matches(pattern, kind));
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
    use super::super::testing::{codes, diagnose, with};
    use super::*;

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
            (&[processes, ("DD_HEROKU_SKIP_DYNOS", "run, we*")], web("Standard-1X", 1), false),
        ] {
            let facts = Facts { formation: Some(vec![dyno.clone()]), ..with(vars) };
            let reported = codes(&diagnose(&facts)).contains(&codes::SMALL_DYNO);
            assert_eq!(reported, is_reported, "{vars:?} {dyno:?}");
        }
    }
}
