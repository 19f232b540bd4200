//! What is wrong with an app: pure functions over its snapshot, each finding with a code that never changes, and a
//! fix where a plan can be one. Evidence never holds a secret.

mod agent;
mod buildpacks;
mod checkout;
mod databases;
mod drains;
pub mod explanations;
mod identity;
mod options;
mod slug;
mod telemetry;

use std::collections::BTreeMap;

use super::desired::{Buildpacks, Desired, Drain, RebuildWhen, Telemetry};
use super::facts::{ConfigVars, Facts};
use crate::datadog::{ApiKey, Site};
use crate::secret::Secret;
use explanations::{Explained, Severity, explain};

/// What is known of an app.
#[derive(Clone, Debug)]
pub struct Input<'a> {
    /// Its snapshot. What was not read is not judged.
    pub facts: &'a Facts,
    /// What Datadog says of its key.
    pub key: KeyState,
    /// The Agent's versions that exist, the newest first; `None` when nobody could be asked.
    pub agents: Option<&'a [String]>,
    /// How many hosts Datadog counts for it; `None` when nobody could be asked.
    pub hosts: Option<usize>,
    /// The other apps of its pipeline.
    pub pipeline: &'a [Neighbor],
    /// What the app's own checkout holds, when the command runs in it.
    pub checkout: Option<&'a Checkout>,
}

impl Input<'_> {
    /// Where the app's data should go: its own site and key, where both are good.
    fn destination(&self) -> Option<(Site, ApiKey)> {
        let vars = self.facts.config.as_ref()?;
        let key = vars.get("DD_API_KEY").and_then(|key| ApiKey::parse(key).ok())?;
        let site = match self.key {
            KeyState::Refused => return None,
            KeyState::OtherSite(site) => site,
            KeyState::Valid | KeyState::Unknown => {
                vars.get("DD_SITE").map_or(Some(Site::default()), Site::parse)?
            }
        };
        Some((site, key))
    }
}

/// What Datadog says of an app's key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum KeyState {
    /// It was not asked.
    #[default]
    Unknown,
    /// The app's site takes it.
    Valid,
    /// No site takes it.
    Refused,
    /// Another site takes it.
    OtherSite(Site),
}

/// Another app of the same pipeline.
#[derive(Clone, Debug)]
pub struct Neighbor {
    /// Its name.
    pub app: String,
    /// Its stage: `staging`.
    pub stage: String,
    /// Its config vars.
    pub config: ConfigVars,
}

/// What the app's checkout holds.
#[derive(Clone, Debug, Default)]
pub struct Checkout {
    /// The text of `datadog/prerun.sh`.
    pub prerun: Option<String>,
    /// The text of `app.json`.
    pub app_json: Option<String>,
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
    /// What would mend it; `None` when only a person can.
    pub fix: Option<Desired>,
}

impl Finding {
    /// A finding that only a person can mend.
    pub fn new(code: &'static str, evidence: impl Into<String>) -> Option<Self> {
        let about = explain(code)?;
        Some(Self { about, severity: about.severity, evidence: evidence.into(), fix: None })
    }

    fn fixed_by(self, fix: Desired) -> Self {
        Self { fix: Some(fix), ..self }
    }
}

/// What is wrong with an app, by code.
pub fn find(input: &Input<'_>) -> Vec<Finding> {
    let mut findings = identity::find(input);
    findings.extend(buildpacks::find(input));
    findings.extend(slug::find(input));
    findings.extend(options::find(input));
    findings.extend(databases::find(input));
    findings.extend(agent::find(input));
    findings.extend(checkout::find(input));
    findings.extend(drains::find(input));
    findings.extend(telemetry::find(input));
    findings.sort_by_key(|finding| finding.about.code);
    findings
}

/// Everything that mends the findings, as one wish: one request for all config vars, one rebuild at most.
pub fn fix(findings: &[Finding]) -> Desired {
    let mut all = Desired::default();
    for fix in findings.iter().filter_map(|finding| finding.fix.clone()) {
        let Desired { features, config, buildpacks, drain, telemetry, files, rebuild, .. } = fix;
        all.features.extend(features);
        all.config.extend(config);
        if !matches!(buildpacks, Buildpacks::Keep) {
            all.buildpacks = buildpacks;
        }
        if !matches!(drain, Drain::Keep) {
            all.drain = drain;
        }
        if !matches!(telemetry, Telemetry::Keep) {
            all.telemetry = telemetry;
        }
        all.files.extend(files);
        if rebuild == RebuildWhen::Due {
            all.rebuild = rebuild;
        }
    }
    all
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
