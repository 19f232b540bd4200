//! `logs status`: every drain of the apps.

use serde_json::{Value, json};

use crate::app::Facts;
use crate::app::drain_status::{self, Datadog, Kind, Line};
use crate::cli::AppsOrNames;
use crate::commands::{Context, Exit};
use crate::engine;
use crate::failure::Result;
use crate::ui::{self, table};

/// Show every drain of the app, and whether it agrees with the app's key and site
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  dd-heroku logs status shop
  dd-heroku logs status --team acme --exit-code")]
pub struct Args {
    /// Exit with 3 when a drain disagrees with its app
    #[arg(long)]
    exit_code: bool,
    #[command(flatten)]
    apps: AppsOrNames,
}

/// Shows the drains of the apps that are meant.
pub fn run(context: &Context, args: &Args) -> Result<Exit> {
    let targets = args.apps.targets();
    let facts = engine::observe(context, &context.apps(&targets)?, &super::query())?;
    let lines: Vec<_> = facts.iter().map(drain_status::lines).collect();
    if context.ui.json {
        let documents =
            facts.iter().zip(&lines).map(|(app_facts, lines)| document(app_facts, lines)).collect();
        context.ui.json(&ui::one_or_many(documents, targets.are_many()))?;
    } else {
        context.ui.answer(text(&facts, &lines))?;
    }
    let is_pending = lines.iter().flatten().any(|line| {
        line.datadog.as_ref().is_some_and(|datadog| line.addon.is_none() && !datadog.disagrees.is_empty())
    });
    Ok(if is_pending && args.exit_code { Exit::Pending } else { Exit::Done })
}

fn text(facts: &[Facts], lines: &[Vec<Line>]) -> String {
    let rows = facts.iter().zip(lines).flat_map(|(app_facts, lines)| {
        let none = lines
            .is_empty()
            .then(|| [app_facts.app.name.clone(), "-".into(), "no drain".into(), String::new()]);
        none.into_iter().chain(lines.iter().map(|line| row(&app_facts.app.name, line)))
    });
    table(["APP", "DRAIN", "TO", "WHAT"], rows)
}

fn row(app: &str, line: &Line) -> [String; 4] {
    let kind = match line.kind {
        Kind::Log => "logs".to_owned(),
        Kind::Telemetry => line.signals.join(","),
    };
    let what = match (&line.datadog, &line.addon) {
        (_, Some(addon)) => format!("of the add-on {addon}"),
        (None, None) => "elsewhere".to_owned(),
        (Some(datadog), None) => state(app, datadog),
    };
    [app.to_owned(), kind, line.host.clone(), what]
}

fn state(app: &str, Datadog { site: _, last4, env, service, disagrees }: &Datadog) -> String {
    let labels = [
        last4.as_ref().map_or(Some("no key".to_owned()), |last4| Some(format!("key ••••{last4}"))),
        env.as_ref().map(|env| format!("env:{env}")),
        service.as_ref().map(|service| format!("service:{service}")),
    ];
    let differences = disagrees.iter().map(|what| match *what {
        "double" => "! one too many".to_owned(),
        "url" => format!("! not the URL of Datadog's guide: dd-heroku logs enable -a {app}"),
        what => format!("! not the app's {what}"),
    });
    labels.into_iter().flatten().chain(differences).collect::<Vec<_>>().join("  ")
}

fn document(facts: &Facts, lines: &[Line]) -> Value {
    let drains: Vec<_> = lines
        .iter()
        .map(|Line { kind, id, host, url, signals, addon, datadog }| {
            let mut drain = json!({
                "kind": match kind { Kind::Log => "log", Kind::Telemetry => "telemetry" },
                "id": id,
                "host": host,
                "url": url,
                "addon": addon,
                "datadog": datadog.as_ref().map(|Datadog { site, last4, env, service, disagrees }| json!({
                    "site": site.domain(),
                    "key": last4.as_ref().map(|last4| json!({ "last4": last4 })),
                    "env": env,
                    "service": service,
                    "disagrees": disagrees,
                })),
            });
            if *kind == Kind::Telemetry {
                drain["signals"] = json!(signals);
            }
            drain
        })
        .collect();
    json!({ "app": facts.app.name, "generation": facts.app.generation.to_string(), "drains": drains })
}
