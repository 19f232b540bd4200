//! `checks list`: the app's own checks.

use serde_json::json;

use super::checkout;
use crate::cli::{OneApp, app_folder};
use crate::commands::{Context, Exit};
use crate::failure::Result;
use crate::repo::lint;
use crate::ui;

/// List the checks of datadog/checks.d, their configuration, and their problems
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "Examples:
  dd-heroku checks list")]
pub struct Args {
    #[command(flatten)]
    app: OneApp,
}

/// Lists them.
pub fn run(context: &Context, args: &Args) -> Result<Exit> {
    let targets = args.app.targets();
    let checkout = checkout(context, &targets)?;
    let folder = app_folder::of(context, &targets);
    let files = checkout.datadog_files(&folder)?;
    let findings = lint::lint(&files, &folder);
    let checks: Vec<_> = lint::custom_checks(&files)
        .into_iter()
        .map(|check| {
            let is_about = |finding: &&lint::Finding| {
                check.files.contains(&finding.path) && finding.severity != lint::Severity::Info
            };
            let problems = findings.iter().filter(is_about).count();
            let files = check.files.iter().map(|path| folder.real(path)).collect();
            (lint::Custom { files, ..check }, problems)
        })
        .collect();
    if context.ui.json {
        let object = |(check, problems): &(lint::Custom, usize)| json!({ "name": check.name, "files": check.files, "problems": problems });
        context.ui.json(&checks.iter().map(object).collect())?;
    } else if checks.is_empty() {
        context.ui.say("there are no checks in datadog/checks.d; `dd-heroku checks new NAME` writes one");
    } else {
        let row = |(check, problems): &(lint::Custom, usize)| {
            let health = if *problems == 0 {
                "ok".to_owned()
            } else {
                format!("{problems} to fix: dd-heroku checks lint")
            };
            [check.name.clone(), check.files.join(", "), health]
        };
        context.ui.answer(ui::table(["NAME", "FILES", "HEALTH"], checks.iter().map(row)))?;
    }
    Ok(Exit::Done)
}
