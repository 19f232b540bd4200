//! The environment that leads to the embedded sandbox instead of Heroku and Datadog.

use crate::datadog::boolean;
use crate::env::{self, Environment};
use crate::failure::Result;
use crate::sandbox;

/// Whether the sandbox is asked for: by `--sandbox`, given as `flag`, or by `DD_HEROKU_SANDBOX`.
pub fn is_asked_for(env: &Environment, flag: bool) -> bool {
    flag || boolean::is_switched_on(env.get(env::DD_HEROKU_SANDBOX))
}

/// Starts the sandbox for this process where it is asked for. Gives back the environment that leads to it, else `env` as it
/// is. The sandbox ends when it is dropped.
pub fn enter(env: &Environment, flag: bool) -> Result<(Option<sandbox::Running>, Environment)> {
    if !is_asked_for(env, flag) {
        return Ok((None, env.clone()));
    }
    let running = sandbox::start(&sandbox::Options::from_env(env)?)?;
    let env = env
        .clone()
        .with(env::HEROKU_HOST, &running.url)
        .with(env::HEROKU_API_URL, &running.url)
        .with(env::HEROKU_DATA_HOST, "127.0.0.1")
        .with(env::HEROKU_API_KEY, sandbox::TOKEN)
        .with(env::DD_HEROKU_APT_URL, format!("{}/apt/", running.url))
        .with(env::DD_HEROKU_APT_KEYS_URL, format!("{}/keys/", running.url))
        .with(env::DD_HEROKU_APT_KEY_FINGERPRINTS, sandbox::fingerprint())
        .with(env::DD_HEROKU_DATADOG_URL, format!("{}/datadog", running.url));
    Ok((Some(running), env))
}
