//! Whether the dynos of an app can be entered, and what to do where they cannot.

use crate::app::facts::{Facts, Generation, Part, Query};
use crate::commands::Context;
use crate::engine;
use crate::failure::{Code, Failure, Result};
use crate::platform::feature;

/// Reads what has to be known of an app before its dynos are reached.
pub fn observe(context: &Context, app: &str) -> Result<Facts> {
    let parts = Query::from([Part::Dynos, Part::Features]);
    let facts = engine::observe(context, &[app.to_owned()], &parts)?.swap_remove(0);
    if facts.app.generation == Generation::Fir {
        let message = format!("`{app}` is on Fir, where no Agent runs in the dynos");
        let failure = Failure::new(Code::Failed, message);
        return Err(failure.hint(format_args!("dd-heroku logs status -a {app}")));
    }
    Ok(facts)
}

/// Why dynos cannot be reached from here.
pub fn unreachable(context: &Context, app: &str) -> Failure {
    if context.official_cli().is_none() {
        let message = format!("this dyno of `{app}` does not run: the sandbox runs those that are booted");
        return Failure::new(Code::Failed, message).hint(format_args!("dd-heroku sandbox boot {app}"));
    }
    let message = format!("dynos of `{app}` are reached by the official Heroku CLI, which is not installed");
    Failure::new(Code::Failed, message).hint("npm install --global heroku")
}

/// The feature's cost is shown, not paid.
pub fn require_feature(facts: &Facts) -> Result {
    let is_on = |on: &bool| *on;
    if facts.features.as_ref().and_then(|features| features.get(feature::EXEC)).is_none_or(is_on) {
        return Ok(());
    }
    let app = &facts.app.name;
    let message = format!("dynos of `{app}` cannot be entered: the feature {} is off", feature::EXEC);
    Err(Failure::new(Code::Failed, message)
        .hint(format_args!("heroku features:enable {} -a {app} (restarts its dynos)", feature::EXEC)))
}
