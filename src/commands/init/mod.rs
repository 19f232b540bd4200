//! `init`: the whole set-up of Datadog on an app.

pub mod answers;
pub mod keys;
pub mod questions;

use std::collections::BTreeMap;
use std::path::Path;
use std::thread;

use super::change::{self, observe};
use super::{Context, Exit, key};
use crate::app::prerun;
use crate::app::setup::{Checkout, Setup};
use crate::app::{Observed, Part, Parts};
use crate::failure::{Failure, Result};

pub use answers::Args;
use keys::Keys;

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
    let guess = match &given {
        None if context.is_sandbox() => Some(key::demonstration()?),
        given => given.clone(),
    };
    let site = args.site()?;
    // The key is checked while the apps are read: the site is the one that is asked for, else the default.
    let (observed, checked) = thread::scope(|scope| {
        let check = guess.as_ref().filter(|_| !args.no_verify).map(|guess| {
            scope.spawn(move || key::require_accepted(context, guess, site.unwrap_or_default()))
        });
        let observed = observe(context, &apps, &parts);
        (observed, check.map(thread::ScopedJoinHandle::join))
    });
    let checked =
        checked.map(|joined| joined.unwrap_or_else(|_| Err(Failure::usage("the key check broke off"))));
    let observed = observed?;
    let mut keys = Keys::new(context, given, guess, site, checked, args.no_verify);
    let mut setups: BTreeMap<String, Setup> = BTreeMap::new();
    for one in &observed {
        let setup = if is_guided {
            questions::ask(context, &args, &mut keys, one)?
        } else {
            args.setup(&mut keys, one)?
        };
        setups.insert(one.app.name.clone(), setup);
    }
    let desire = |observed: &Observed| {
        let app = &observed.app.name;
        let setup =
            setups.get(app).ok_or_else(|| Failure::usage(format_args!("`{app}` was not asked for")))?;
        let own = context.checkout_of(app);
        let checkout = own
            .map(|own| Ok::<_, Failure>(Checkout { prerun: own.read(Path::new(prerun::PATH))? }))
            .transpose()?;
        let mut desired = setup.desired(observed, checkout.as_ref());
        args.rebuild.put_into(&mut desired, setup.rebuild.clone(), context, observed)?;
        Ok(desired)
    };
    change::run_from(context, observed, &parts, &desire)
}
