//! `prerun`: the managed block of `datadog/prerun.sh`.

pub mod show;
pub mod skip;
pub mod version;

use std::path::Path;

use super::{Context, Exit};
use crate::app::desired::File;
use crate::app::prerun::{self, Block, Unmanageable};
use crate::app::{Desired, Part, Parts};
use crate::engine;
use crate::failure::{Code, Failure, Result};
use crate::repo::Checkout;

/// The managed block of datadog/prerun.sh, which every dyno runs before its Agent starts
#[derive(Debug, clap::Subcommand)]
#[allow(missing_docs, reason = "a doc comment here would take the place of the one at `Args`")]
pub enum Verb {
    Show(show::Args),
    Skip(skip::Args),
    Version(version::Args),
}

/// Runs one of them.
pub fn run(context: &Context, verb: Verb) -> Result<Exit> {
    match verb {
        Verb::Show(args) => show::run(context, &args),
        Verb::Skip(args) => skip::run(context, &args),
        Verb::Version(args) => version::run(context, &args),
    }
}

/// Changes the block. `anew` writes over one that somebody edited.
fn change(context: &Context, anew: bool, with: &(dyn Fn(&mut Block) + Sync)) -> Result<Exit> {
    let app = context.app()?;
    engine::run(context, &[app], &Parts::from([Part::Formation]), &|facts| {
        let checkout = checkout(context, &facts.app.name)?;
        let before = checkout.read(Path::new(prerun::PATH))?;
        let there = before.as_deref().map(Block::read);
        let is_edited = matches!(there, Some(Err(Unmanageable::Edited)));
        let mut block = there.and_then(Result::ok).flatten().unwrap_or_default();
        with(&mut block);
        let file = match &before {
            Some(text) if is_edited && anew => {
                let after = block.put_over(text).ok();
                Some(File::Whole { path: prerun::PATH.into(), before, after, executable: true })
            }
            None if block == Block::default() => None,
            _ => Some(File::Prerun { before, block }),
        };
        Ok(Desired { files: file.into_iter().collect(), ..Desired::default() })
    })
}

fn checkout<'c>(context: &'c Context, app: &str) -> Result<&'c Checkout> {
    context.checkout_for(app).ok_or_else(|| {
        Failure::new(
            Code::Failed,
            format_args!(
                "`{}` is a file of the app's repository, and this is not its checkout",
                prerun::PATH
            ),
        )
        .hint(format_args!("run this in the checkout of `{app}` (heroku git:clone -a {app})"))
    })
}
