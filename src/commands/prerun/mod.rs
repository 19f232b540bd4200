//! `prerun`: the managed block of `datadog/prerun.sh`.

pub mod show;
pub mod skip;
pub mod version;

use super::{Context, Exit};
use crate::app::desired::{File, Note};
use crate::app::facts::{CheckoutQuery, Part, Query};
use crate::app::prerun::{self, Block, dyno_types};
use crate::app::{Desired, Facts, codes};
use crate::cli::{ChangeOptions, Targets};
use crate::engine;
use crate::failure::{Code, Failure, Result};
use crate::repo::Checkout;

/// Change what every dyno does before its Agent starts: the managed block of datadog/prerun.sh
#[derive(Debug, clap::Subcommand)]
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

/// Changes the block; `force` replaces one that was edited by hand.
fn change(
    context: &Context,
    targets: &Targets,
    options: ChangeOptions,
    force: bool,
    with: &dyn Fn(&mut Block),
) -> Result<Exit> {
    let query = Query::from([Part::Config, Part::Buildpacks, Part::Formation])
        .with_checkout(CheckoutQuery { files: vec![prerun::PATH], ..CheckoutQuery::default() });
    engine::run(context, options.mode(targets), &[context.app(targets)?], &query, &|facts| {
        desired(facts, force, with)
    })
}

/// The checkout of the app that was named.
fn checkout<'c>(context: &'c Context, app: &str) -> Result<&'c Checkout> {
    context.checkout_for(app)?.ok_or_else(|| no_checkout(app))
}

fn no_checkout(app: &str) -> Failure {
    let message =
        format!("`{}` is a file of the app's repository, and this is not its checkout", prerun::PATH);
    Failure::new(Code::Failed, message)
        .hint(format_args!("run this in the checkout of `{app}` (heroku git:clone -a {app})"))
}

fn desired(facts: &Facts, force: bool, with: &dyn Fn(&mut Block)) -> Result<Desired> {
    let checkout = facts.usable_checkout().ok_or_else(|| no_checkout(&facts.app.name))?;
    let current = checkout.prerun().map(Block::read);
    let mut block = current.clone().and_then(Result::ok).flatten().unwrap_or_default();
    with(&mut block);
    let notes = unknown_types(&block, facts);
    let is_nothing = current.is_none() && block == Block::default();
    let files = if is_nothing { Vec::new() } else { vec![File::Prerun { block, force }] };
    Ok(Desired { files, notes, ..Desired::default() })
}

/// A note for each dyno type to skip that the app does not have: it may be a slip, or a type that comes later.
fn unknown_types(block: &Block, facts: &Facts) -> Vec<Note> {
    let process_types: Vec<_> =
        facts.formation.iter().flatten().map(|process| process.kind.as_str()).collect();
    let unknown = dyno_types::unknown(&block.skip, &process_types);
    let note = |(name, near): (&str, Option<String>)| {
        let hint = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
        let message = format!("`{}` has no dynos of the type `{name}`{hint}", facts.app.name);
        Note::new(codes::UNKNOWN_DYNO_TYPE, message)
    };
    unknown.into_iter().map(note).collect()
}
