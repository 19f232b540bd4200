//! `prerun version`: what `DD_VERSION` is taken from.

use crate::app::prerun;
use crate::cli::{ChangeOptions, OneApp};
use crate::commands::{Context, Exit};
use crate::failure::Result;

/// Set DD_VERSION on every dyno from the commit that was built, or from the release
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "Examples:
  dd-heroku prerun version slug
  dd-heroku prerun version none -a shop")]
pub struct Args {
    /// Source of the version
    #[arg(value_name = "WHERE")]
    from: From,
    /// Rewrite a block that was edited by hand
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    app: OneApp,
    #[command(flatten)]
    change: ChangeOptions,
}

/// Where the version comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum From {
    /// The commit that was built (HEROKU_BUILD_COMMIT, else HEROKU_SLUG_COMMIT)
    Slug,
    /// The release number (HEROKU_RELEASE_VERSION)
    Release,
    /// The config var DD_VERSION, if it is set
    None,
}

/// Sets it.
pub fn run(context: &Context, args: &Args) -> Result<Exit> {
    let version = match args.from {
        From::Slug => Some(prerun::Version::Slug),
        From::Release => Some(prerun::Version::Release),
        From::None => None,
    };
    super::change(context, &args.app.targets(), args.change, args.force, &|block| block.version = version)
}
