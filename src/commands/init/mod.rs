//! `init`: the whole set-up of Datadog on an app.

mod answers;
mod args;
mod questions;

use super::{Context, Exit};
use crate::app::desired::Desired;
use crate::app::desired::init::Setup;
use crate::app::facts::{CheckoutQuery, Facts, Part, Query};
use crate::app::prerun;
use crate::cli::{keys, rebuild_args};
use crate::engine::{self, Observer};
use crate::failure::Result;

pub use args::Args;

/// What is read of an app for its plan.
const PARTS: [Part; 8] = [
    Part::Config,
    Part::Buildpacks,
    Part::Features,
    Part::Formation,
    Part::Releases,
    Part::Builds,
    Part::TelemetryDrains,
    Part::Slug,
];

/// Sets Datadog up on the apps that are meant.
pub fn run(context: &Context, args: Args) -> Result<Exit> {
    args.check()?;
    let targets = args.apps.targets();
    let apps = context.apps(&targets)?;
    let is_guided = args.change.may_ask(context.ui) && apps.len() == 1;
    let mut query = Query::from(PARTS)
        .with_key(keys::query(context, args.api_key_stdin, args.site()?, args.no_verify)?)
        .with_checkout(CheckoutQuery { files: vec![prerun::PATH], ..args.rebuild.checkout() });
    if args.logs || is_guided {
        query.heroku.insert(Part::Drains);
    }
    let observer = Observer::new(context);
    let mut facts = observer.observe(&apps, &query)?;
    let mut setup = args.setup()?;
    if is_guided {
        setup = questions::ask(context, &observer, &mut query, &args, &mut facts[0])?;
    }
    engine::run_from(&observer, args.change.mode(&targets), &facts, &query, &|facts| {
        desired(&setup, &args.rebuild, facts)
    })
}

fn desired(setup: &Setup, rebuild: &rebuild_args::Args, facts: &Facts) -> Result<Desired> {
    let mut desired = setup.desired(facts, &keys::accepted(facts)?);
    rebuild.put_into(&mut desired, setup.rebuild.clone(), facts)?;
    Ok(desired)
}
