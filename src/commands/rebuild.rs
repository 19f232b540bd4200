//! `rebuild`: the slug of the commit that runs, compiled again.

use super::{Context, Exit};
use crate::app::desired::RebuildWhen;
use crate::app::facts::{Part, Query};
use crate::app::{Desired, Facts};
use crate::cli::rebuild_args::From;
use crate::cli::{AppsOrNames, ChangeOptions};
use crate::engine;
use crate::failure::Result;

/// Rebuild the running commit, without an empty commit
///
/// Some settings take effect only in a new slug: the buildpacks, the Agent version, DD_APM_ENABLED and others. The
/// source is that of the running commit: from the checkout, from `--source-url`, or as Heroku still holds it.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  dd-heroku rebuild shop
  dd-heroku rebuild shop --clear-cache
  dd-heroku rebuild shop --ref main --yes")]
pub struct Args {
    /// Clear the build cache first
    #[arg(long)]
    clear_cache: bool,
    /// Rebuild what was built minutes ago too
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    from: From,
    #[command(flatten)]
    apps: AppsOrNames,
    #[command(flatten)]
    change: ChangeOptions,
}

/// What has to be read for a rebuild to be planned.
const PARTS: [Part; 6] =
    [Part::Config, Part::Buildpacks, Part::Formation, Part::Releases, Part::Builds, Part::Slug];

/// Rebuilds the apps that are meant.
pub fn run(context: &Context, args: &Args) -> Result<Exit> {
    let targets = args.apps.targets();
    let query = Query::from(PARTS).with_checkout(args.from.checkout());
    engine::run(context, args.change.mode(&targets), &context.apps(&targets)?, &query, &|facts| {
        desired(args, facts)
    })
}

fn desired(args: &Args, facts: &Facts) -> Result<Desired> {
    let rebuild = if args.force { RebuildWhen::Always } else { RebuildWhen::Asked };
    let mut desired = Desired { rebuild, clear_cache: args.clear_cache, ..Desired::default() };
    args.from.put_into(&mut desired, facts)?;
    Ok(desired)
}
