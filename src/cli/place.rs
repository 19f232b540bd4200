//! The dynos that a flag names.

use crate::app::integrations::Place;
use crate::datadog::options;
use crate::env;
use crate::failure::{Failure, Result};

/// The dynos that `flag` names: process types, single dynos, or `all`.
pub fn place(flag: &str, dynos: &[String]) -> Result<Place> {
    for dyno in dynos.iter().filter(|_| dynos != ["all"]) {
        // A name that could be read as shell would end up in a script.
        let kind = if dyno.contains('.') { env::DD_HEROKU_LEADER } else { env::DD_HEROKU_SKIP_DYNOS };
        if dyno.contains('*') || options::check(kind, dyno).is_err() {
            return Err(Failure::usage(format_args!(
                "{flag}: `{dyno}` is neither a process type nor a dyno"
            ))
            .hint(format_args!("{flag} web, or {flag} web.1")));
        }
    }
    Ok(Place::of(dynos.to_vec()))
}
