//! Key, site and the names of hosts.

use super::{Finding, config};
use crate::app::booleans::is_on;
use crate::app::codes;
use crate::app::desired::Desired;
use crate::app::facts::{ConfigVars, Facts, Generation, KeyVerdict};
use crate::datadog::{ApiKey, Site};
use crate::env;
use crate::platform::feature::DYNO_METADATA;
use crate::secret::mask;

pub(super) fn find(facts: &Facts) -> Vec<Finding> {
    let Some(vars) = &facts.config else { return Vec::new() };
    let app = &facts.app;
    let mut findings: Vec<Option<Finding>> = Vec::new();
    if app.generation == Generation::Fir {
        let evidence = format!("generation {}, stack {}", app.generation, app.stack);
        return Finding::new(codes::FIR, evidence).into_iter().collect();
    }
    findings.push(key(facts, vars));
    findings.push(site(facts, vars));
    if app.is_container() {
        if !is_on(facts, env::DD_HEROKU_DYNO) {
            let evidence = "the app deploys images, and DD_HEROKU_DYNO is not true";
            let fix = config([(env::DD_HEROKU_DYNO, Some("true"))]);
            findings.push(Finding::new(codes::CONTAINER, evidence).map(|finding| finding.fixed_by(fix)));
        }
        return findings.into_iter().flatten().collect();
    }
    findings.extend([app_name(facts, vars), dyno_host(facts, vars), host_name(vars)]);
    findings.into_iter().flatten().collect()
}

/// A site that the Agent does not take as it is. What was meant by it is the fix, unless another one takes the key.
fn site(facts: &Facts, vars: &ConfigVars) -> Option<Finding> {
    let text = vars.get(env::DD_SITE).filter(|text| Site::stored(text).is_none())?;
    let meant = match facts.key_verdict() {
        KeyVerdict::OtherSite(site) => Some(site),
        _ => Site::parse(text),
    };
    let finding = Finding::new(codes::UNKNOWN_SITE, format!("DD_SITE is `{text}`"))?;
    Some(match meant {
        Some(site) => finding.fixed_by(config([(env::DD_SITE, Some(site.domain()))])),
        None => finding,
    })
}

fn key(facts: &Facts, vars: &ConfigVars) -> Option<Finding> {
    let Some(key) = vars.get(env::DD_API_KEY) else {
        return Finding::new(codes::KEY_MISSING, "DD_API_KEY is not set");
    };
    let site = vars.get(env::DD_SITE).unwrap_or(Site::default().domain());
    // Quotes that a shell was to take away: the key within is meant.
    if let (Err(_), Ok(meant)) = (ApiKey::parse(key), ApiKey::parse(key.trim().trim_matches(['"', '\'']))) {
        let evidence = format!("DD_API_KEY holds quotes around {}", meant.masked());
        let fix = config([(env::DD_API_KEY, Some(meant.expose()))]);
        return Finding::new(codes::REFUSED_KEY, evidence).map(|finding| finding.fixed_by(fix));
    }
    match facts.key_verdict() {
        KeyVerdict::Refused => {
            Finding::new(codes::REFUSED_KEY, format!("{site} and the other sites refuse {}", mask(key)))
        }
        KeyVerdict::OtherSite(other) if Site::stored(site).is_some() => {
            let evidence = format!("{site} refuses {}, {other} takes it", mask(key));
            let fix = config([(env::DD_SITE, Some(other.domain()))]);
            Finding::new(codes::OTHER_SITE, evidence).map(|finding| finding.fixed_by(fix))
        }
        _ => None,
    }
}

fn app_name(facts: &Facts, vars: &ConfigVars) -> Option<Finding> {
    let app = &facts.app;
    if vars.get(env::HEROKU_APP_NAME).is_some() {
        return None;
    }
    let by_hand = || config([(env::HEROKU_APP_NAME, Some(&app.name))]);
    if let Some(space) = &app.space {
        let evidence = format!("space {space}, HEROKU_APP_NAME is not set");
        return Finding::new(codes::PRIVATE_SPACE, evidence).map(|finding| finding.fixed_by(by_hand()));
    }
    let features = facts.features.as_ref()?;
    if features.get(DYNO_METADATA).copied().unwrap_or(false) {
        return None;
    }
    if !features.contains_key(DYNO_METADATA) {
        let evidence = format!("Heroku does not offer {DYNO_METADATA} here, and HEROKU_APP_NAME is not set");
        return Finding::new(codes::NO_APP_NAME, evidence).map(|finding| finding.fixed_by(by_hand()));
    }
    let fix = Desired { features: [(DYNO_METADATA.to_owned(), true)].into(), ..Desired::default() };
    let evidence = format!("{DYNO_METADATA} is off, and HEROKU_APP_NAME is not set");
    Finding::new(codes::NO_APP_NAME, evidence).map(|finding| finding.fixed_by(fix))
}

fn dyno_host(facts: &Facts, vars: &ConfigVars) -> Option<Finding> {
    if is_on(facts, env::DD_DYNO_HOST) {
        return None;
    }
    let dynos: u32 = facts.formation.iter().flatten().map(|process| process.quantity).sum();
    let state = vars.get(env::DD_DYNO_HOST).map_or("not set".to_owned(), |value| format!("`{value}`"));
    let hosts = facts.hosts.map(|hosts| format!(", {hosts} hosts at Datadog")).unwrap_or_default();
    let evidence = format!("DD_DYNO_HOST is {state}; {dynos} dynos{hosts}");
    let fix = config([(env::DD_DYNO_HOST, Some("true"))]);
    Finding::new(codes::NO_DYNO_HOST, evidence).map(|finding| finding.fixed_by(fix))
}

fn host_name(vars: &ConfigVars) -> Option<Finding> {
    let name = vars.get(env::DD_HOSTNAME)?;
    let fix = config([(env::DD_HOSTNAME, None)]);
    Finding::new(codes::HOSTNAME_SET, format!("DD_HOSTNAME is `{name}`")).map(|finding| finding.fixed_by(fix))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{KEY, codes, diagnose, left, sound, with, with_verdict};
    use super::*;
    use crate::app::findings;

    #[test]
    fn what_is_wrong_with_key_and_site_is_found() {
        assert_eq!(codes(&diagnose(&with(&[("DD_API_KEY", "")]))), [codes::KEY_MISSING]);
        let quoted = with_verdict(with(&[("DD_API_KEY", &format!("\"{KEY}\""))]), KeyVerdict::Refused);
        assert_eq!(codes(&diagnose(&quoted)), [codes::REFUSED_KEY]);
        let fix = diagnose(&quoted)[0].fix.as_ref().and_then(|fix| fix.config["DD_API_KEY"].clone());
        assert_eq!(fix.map(|key| key.expose().to_owned()).as_deref(), Some(KEY));
        for (site, key, code, fixed) in [
            ("datadoghq.com", KeyVerdict::Refused, Some(codes::REFUSED_KEY), false),
            (
                "datadoghq.com",
                KeyVerdict::OtherSite(Site::parse("eu").unwrap()),
                Some(codes::OTHER_SITE),
                true,
            ),
            (
                "datadog.eu",
                KeyVerdict::OtherSite(Site::parse("eu").unwrap()),
                Some(codes::UNKNOWN_SITE),
                true,
            ),
            ("EU", KeyVerdict::Accepted, Some(codes::UNKNOWN_SITE), true),
            ("https://app.datadoghq.com", KeyVerdict::Unknown, Some(codes::UNKNOWN_SITE), true),
            ("datadoghq.com/", KeyVerdict::Accepted, Some(codes::UNKNOWN_SITE), true),
            ("datadog.eu", KeyVerdict::Refused, Some(codes::REFUSED_KEY), false),
            ("datadoghq.com", KeyVerdict::Accepted, None, false),
            ("datadoghq.com", KeyVerdict::Unknown, None, false),
        ] {
            let facts = with(&[("DD_SITE", site)]);
            let findings = findings::find(&with_verdict(facts, key));
            assert_eq!(findings.first().map(|finding| finding.about.code), code, "{site} {key:?}");
            assert!(findings.iter().all(|finding| !finding.evidence.contains(KEY)));
            let site = findings.first().and_then(|finding| finding.fix.as_ref()?.config.get("DD_SITE"));
            assert_eq!(site.is_some(), fixed, "{key:?}");
        }
    }

    #[test]
    fn what_names_hosts_wrongly_is_found_and_fixed() {
        let mut nameless = sound();
        nameless.features = Some([(DYNO_METADATA.to_owned(), false)].into());
        assert_eq!(codes(&diagnose(&nameless)), [codes::NO_APP_NAME]);
        assert_eq!(left(nameless.clone()), [""; 0]);
        nameless.config.as_mut().unwrap().set("HEROKU_APP_NAME", Some("shop"));
        assert_eq!(codes(&diagnose(&nameless)), [""; 0]);

        for (vars, code) in [
            (&[("DD_DYNO_HOST", "false")][..], codes::NO_DYNO_HOST),
            (&[("DD_DYNO_HOST", "")], codes::NO_DYNO_HOST),
            (&[("DD_HOSTNAME", "one")], codes::HOSTNAME_SET),
        ] {
            assert_eq!(codes(&diagnose(&with(vars))), [code]);
            assert_eq!(left(with(vars)), [""; 0]);
        }
        let facts = with(&[("DD_DYNO_HOST", "false")]);
        let findings = findings::find(&Facts { hosts: Some(9), ..facts });
        assert!(findings[0].evidence.contains("9 hosts"));
    }

    #[test]
    fn other_kinds_of_apps_have_findings_of_their_own() {
        let mut vault = sound();
        vault.app.space = Some("acme".into());
        assert_eq!(codes(&diagnose(&vault)), [codes::PRIVATE_SPACE]);
        assert_eq!(left(vault), [""; 0]);

        let mut image = sound();
        image.app.build_stack = "container".into();
        assert_eq!(codes(&diagnose(&image)), [codes::CONTAINER]);
        assert_eq!(left(image), [""; 0]);

        let mut fir = with(&[("DD_API_KEY", "")]);
        fir.app.generation = Generation::Fir;
        assert_eq!(codes(&diagnose(&fir)), [codes::FIR]);
    }
}
