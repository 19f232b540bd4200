//! What is wrong with an app: what has to be read for it, and the findings with those of the lint.

use super::Context;
use crate::app::facts::{CheckoutQuery, Facts, KeyQuery, Part, Query, When};
use crate::app::findings::{self, Finding};
use crate::app::{codes, prerun};
use crate::env;
use crate::repo::lint;
use crate::secret::Secret;

/// The parts that Heroku answers.
const PARTS: [Part; 13] = [
    Part::Config,
    Part::Buildpacks,
    Part::Features,
    Part::Formation,
    Part::Releases,
    Part::Builds,
    Part::Drains,
    Part::TelemetryDrains,
    Part::Addons,
    Part::Attachments,
    Part::Coupling,
    Part::Slug,
    Part::SlimSaving,
];

/// What to read of an app for its findings.
pub fn query(context: &Context, no_verify: bool, checkout: CheckoutQuery) -> Query {
    Query {
        agent_versions: When::WhereAsked,
        neighbors: true,
        hosts: context.env.get(env::DD_APP_KEY).map(Secret::new),
        ..Query::from(PARTS)
    }
    .with_key(key(no_verify))
    .with_checkout(CheckoutQuery {
        files: vec![prerun::PATH, findings::app_json::PATH],
        folder: true,
        ..checkout
    })
}

/// The app's own key, which is only asked about: a Datadog that does not answer leaves it unknown.
pub fn key(no_verify: bool) -> KeyQuery {
    KeyQuery { verify: !no_verify, ..KeyQuery::default() }
}

/// What is wrong with an app.
pub fn findings(facts: &Facts) -> Vec<Finding> {
    let mut findings = findings::find(facts);
    if let Some(checkout) = facts.matching_checkout() {
        let is_linted = |path: &str| path.starts_with("datadog/") || path == ".slugignore";
        let files = checkout.files.iter().filter(|(path, _)| is_linted(path));
        let files: Vec<_> =
            files.map(|(path, text)| lint::File { path: path.clone(), text: text.clone() }).collect();
        let lint_findings = lint::lint(&files, &checkout.folder).into_iter();
        findings.extend(lint_findings.filter_map(|finding| of_lint(finding.at(&checkout.folder))));
    }
    findings
}

/// A finding of the lint.
fn of_lint(lint_finding: lint::Finding) -> Option<Finding> {
    let line = lint_finding.line.map(|line| format!(":{line}")).unwrap_or_default();
    let finding =
        Finding::new(codes::LINT, format!("{}{line}: {}", lint_finding.path, lint_finding.message))?;
    Some(Finding { severity: lint_finding.severity, ..finding })
}
