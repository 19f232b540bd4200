//! `metrics status`: which of the metrics exist.

use serde_json::{Value, json};

use crate::app::Facts;
use crate::app::metrics::definition::{self, Comparison};
use crate::app::metrics::{Existing, Measure};
use crate::app::{drains, telemetry};
use crate::cli::AppsOrNames;
use crate::cli::destination::DestinationArgs;
use crate::cli::keys;
use crate::cli::organization::find;
use crate::commands::{Context, Exit};
use crate::engine;
use crate::failure::Result;
use crate::platform::feature::RUNTIME_METRICS;
use crate::ui::{self, table};

/// Show the state of the app's metrics: the labs feature, the drain, and what exists at Datadog
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  dd-heroku metrics status shop
  dd-heroku metrics status --team acme --json")]
pub struct Args {
    #[command(flatten)]
    destination: DestinationArgs,
    /// Exit with 3 when an app does not send its metrics
    #[arg(long)]
    exit_code: bool,
    #[command(flatten)]
    apps: AppsOrNames,
}

/// Shows the state of the apps that are meant.
pub fn run(context: &Context, args: &Args) -> Result<Exit> {
    let mut query = super::query();
    match find(context) {
        Some(key) => {
            query = query.with_key(args.destination.query(context)?);
            query.log_metrics = Some(key);
        }
        None => context.ui.note("what is at Datadog is not known without an application key (DD_APP_KEY)"),
    }
    let targets = args.apps.targets();
    let facts = engine::observe(context, &context.apps(&targets)?, &query)?;
    if let (Some(_), Some(first)) = (&query.log_metrics, facts.first()) {
        keys::accepted(first)?;
    }
    let at_datadog = facts
        .iter()
        .find_map(|app_facts| app_facts.log_metrics.as_ref())
        .map(|app_facts| &app_facts.existing);
    if context.ui.json {
        let documents = facts.iter().map(|app_facts| document(app_facts, at_datadog)).collect();
        context.ui.json(&ui::one_or_many(documents, targets.are_many()))?;
    } else {
        context.ui.answer(text(&facts, at_datadog))?;
    }
    let is_whole = facts.iter().all(|app_facts| is_on(app_facts) && has_drain(app_facts));
    Ok(if args.exit_code && !is_whole { Exit::Pending } else { Exit::Done })
}

fn is_on(app_facts: &Facts) -> bool {
    let feature = app_facts.features.iter().flatten().any(|(name, on)| name == RUNTIME_METRICS && *on);
    feature || carries_metrics(app_facts)
}

fn carries_metrics(app_facts: &Facts) -> bool {
    let drains = app_facts.telemetry_drains.as_deref().unwrap_or_default();
    telemetry::to_datadog(drains).any(|drain| drain.signals.iter().any(|signal| signal == "metrics"))
}

fn has_drain(app_facts: &Facts) -> bool {
    drains::to_datadog(app_facts.drains.as_deref().unwrap_or_default()).next().is_some()
        || carries_metrics(app_facts)
}

fn text(facts: &[Facts], existing: Option<&Existing>) -> String {
    let word = |yes: bool| if yes { "yes" } else { "no" }.to_owned();
    let rows = facts
        .iter()
        .map(|app_facts| [app_facts.app.name.clone(), word(is_on(app_facts)), word(has_drain(app_facts))]);
    let mut text = table(["APP", "WRITES THEM", "SENDS THEM"], rows);
    if let Some(existing) = existing {
        let Comparison { missing, same: _, different } = definition::compare(&existing.metrics);
        let state = |measure: Measure| match measure {
            _ if missing.iter().any(|metric| metric.id == measure.id()) => "missing",
            _ if different.contains(&measure) => "defined otherwise",
            _ => "there",
        };
        let rows = Measure::ALL.map(|measure| [measure.id().to_owned(), state(measure).to_owned()]);
        let rest = [
            ["log pipeline".to_owned(), pipeline(existing).to_owned()],
            [
                "dashboard".to_owned(),
                if existing.dashboard.is_some() { "there" } else { "missing" }.to_owned(),
            ],
        ];
        text += "\n\n";
        text += &table(["AT DATADOG", ""], rows.into_iter().chain(rest));
    }
    text
}

fn pipeline(existing: &Existing) -> &'static str {
    match existing.pipeline {
        Some((_, true)) => "there",
        Some((_, false)) => "out of date",
        None => "missing",
    }
}

fn document(app_facts: &Facts, existing: Option<&Existing>) -> Value {
    let datadog = existing.map(|existing| {
        let Comparison { missing, same, different } = definition::compare(&existing.metrics);
        let ids = |measures: &[Measure]| measures.iter().map(|measure| measure.id()).collect::<Vec<_>>();
        json!({
            "pipeline": pipeline(existing),
            "dashboard": existing.dashboard.is_some(),
            "metrics": ids(&same),
            "different": ids(&different),
            "missing": missing.iter().map(|metric| &metric.id).collect::<Vec<_>>(),
        })
    });
    json!({ "app": app_facts.app.name, "writes": is_on(app_facts), "sends": has_drain(app_facts), "datadog": datadog })
}
