//! Where the files for Datadog are in an app's checkout, for verbs that need nothing else of the app.

use super::{Context, Targets};
use crate::app::Facts;
use crate::app::conf_folder::ConfFolder;
use crate::app::facts::{Part, Query};
use crate::engine;
use crate::failure::Result;

/// Where the files of the app are in the checkout. It is the usual folder where the app cannot be read, without an account
/// or a network for one: this is a help, and no reason to fail.
pub fn of(context: &Context, targets: &Targets) -> ConfFolder {
    let read = || -> Result<ConfFolder> {
        context.heroku()?;
        let apps = [context.app(targets)?];
        let facts = engine::observe(context, &apps, &Query::from([Part::Config, Part::Buildpacks]))?;
        Ok(facts.first().map(Facts::conf_folder).unwrap_or_default())
    };
    if !context.names_an_app(targets) {
        return ConfFolder::default();
    }
    read().unwrap_or_else(|failure| {
        context.ui.detail(format_args!("the app's config vars are not read: {:#}", failure.error));
        ConfFolder::default()
    })
}
