//! `remove`: everything of Datadog's taken off an app again.

use std::collections::BTreeSet;

use super::{Context, Exit};
use crate::app::desired::RebuildWhen;
use crate::app::desired::remove;
use crate::app::facts::{CheckoutQuery, KeyQuery, Part, Query};
use crate::app::{Desired, Facts, prerun};
use crate::cli::{AppsOrNames, ChangeOptions};
use crate::cli::{organization, rebuild_args};
use crate::engine::{self, Mode};
use crate::failure::{Code, Failure, Result};

/// Remove Datadog from an app and list what it leaves
///
/// Removes labs features, config vars, the buildpack, drains and the managed block of datadog/prerun.sh.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  dd-heroku remove shop --dry-run
  dd-heroku remove shop --yes --confirm shop
  dd-heroku remove shop --keep DD_ENV")]
pub struct Args {
    /// The app's name again; on a terminal you are asked for it
    #[arg(long, value_name = "APP")]
    confirm: Vec<String>,
    /// Keep this config var or labs feature; repeat it for several
    #[arg(long, value_name = "NAME")]
    keep: Vec<String>,
    #[command(flatten)]
    rebuild: rebuild_args::Args,
    #[command(flatten)]
    apps: AppsOrNames,
    #[command(flatten)]
    change: ChangeOptions,
}

/// Removes Datadog from the apps that are meant.
pub fn run(context: &Context, args: &Args) -> Result<Exit> {
    let targets = args.apps.targets();
    let apps = context.apps(&targets)?;
    let is_named = |app: &String| args.confirm.contains(app);
    if let Some(other) = args.confirm.iter().find(|name| !apps.contains(name)) {
        return Err(Failure::usage(format_args!(
            "--confirm names `{other}`, and the app is `{}`",
            apps.join("`, `")
        ))
        .hint(format_args!("pass `--confirm {}`", apps[0])));
    }
    let unnamed = apps.iter().find(|app| !is_named(app));
    if let (Some(app), true) =
        (unnamed, args.change.may_apply(context.ui) && !args.change.may_ask(context.ui))
    {
        let message = format!("`remove` wants the app's name again: {app}");
        return Err(Failure::new(Code::Unanswered, message).hint(format_args!("pass `--confirm {app}`")));
    }
    let mode = Mode { by_name: unnamed.is_some(), ..args.change.mode(&targets) };
    let mut query = Query::from(PARTS)
        .with_key(KeyQuery::default())
        .with_checkout(CheckoutQuery { files: vec![prerun::PATH], ..args.rebuild.checkout() });
    query.log_metrics = organization::find(context);
    query.log_metrics_may_fail = true;
    engine::run(context, mode, &apps, &query, &|facts| desired(args, facts))
}

/// What is read of an app to see what of it is Datadog's.
const PARTS: [Part; 10] = [
    Part::Config,
    Part::Buildpacks,
    Part::Features,
    Part::Formation,
    Part::Releases,
    Part::Builds,
    Part::Drains,
    Part::TelemetryDrains,
    Part::Attachments,
    Part::Slug,
];

fn desired(args: &Args, facts: &Facts) -> Result<Desired> {
    let keep: BTreeSet<_> = args.keep.iter().cloned().collect();
    let mut desired = remove::desired(facts, &keep);
    args.rebuild.put_into(&mut desired, RebuildWhen::Due, facts)?;
    Ok(desired)
}
