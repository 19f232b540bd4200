//! Log drains to Datadog: one, to the app's site, with its key.

use super::{Finding, destination};
use crate::app::desired::{Desired, Drain};
use crate::app::facts::{Facts, Generation};
use crate::app::{codes, drains};
use crate::datadog::drain::{Labels, is_documented, masked};
use crate::datadog::{ApiKey, DrainUrl};
use crate::env;
use crate::platform::feature::RUNTIME_METRICS;

pub(super) fn find(facts: &Facts) -> Vec<Finding> {
    let Some(existing) = facts.drains.as_deref().filter(|_| facts.app.generation == Generation::Cedar) else {
        return Vec::new();
    };
    let (records, ours): (Vec<_>, Vec<_>) = drains::to_datadog(existing).unzip();
    let is_on = facts.features.as_ref().and_then(|features| features.get(RUNTIME_METRICS).copied());
    if ours.is_empty() {
        let evidence = format!("{RUNTIME_METRICS} is on, and no drain sends to Datadog");
        let finding = Finding::new(codes::METRICS_WITHOUT_DRAIN, evidence);
        // A drain costs money: whether to have one is a person's choice. One of another make may serve.
        return finding.filter(|_| is_on == Some(true) && existing.is_empty()).into_iter().collect();
    }
    let urls = records.iter().map(|drain| drain.url.expose());
    let odd: Vec<_> = urls.filter(|url| !is_documented(url)).map(|url| without_query(&masked(url))).collect();
    let odd = (!odd.is_empty()).then(|| (codes::DRAIN_FORM, format!("a drain to {}", odd.join(", "))));
    let Some(desired) = desired(facts) else {
        return odd.and_then(|(code, evidence)| Finding::new(code, evidence)).into_iter().collect();
    };
    let mut faults: Vec<_> = odd.into_iter().collect();
    let addon = drains::addon_with(&desired, existing).map(|addon| format!("of the add-on {addon}"));
    if ours.len() + usize::from(addon.is_some()) > 1 {
        let hosts = ours.iter().map(|url| url.site.logs_host()).chain(addon);
        faults.push((codes::DRAIN_TWICE, hosts.collect::<Vec<_>>().join(", ")));
    }
    if let Some(other) = ours.iter().find(|url| url.site != desired.site) {
        faults.push((
            codes::DRAIN_OTHER_SITE,
            format!("a drain to {}; the app's site is {}", other.site, desired.site),
        ));
    }
    let differs = |url: &&DrainUrl| url.site == desired.site && url.key != desired.key;
    if let (Some(other), Some(key)) = (ours.iter().find(differs), &desired.key) {
        let theirs = other.key.as_ref().map_or_else(|| "no key".to_owned(), ApiKey::masked);
        faults.push((codes::DRAIN_OTHER_KEY, format!("the drain has {theirs}, the app {}", key.masked())));
    }
    let fix = || Desired { drain: Drain::One(desired.clone()), ..Desired::default() };
    faults
        .into_iter()
        .filter_map(|(code, evidence)| Some(Finding::new(code, evidence)?.fixed_by(fix())))
        .collect()
}

fn without_query(url: &str) -> String {
    url.split('?').next().unwrap_or(url).to_owned()
}

/// The drain that fits the app's key and site, where both are good.
fn desired(facts: &Facts) -> Option<DrainUrl> {
    let vars = facts.config.as_ref()?;
    let (site, key) = destination(facts)?;
    let labels = Labels::of_app(&facts.app.name, vars.get(env::DD_ENV), vars.get(env::DD_SERVICE));
    Some(DrainUrl { site, key: Some(key), labels })
}

#[cfg(test)]
mod tests {
    use super::super::testing::{KEY, codes, diagnose, sound};
    use super::*;
    use crate::app::facts::Drain as There;
    use crate::secret::Secret;

    #[test]
    fn drains_that_do_not_fit_are_found() {
        let good = format!(
            "https://http-intake.logs.datadoghq.com/api/v2/logs?dd-api-key={KEY}&ddsource=heroku&host=shop&service=shop"
        );
        let elsewhere = good.replace(".com", ".eu");
        let rotated = good.replace("3f9a", "0000");
        let slash = good.replace("/logs?", "/logs/?");
        let old = format!("https://http-intake.logs.datadoghq.com/v1/input/{KEY}/?ddsource=heroku");
        let syslog = "syslog+tls://logs.example.com:1".to_owned();
        for (urls, metrics, expected) in [
            (vec![], false, vec![]),
            (vec![&good], true, vec![]),
            (vec![&good, &syslog], false, vec![]),
            (vec![&slash], false, vec![codes::DRAIN_FORM]),
            (vec![&old], false, vec![codes::DRAIN_FORM]),
            (vec![&good, &good], false, vec![codes::DRAIN_TWICE]),
            (vec![&elsewhere], false, vec![codes::DRAIN_OTHER_SITE]),
            (vec![&rotated], false, vec![codes::DRAIN_OTHER_KEY]),
            (vec![], true, vec![codes::METRICS_WITHOUT_DRAIN]),
            (vec![&syslog], true, vec![]),
        ] {
            let mut facts = sound();
            let drain = |url: &&String| There { id: "d".into(), url: Secret::new(url.as_str()), addon: None };
            facts.drains = Some(urls.iter().map(drain).collect());
            facts.features.as_mut().unwrap().insert(RUNTIME_METRICS.into(), metrics);
            let findings = diagnose(&facts);
            assert_eq!(codes(&findings), expected, "{urls:?}");
            assert!(findings.iter().all(|finding| !finding.evidence.contains(KEY)));
            let has_fix = !expected.is_empty() && !metrics;
            assert_eq!(findings.first().is_some_and(|finding| finding.fix.is_some()), has_fix);
        }
    }
}
