//! Findings as a person sees them.

use console::{StyledObject, style};
use serde_json::{Value, json};

use super::changes;
use super::foreign::line;
use super::wrap::wrap;
use crate::app::findings::Finding;
use crate::app::findings::explanations::Severity;
use crate::app::{Facts, plan};

/// The findings of an app, the worst first.
pub fn render(app: &str, findings: &[Finding]) -> String {
    let app = line(app);
    if findings.is_empty() {
        return format!("{}  {} nothing to fix", style(&app).bold(), style("✓").green());
    }
    let mut sorted: Vec<_> = findings.iter().collect();
    sorted.sort_by_key(|finding| (finding.severity, finding.about.code));
    let mut lines = vec![format!("{}  {}", style(&app).bold(), counts(findings))];
    for finding in sorted {
        let sign = match finding.severity {
            Severity::Error => style("✗").red(),
            Severity::Warning => style("!").yellow(),
            Severity::Info => style("i").cyan(),
        };
        lines.push(title(&sign, finding));
        lines.push(wrapped(&line(&finding.evidence)));
        if finding.fix.is_none() && finding.severity != Severity::Info {
            lines.push(by_hand(&app, finding));
        }
    }
    let fixable = findings.iter().filter(|finding| finding.fix.is_some()).count();
    if fixable > 0 {
        lines.push(format!(
            "`dd-heroku doctor --fix -a {app}` fixes {fixable}; `dd-heroku explain CODE` says more."
        ));
    }
    lines.join("\n")
}

/// What no plan could fix, with what fixes it; `None` where nothing is left.
pub fn left(app: &str, findings: &[Finding]) -> Option<String> {
    let sign = style("✗").red();
    let lines: Vec<_> =
        findings.iter().flat_map(|finding| [title(&sign, finding), by_hand(app, finding)]).collect();
    (!lines.is_empty()).then(|| format!("{}  not fixed\n{}", style(line(app)).bold(), lines.join("\n")))
}

fn title(sign: &StyledObject<&str>, finding: &Finding) -> String {
    format!("  {sign} {}  {}", finding.about.code, style(finding.about.title).bold())
}

/// What a person can do, with the app's name in the commands.
fn by_hand(app: &str, finding: &Finding) -> String {
    wrapped(&format!(
        "→ {}",
        finding.about.fix.replace("-a APP", &format!("-a {app}")).replace("=APP", &format!("={app}"))
    ))
}

/// The column that a finding's texts begin at.
const INDENT: usize = 12;

fn wrapped(text: &str) -> String {
    format!("{:INDENT$}{}", "", wrap(text, INDENT))
}

/// `2 errors, 1 warning`.
fn counts(findings: &[Finding]) -> String {
    let count = |severity: Severity, word: &str| {
        let n = findings.iter().filter(|finding| finding.severity == severity).count();
        (n > 0).then(|| format!("{n} {word}{}", if n == 1 || severity == Severity::Info { "" } else { "s" }))
    };
    let parts =
        [count(Severity::Error, "error"), count(Severity::Warning, "warning"), count(Severity::Info, "info")];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// A finding as JSON, with the changes that would fix it alone.
pub fn to_json(finding: &Finding, facts: &Facts) -> Value {
    let plan = finding.fix.as_ref().and_then(|fix| plan(fix, facts).ok());
    let changes: Vec<_> = plan.iter().flat_map(|plan| &plan.changes).map(changes::to_json).collect();
    json!({
        "code": finding.about.code,
        "severity": finding.severity.as_str(),
        "title": finding.about.title,
        "evidence": finding.evidence,
        "cost": finding.about.cost,
        "fix": changes,
    })
}
