//! One argument of `config set`: `NAME=VALUE`, or `NAME` with the value on standard input.

use std::collections::BTreeMap;

use crate::app::{Facts, Note};
use crate::cli::{available_versions, key};
use crate::commands::Context;
use crate::datadog::options;
use crate::env::DD_AGENT_VERSION;
use crate::failure::{Failure, Result};
use crate::secret::Secret;

/// The variables to set, or with `None` to unset.
pub(super) type Changes = BTreeMap<String, Option<Secret>>;

/// The name and the checked value of one argument. A secret comes from standard input or a hidden prompt.
pub(super) fn read(context: &Context, given: &str, force: bool) -> Result<(String, Secret)> {
    let (name, value) = match given.split_once('=') {
        Some((name, value)) => {
            let name = settable(name, force)?;
            if options::is_secret(&name, value) {
                let message =
                    format!("`{name}` holds a secret, which every user of the machine sees in an argument");
                return Err(Failure::usage(message)
                    .hint(format_args!("pipe it: `pass datadog/key | dd-heroku config set {name}`")));
            }
            (name, value.to_owned())
        }
        None => (settable(given, force)?, hidden(context, given)?),
    };
    match options::check(&name, &value) {
        Ok(value) => Ok((name, Secret::new(value))),
        Err(problem) => {
            let failure = Failure::usage(format_args!("{name}: {problem}"));
            if problem == options::Problem::AgentVersion
                && let Ok(agents) = available_versions::agents(context, false)
            {
                return Err(available_versions::require(&value, &agents).err().unwrap_or(failure));
            }
            Err(match problem.instead() {
                Some(instead) => failure.hint(format_args!("dd-heroku config set '{name}={instead}'")),
                None => failure.hint(format_args!("dd-heroku config explain {name}")),
            })
        }
    }
}

fn hidden(context: &Context, name: &str) -> Result<String> {
    if context.ui.interactive {
        let check = |text: &str| options::check(name, text).map(drop).map_err(|problem| problem.to_string());
        return context.ui.ask_secret(&format!("{name} (hidden)"), "it on standard input", check);
    }
    key::stdin()
}

/// The name of an option to set; fails when it is a slip away from one.
fn settable(name: &str, force: bool) -> Result<String> {
    let name = known(name)?;
    match options::typo_of(&name).filter(|_| !force) {
        None => Ok(name),
        Some(near) => Err(Failure::usage(format_args!("unknown option `{name}`; did you mean `{near}`?"))
            .hint(format_args!("`--force` sets `{name}` as it is"))),
    }
}

/// The name of an option; fails when it is not an option of Datadog.
pub(super) fn known(name: &str) -> Result<String> {
    if name.starts_with("DD_") || options::find(name).is_some() {
        return Ok(name.to_owned());
    }
    let failure = Failure::usage(format_args!("`{name}` is not an option of Datadog"));
    let near = options::near(name).into_iter().map(|near| format!("did you mean `{near}`?"));
    Err(near.chain(["heroku config:set sets any other variable".into()]).fold(failure, Failure::hint))
}

/// The changes with the Agent version as the app's buildpack takes it. Fails when it does not exist; a note says when that
/// could not be checked.
pub(super) fn with_whole_version(changes: &Changes, facts: &Facts) -> Result<(Changes, Option<Note>)> {
    let mut changes = changes.clone();
    let Some(Some(version)) = changes.get_mut(DD_AGENT_VERSION) else { return Ok((changes, None)) };
    let (text, note) = available_versions::to_send(
        version.expose(),
        facts.takes_any_version(),
        facts.agent_versions.as_ref(),
    )?;
    *version = Secret::new(text);
    Ok((changes, note))
}
