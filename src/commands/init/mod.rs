//! `init`: the whole set-up of Datadog on an app.

pub mod answers;
pub mod questions;

use std::collections::BTreeMap;
use std::path::Path;
use std::thread;

use super::{Context, Exit};
use crate::app::desired::init::{Checkout, Setup};
use crate::app::prerun;
use crate::app::{Facts, Part, Parts};
use crate::cli::key;
use crate::engine::{self, observe};
use crate::failure::{Failure, Result};

use crate::cli::keys::Keys;
pub use answers::Args;

/// Sets Datadog up on the apps that are meant.
pub fn run(context: &Context, args: Args) -> Result<Exit> {
    args.check()?;
    let apps = context.apps()?;
    let is_guided =
        context.ui.interactive && !context.global.yes && !context.global.dry_run && apps.len() == 1;
    let mut parts = Parts::from([
        Part::Config,
        Part::Buildpacks,
        Part::Features,
        Part::Formation,
        Part::Releases,
        Part::Builds,
        Part::TelemetryDrains,
        Part::Slug,
    ]);
    if args.logs || is_guided {
        parts.insert(Part::Drains);
    }
    let given = key::given(context, args.api_key_stdin)?;
    let guess = given.clone().or_else(|| context.demonstration_key());
    let site = args.site()?;
    // The key is checked while the apps are read: the site is the one that is asked for, else the default.
    let (facts, checked) = thread::scope(|scope| {
        let check = guess.as_ref().filter(|_| !args.no_verify).map(|guess| {
            scope.spawn(move || key::require_accepted(context, guess, site.unwrap_or_default()))
        });
        let facts = observe(context, &apps, &parts);
        (facts, check.map(thread::ScopedJoinHandle::join))
    });
    let checked =
        checked.map(|joined| joined.unwrap_or_else(|_| Err(Failure::usage("the key check broke off"))));
    let facts = facts?;
    let mut keys = Keys::new(context, given, guess, site, checked, args.no_verify);
    let mut setups: BTreeMap<String, Setup> = BTreeMap::new();
    for one in &facts {
        let setup = if is_guided {
            questions::ask(context, &args, &mut keys, one)?
        } else {
            args.setup(&mut keys, one)?
        };
        setups.insert(one.app.name.clone(), setup);
    }
    let desire = |facts: &Facts| {
        let app = &facts.app.name;
        let setup =
            setups.get(app).ok_or_else(|| Failure::usage(format_args!("`{app}` was not asked for")))?;
        let own = context.checkout_of(app);
        let checkout = own
            .map(|own| Ok::<_, Failure>(Checkout { prerun: own.read(Path::new(prerun::PATH))? }))
            .transpose()?;
        let mut desired = setup.desired(facts, checkout.as_ref());
        args.rebuild.put_into(&mut desired, setup.rebuild.clone(), context, facts)?;
        Ok(desired)
    };
    engine::run_from(context, facts, &parts, &desire)
}
