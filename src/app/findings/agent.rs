//! The Agent's version, its Python, and whether it is kept off.

use std::collections::BTreeMap;

use super::{Finding, compiled, config};
use crate::app::facts::{AgentVersions, ConfigVars, Facts};
use crate::app::findings::explanations::Severity;
use crate::app::{codes, versions};
use crate::datadog::agent_request::{AgentRequest, PINNED_7, is_old_form, is_whole};
use crate::datadog::boolean;
use crate::env;
use crate::secret::Secret;

/// So many minor versions behind the newest, about two years, is far.
const FAR: u32 = 20;

const VERSION: &str = env::DD_AGENT_VERSION;
const MAJOR: &str = env::DD_AGENT_MAJOR_VERSION;
const PYTHON: &str = env::DD_PYTHON_VERSION;

pub(super) fn find(facts: &Facts) -> Vec<Finding> {
    let Some(vars) = &facts.config else { return Vec::new() };
    let mut findings: Vec<_> = disabled(vars).into_iter().collect();
    if !facts.app.has_buildpacks() {
        return findings;
    }
    let faults = wrong(facts, vars);
    let fix = compiled(fixed(facts, vars));
    findings.extend(
        faults
            .into_iter()
            .filter_map(|(code, evidence)| Some(Finding::new(code, evidence)?.fixed_by(fix.clone()))),
    );
    findings.extend(behind(facts, vars));
    findings
}

fn disabled(vars: &ConfigVars) -> Option<Finding> {
    let value = vars.get(env::DISABLE_DATADOG_AGENT)?;
    let finding = Finding::new(codes::AGENT_DISABLED, format!("DISABLE_DATADOG_AGENT is `{value}`"))?;
    Some(if boolean::parse_input(value) == Some(false) {
        finding.fixed_by(config([(env::DISABLE_DATADOG_AGENT, None)]))
    } else {
        // Somebody wants it so.
        Finding { severity: Severity::Info, ..finding }
    })
}

/// What is wrong with the version and the Python, all of which [`fixed`] corrects.
fn wrong(facts: &Facts, vars: &ConfigVars) -> Vec<(&'static str, String)> {
    let mut faults = Vec::new();
    let version = vars.get(VERSION);
    if is_agent_6(vars) {
        let names = [VERSION, MAJOR].iter().filter_map(|name| Some(format!("{name} is {}", vars.get(name)?)));
        faults.push((codes::AGENT_6, names.collect::<Vec<_>>().join(", ")));
    }
    if vars.get(PYTHON) == Some("2") {
        faults.push((codes::PYTHON_2, format!("{PYTHON} is 2")));
    }
    if let Some(version) = version.filter(|version| is_old_form(version)) {
        faults.push((codes::OLD_VERSION_FORM, format!("{VERSION} is {version}")));
    }
    if vars.raw(VERSION) == Some("") && needs_whole_version(facts) {
        faults
            .push((codes::UNBUILDABLE_VERSION, format!("{VERSION} is empty, and no Agent has that version")));
    }
    let agents = facts.agent_versions.as_ref().and_then(AgentVersions::known);
    let is_unknown = |version| agents.is_some_and(|agents| versions::find(version, agents).is_none());
    if let Some(version) = version.filter(|version| needs_whole_version(facts) && !is_whole(version))
        && !is_old_form(version)
        && !is_unknown(version)
    {
        let evidence =
            format!("{VERSION} is `{}`, which is not a whole version such as {PINNED_7}", version.trim_end());
        faults.push((codes::UNBUILDABLE_VERSION, evidence));
    }
    if let (Some(version), Some(agents)) = (version.filter(|version| is_unknown(version)), agents) {
        let near = versions::near(version, agents);
        let near = if near.is_empty() { String::new() } else { format!("; near are {}", near.join(", ")) };
        faults.push((codes::NO_SUCH_VERSION, format!("there is no Agent {version}{near}")));
    }
    faults
}

/// The variables as they should be: Agent 7 and its Python, in a form and version that exist.
fn fixed(facts: &Facts, vars: &ConfigVars) -> BTreeMap<String, Option<Secret>> {
    let mut fix = BTreeMap::new();
    let mut unset = |name: &str| {
        if vars.get(name).is_some() {
            fix.insert(name.to_owned(), None);
        }
    };
    if vars.get(PYTHON) == Some("2") {
        unset(PYTHON);
    }
    if is_agent_6(vars) {
        unset(MAJOR);
        unset(VERSION);
        return fix;
    }
    let Some(version) = vars.raw(VERSION) else { return fix };
    if version.is_empty() {
        if needs_whole_version(facts) {
            fix.insert(VERSION.to_owned(), None);
        }
        return fix;
    }
    let known = facts.agent_versions.as_ref().and_then(AgentVersions::known);
    if needs_whole_version(facts) {
        if !is_whole(version) || known.is_some_and(|agents| versions::find(version, agents).is_none()) {
            fix.insert(VERSION.to_owned(), versions::whole(version, known).map(Secret::new));
        }
        return fix;
    }
    match (known.map(|agents| versions::find(version, agents)), AgentRequest::parse(version)) {
        (Some(None), _) => unset(VERSION),
        (_, Some(request)) if request.to_string() != version => {
            fix.insert(VERSION.to_owned(), Some(Secret::new(request.to_string())));
        }
        _ => {}
    }
    fix
}

/// Whether the app's buildpack is Datadog's or a fork of it.
fn needs_whole_version(facts: &Facts) -> bool {
    facts.agent_buildpack().is_some() && !facts.takes_any_version()
}

fn behind(facts: &Facts, vars: &ConfigVars) -> Option<Finding> {
    let (agents, version) =
        (facts.agent_versions.as_ref().and_then(AgentVersions::known)?, vars.get(VERSION)?);
    let newest = versions::find("7", agents)?;
    let existing = versions::find(version, agents)?;
    let minors = versions::minors_behind(existing, newest).filter(|minors| *minors >= FAR)?;
    Finding::new(
        codes::FAR_BEHIND,
        format!("{VERSION} is {version}, {minors} minor versions before {newest}"),
    )
}

fn is_agent_6(vars: &ConfigVars) -> bool {
    match vars.get(VERSION).map(AgentRequest::parse) {
        Some(Some(AgentRequest::Latest)) | None => vars.get(MAJOR) == Some("6"),
        Some(request) => request.and_then(AgentRequest::major) == Some(6),
    }
}

#[cfg(test)]
mod tests {
    use super::super::find;
    use super::super::testing::{built_with, codes, diagnose, left, with};
    use crate::app::codes;
    use crate::app::facts::{AgentVersions, Facts};
    use crate::app::findings::explanations::Severity;

    #[test]
    fn old_and_impossible_versions_are_found_and_fixed() {
        let agents: Vec<String> = ["7.81.2-1", "7.80.0-1", "7.50.0-1", "6.53.1-1"].map(String::from).into();
        for (vars, expected) in [
            (&[("DD_AGENT_VERSION", "7.80.0-1")][..], vec![]),
            (&[("DD_AGENT_VERSION", "7.80.0")], vec![codes::UNBUILDABLE_VERSION]),
            (&[("DD_AGENT_VERSION", "latest")], vec![codes::UNBUILDABLE_VERSION]),
            (&[("DD_AGENT_VERSION", "7")], vec![codes::UNBUILDABLE_VERSION]),
            (&[("DD_AGENT_VERSION", "v7.80.0-1")], vec![codes::UNBUILDABLE_VERSION]),
            (&[("DD_AGENT_VERSION", "\"7.80.0-1\"")], vec![codes::UNBUILDABLE_VERSION]),
            (&[("DD_AGENT_MAJOR_VERSION", "6")], vec![codes::AGENT_6]),
            (&[("DD_AGENT_MAJOR_VERSION", "6"), ("DD_AGENT_VERSION", "7.80.0-1")], vec![]),
            (&[("DD_AGENT_VERSION", "6.53.1-1")], vec![codes::AGENT_6]),
            (&[("DD_PYTHON_VERSION", "2")], vec![codes::PYTHON_2]),
            (&[("DD_PYTHON_VERSION", "3")], vec![]),
            (&[("DD_AGENT_VERSION", "1:7.80.0-1_amd64")], vec![codes::OLD_VERSION_FORM]),
            (&[("DD_AGENT_VERSION", "7.79.9")], vec![codes::NO_SUCH_VERSION]),
            (&[("DD_AGENT_VERSION", "7.50.0-1")], vec![codes::FAR_BEHIND]),
            (
                &[
                    ("DD_AGENT_VERSION", "6.16.1-1_amd64"),
                    ("DD_PYTHON_VERSION", "2"),
                    ("DD_AGENT_MAJOR_VERSION", "6"),
                ],
                vec![codes::AGENT_6, codes::PYTHON_2, codes::OLD_VERSION_FORM, codes::NO_SUCH_VERSION],
            ),
        ] {
            let facts = with(vars);
            let findings =
                find(&Facts { agent_versions: Some(AgentVersions::Known(agents.clone())), ..facts.clone() });
            assert_eq!(codes(&findings), expected, "{vars:?}");
            assert_eq!(left(with(vars)), [""; 0], "{vars:?}");
        }
    }

    #[test]
    fn ours_builds_every_form_of_a_version() {
        for version in ["7.80.0", "7.80", "7", "latest", "v7.80.0", "7.80.0-1"] {
            let mut facts = built_with(&["https://example.org/dd-heroku.tgz", "heroku/ruby"]);
            facts.config.as_mut().unwrap().set("DD_AGENT_VERSION", Some(version));
            let reported = codes(&find(&facts));
            assert!(!reported.contains(&codes::UNBUILDABLE_VERSION), "{version}: {reported:?}");
        }
    }

    #[test]
    fn an_agent_that_is_kept_off_is_found() {
        for (value, severity, is_fixed) in [("false", Severity::Error, true), ("true", Severity::Info, false)]
        {
            let findings = diagnose(&with(&[("DISABLE_DATADOG_AGENT", value)]));
            assert_eq!(codes(&findings), [codes::AGENT_DISABLED]);
            assert_eq!((findings[0].severity, findings[0].fix.is_some()), (severity, is_fixed));
        }
    }
}
