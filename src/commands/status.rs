//! `status`: what is set, what runs, what drifted.

use super::{Context, Exit};
use crate::app::facts::{CheckoutQuery, Part, Query};
use crate::app::status::Status;
use crate::app::{Facts, deployed};
use crate::cli::AppsOrNames;
use crate::cli::diagnosis;
use crate::engine;
use crate::failure::Result;
use crate::ui::{self, status_view};

/// Show what is set, what runs and what drifted, of one app or many
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  dd-heroku status
  dd-heroku status shop mobile-api
  dd-heroku status --team acme --json")]
pub struct Args {
    /// Follow a build and its release phase to their ends first
    #[arg(long)]
    watch: bool,
    /// Do not check the keys with Datadog
    #[arg(long)]
    no_verify: bool,
    #[command(flatten)]
    apps: AppsOrNames,
}

/// Seven requests in addition to the app itself: eight an app, nine of a Fir app, which has telemetry drains; and the output of
/// the build of a large slug that could be slim.
const PARTS: [Part; 9] = [
    Part::Config,
    Part::Buildpacks,
    Part::Features,
    Part::Releases,
    Part::Builds,
    Part::Drains,
    Part::TelemetryDrains,
    Part::Dynos,
    Part::SlimSaving,
];

/// Shows the status of the apps that are meant.
pub fn run(context: &Context, args: &Args) -> Result<Exit> {
    let targets = args.apps.targets();
    let apps = context.apps(&targets)?;
    let query =
        Query::from(PARTS).with_key(diagnosis::key(args.no_verify)).with_checkout(CheckoutQuery::default());
    if args.watch {
        for app_facts in &engine::observe(context, &apps, &Query::from([Part::Builds, Part::Releases]))? {
            watch(context, app_facts)?;
        }
    }
    let facts = engine::observe(context, &apps, &query)?;
    let all: Vec<_> = facts.iter().map(Status::of).collect();
    if context.ui.json {
        let documents = all.iter().map(status_view::to_json).collect();
        context.ui.json(&ui::one_or_many(documents, targets.are_many()))?;
    } else if let ([status], false) = (all.as_slice(), targets.are_many()) {
        context.ui.answer_styled(&status_view::full(status))?;
    } else {
        context.ui.answer_styled(&status_view::summary(&all))?;
    }
    Ok(Exit::Done)
}

/// Follows the app's build or release phase, when one is under way.
fn watch(context: &Context, facts: &Facts) -> Result {
    let app = &facts.app.name;
    let Some(under_way) = deployed::under_way(facts) else {
        context.ui.say(format_args!("no build of {app} is under way"));
        return Ok(());
    };
    let progress = context.ui.progress(format_args!("building {app}"));
    engine::watch(context, &progress, app, under_way)?;
    context.ui.say(format_args!("the build of {app} succeeded"));
    Ok(())
}
