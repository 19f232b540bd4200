//! `init`: the whole set-up of Datadog on an app.

mod answers;
mod args;
mod key_question;
mod questions;

use super::{Context, Exit};
use crate::app::buildpack::Role;
use crate::app::desired::Desired;
use crate::app::desired::init::Setup;
use crate::app::facts::{CheckoutQuery, Facts, Part, Query, When};
use crate::app::releases::Releases;
use crate::app::{Note, prerun};
use crate::cli::{available_versions, keys};
use crate::datadog::options;
use crate::engine::{self, Observer};
use crate::env;
use crate::failure::{Failure, Result};

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
    if args.agent_version.is_some() && !args.no_verify {
        query.agent_versions = When::Always;
    }
    let observer = Observer::new(context);
    let mut facts = observer.observe(&apps, &query)?;
    let mut setup = args.setup()?;
    if is_guided {
        setup = questions::ask(context, &observer, &mut query, &args, &mut facts[0])?;
    }
    let releases = args.buildpack_version.as_ref().map(|_| available_versions::buildpacks(context, false));
    engine::run_from(&observer, args.change.mode(&targets), &facts, &query, &|facts| {
        desired(&setup, &args, releases.as_ref(), facts)
    })
}

fn desired(setup: &Setup, args: &Args, releases: Option<&Releases>, facts: &Facts) -> Result<Desired> {
    let (mut setup, mut notes) = with_whole_version(setup, facts)?;
    if let (Some(typed), Some(releases)) = (&setup.buildpack_version, releases) {
        let (release, note) =
            available_versions::pin(typed, &setup.buildpack(facts), releases, !args.no_verify)?;
        setup.buildpack_version = Some(release);
        notes.extend(note);
    }
    let mut desired = setup.desired(facts, &keys::accepted(facts)?);
    desired.notes.extend(notes);
    args.rebuild.put_into(&mut desired, setup.rebuild.clone(), facts)?;
    Ok(desired)
}

/// The set-up with the Agent version as the app's buildpack will take it. A major version alone is a choice of its own
/// where any form is taken.
fn with_whole_version(setup: &Setup, facts: &Facts) -> Result<(Setup, Vec<Note>)> {
    let mut setup = setup.clone();
    // Emptied: the variable is unset.
    let Some(asked) = setup.agent_version.as_ref().filter(|asked| !asked.is_empty()) else {
        return Ok((setup, Vec::new()));
    };
    let any_form = !facts.app.has_buildpacks() || setup.buildpack(facts).role() == Role::Ours;
    let checked = options::check(env::DD_AGENT_VERSION, asked).map_err(Failure::usage)?;
    let (text, note) = available_versions::to_send(&checked, any_form, facts.agent_versions.as_ref())?;
    setup.agent_version = Some(text);
    Ok((setup, note.into_iter().collect()))
}
