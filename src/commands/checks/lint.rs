//! `checks lint`: the problems of the checkout's `datadog/` folder.

use std::fmt::Write as _;

use serde_json::json;

use super::checkout;
use crate::cli::{OneApp, app_folder};
use crate::commands::{Context, Exit};
use crate::failure::Result;
use crate::repo::Contents;
use crate::repo::lint::{self, Finding, Severity};
use crate::ui::foreign;

/// Find what will not work on a dyno, or should not be in a repository, in datadog/
///
/// Exits with 3 when it finds errors or warnings.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "Examples:
  dd-heroku checks lint
  dd-heroku checks lint --json")]
pub struct Args {
    #[command(flatten)]
    app: OneApp,
}

/// Lints it.
pub fn run(context: &Context, args: &Args) -> Result<Exit> {
    let targets = args.app.targets();
    let checkout = checkout(context, &targets)?;
    let folder = app_folder::of(context, &targets);
    let Contents { files, dead_links } = checkout.datadog_contents(&folder)?;
    let mut findings = lint::lint(&files, &folder);
    findings.extend(checkout.syntax_errors(&folder, &files));
    findings.extend(dead_links.into_iter().map(Finding::dead_link));
    let mut findings: Vec<_> = findings.into_iter().map(|finding| finding.at(&folder)).collect();
    findings.sort();
    if context.ui.json {
        context.ui.json(&json!({ "findings": findings.iter().map(document).collect::<Vec<_>>() }))?;
    } else if findings.is_empty() {
        let files = if files.len() == 1 { "1 file".to_owned() } else { format!("{} files", files.len()) };
        context.ui.say(format_args!("nothing to fix in {files}"));
    } else {
        context.ui.answer(findings.iter().map(text).collect::<Vec<_>>().join("\n"))?;
    }
    let is_fine = findings.iter().all(|finding| finding.severity == Severity::Info);
    Ok(if is_fine { Exit::Done } else { Exit::Pending })
}

fn document(finding: &Finding) -> serde_json::Value {
    let Finding { path, line, severity, message, fix } = finding;
    json!({ "path": path, "line": line, "severity": severity.as_str(), "message": message, "fix": fix })
}

fn text(finding: &Finding) -> String {
    let Finding { path, line, severity, message, fix } = finding;
    let mut text = foreign::line(path).into_owned();
    if let Some(line) = line {
        let _ = write!(text, ":{line}");
    }
    let _ = write!(text, ": {}: {}", severity.as_str(), foreign::line(message));
    if let Some(fix) = fix {
        let _ = write!(text, "\n  fix: {}", foreign::line(fix));
    }
    text
}
