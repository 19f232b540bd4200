//! The telemetry drain of a Fir app: one to Datadog, to the app's site, with its key.

use super::{Finding, destination};
use crate::app::desired::{Desired, Telemetry};
use crate::app::facts::{Facts, Generation};
use crate::app::telemetry::{self, Signal};
use crate::app::{codes, facts::TelemetryDrain};
use crate::datadog::{ApiKey, Site};

pub(super) fn find(facts: &Facts) -> Vec<Finding> {
    let existing = facts.telemetry_drains.as_deref().filter(|_| facts.app.generation == Generation::Fir);
    let Some(existing) = existing else { return Vec::new() };
    let ours: Vec<_> = telemetry::to_datadog(existing).collect();
    let destination = destination(facts);
    let (code, evidence) = match (ours.as_slice(), &destination) {
        ([], Some(_)) => (codes::NO_TELEMETRY, "no telemetry drain sends to Datadog".to_owned()),
        (several @ [_, _, ..], _) => {
            (codes::TELEMETRY_DIFFERS, format!("{} telemetry drains send to Datadog", several.len()))
        }
        ([drain], Some((site, key))) => match difference(drain, *site, key) {
            Some(evidence) => (codes::TELEMETRY_DIFFERS, evidence),
            None => return Vec::new(),
        },
        ([] | [_], None) => return Vec::new(),
    };
    let fix = destination.map(|(site, key)| {
        let signals = if ours.is_empty() { Signal::ALL.into() } else { [].into() };
        let telemetry = Telemetry::Carry { site, key, signals, exactly: false };
        Desired { telemetry, ..Desired::default() }
    });
    let finding = Finding::new(code, evidence);
    finding.map(|finding| Finding { fix, ..finding }).into_iter().collect()
}

fn difference(drain: &TelemetryDrain, site: Site, key: &ApiKey) -> Option<String> {
    if let Some(other) = telemetry::site(drain).filter(|other| *other != site) {
        return Some(format!("the telemetry drain sends to {other}; the app's site is {site}"));
    }
    let theirs = telemetry::key(drain);
    let shown = theirs.as_ref().map_or_else(|| "no key".to_owned(), ApiKey::masked);
    (theirs.as_ref() != Some(key))
        .then(|| format!("the telemetry drain has {shown}, the app {}", key.masked()))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{KEY, codes, diagnose, sound};
    use super::*;
    use crate::secret::Secret;

    #[test]
    fn telemetry_drains_that_do_not_fit_are_found() {
        let drain = |site: &str, key: &str| TelemetryDrain {
            id: "d".into(),
            signals: vec!["logs".into()],
            exporter: telemetry::EXPORTER.into(),
            endpoint: format!("https://heroku.integrations.otlp.{site}"),
            headers: [("dd-api-key".to_owned(), Secret::new(key))].into(),
        };
        let good = drain("datadoghq.com", KEY);
        for (existing, expected) in [
            (vec![good.clone()], vec![codes::FIR]),
            (vec![], vec![codes::FIR, codes::NO_TELEMETRY]),
            (vec![drain("datadoghq.eu", KEY)], vec![codes::FIR, codes::TELEMETRY_DIFFERS]),
            (vec![drain("datadoghq.com", &"0".repeat(32))], vec![codes::FIR, codes::TELEMETRY_DIFFERS]),
            (vec![good.clone(), good], vec![codes::FIR, codes::TELEMETRY_DIFFERS]),
        ] {
            let mut facts = sound();
            facts.app.generation = Generation::Fir;
            facts.buildpacks = Some(Vec::new());
            facts.telemetry_drains = Some(existing);
            let findings = diagnose(&facts);
            assert_eq!(codes(&findings), expected);
            assert!(
                findings[1..].iter().all(|finding| finding.fix.is_some() && !finding.evidence.contains(KEY))
            );
        }
    }
}
