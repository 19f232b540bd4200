//! What is wrong with an app: pure functions over its snapshot, each finding with a code that never changes, and a
//! fix where a plan can be one. Evidence never holds a secret.

mod agent;
pub mod app_json;
mod app_json_env;
mod buildpacks;
mod checkout;
mod databases;
mod drains;
pub mod explanations;
mod identity;
mod memory;
mod options;
mod slug;
mod stored;
mod telemetry;

use std::collections::BTreeMap;

use super::desired::{Desired, RebuildWhen};
use super::facts::{Facts, KeyVerdict};
use crate::datadog::{ApiKey, Site};
use crate::env;
use crate::secret::Secret;
use explanations::{Explained, Severity, explain};

/// Where the app's data should go: its own site and key, where both are good.
fn destination(facts: &Facts) -> Option<(Site, ApiKey)> {
    let vars = facts.config.as_ref()?;
    let key = vars.get(env::DD_API_KEY).and_then(|key| ApiKey::parse(key).ok())?;
    let site = match facts.key_verdict() {
        KeyVerdict::Refused => return None,
        KeyVerdict::OtherSite(site) => site,
        KeyVerdict::Accepted | KeyVerdict::Unknown => {
            vars.get(env::DD_SITE).map_or(Some(Site::default()), Site::parse)?
        }
    };
    Some((site, key))
}

/// Something that is wrong, or good to know.
#[derive(Clone, Debug)]
pub struct Finding {
    /// What its code means.
    pub about: &'static Explained,
    /// How bad it is here.
    pub severity: Severity,
    /// What was seen.
    pub evidence: String,
    /// What would fix it; `None` when only a person can.
    pub fix: Option<Desired>,
}

impl Finding {
    /// A finding that only a person can fix.
    pub fn new(code: &'static str, evidence: impl Into<String>) -> Option<Self> {
        let about = explain(code)?;
        Some(Self { about, severity: about.severity, evidence: evidence.into(), fix: None })
    }

    fn fixed_by(self, fix: Desired) -> Self {
        Self { fix: Some(fix), ..self }
    }
}

/// What is wrong with an app, by code.
pub fn find(facts: &Facts) -> Vec<Finding> {
    let mut findings = identity::find(facts);
    findings.extend(buildpacks::find(facts));
    findings.extend(slug::find(facts));
    findings.extend(options::find(facts));
    findings.extend(stored::find(facts));
    findings.extend(databases::find(facts));
    findings.extend(agent::find(facts));
    findings.extend(memory::find(facts));
    findings.extend(checkout::find(facts));
    findings.extend(app_json::find(facts));
    findings.extend(drains::find(facts));
    findings.extend(telemetry::find(facts));
    findings.sort_by_key(|finding| finding.about.code);
    findings
}

/// Everything that fixes the findings: one request for all config vars, one rebuild at most.
pub fn fix(findings: &[Finding]) -> Desired {
    findings.iter().filter_map(|finding| finding.fix.clone()).fold(Desired::default(), Desired::and)
}

/// Config vars to set, or with `None` to unset.
fn config<const N: usize>(vars: [(&str, Option<&str>); N]) -> Desired {
    let vars = vars.into_iter().map(|(name, value)| (name.to_owned(), value.map(Secret::new)));
    Desired { config: vars.collect::<BTreeMap<_, _>>(), ..Desired::default() }
}

/// The same, of variables that are compiled in.
fn compiled(vars: BTreeMap<String, Option<Secret>>) -> Desired {
    Desired { config: vars, rebuild: RebuildWhen::Due, ..Desired::default() }
}

#[cfg(test)]
mod testing;
