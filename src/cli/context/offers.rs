//! What is available other than Heroku and Datadog. The sandbox must not mix with the real world: it offers neither keyring, nor
//! cache, nor the official CLI, nor GitHub, but demonstration keys.

use std::path::PathBuf;
use std::time::Duration;

use super::Context;
use crate::app::buildpack;
use crate::app::facts::FoundKey;
use crate::datadog::ApiKey;
use crate::env::Environment;
use crate::failure::{Failure, Result};
use crate::keychain::Keyring;
use crate::program::Output;
use crate::sandbox;
use crate::secret::Secret;

impl Context {
    /// The system's keyring. A machine may turn out to have none that can be used.
    pub fn keyring(&self) -> Option<Keyring<'_>> {
        self.sandbox.is_none().then(|| Keyring::new(&self.env))
    }

    /// The user's cache folder for this program.
    pub fn cache_folder(&self) -> Option<PathBuf> {
        self.env.cache_folder().filter(|_| self.sandbox.is_none())
    }

    /// The environment to run the official Heroku CLI in. It may not be installed.
    pub fn official_cli(&self) -> Option<&Environment> {
        self.sandbox.is_none().then_some(&self.env)
    }

    /// A command in a dyno that was booted in the sandbox, and what it printed; the rest is as with the official CLI.
    pub fn in_sandbox_dyno(
        &self,
        app: &str,
        dyno: &str,
        command: &str,
        within: Duration,
    ) -> Option<Result<Output>> {
        self.sandbox.as_ref()?;
        sandbox::in_dyno(&self.env, app, dyno, command, within).map_err(Failure::from).transpose()
    }

    /// The git repository of Datadog's buildpack.
    pub fn buildpack_repository(&self) -> Option<&'static str> {
        self.sandbox.is_none().then_some(buildpack::DATADOG)
    }

    /// The Datadog API key to use where none is given.
    pub fn demonstration_key(&self) -> Option<FoundKey> {
        self.sandbox.as_ref()?;
        let key = ApiKey::parse(sandbox::DEMO_KEY).ok()?;
        Some(FoundKey { key, place: "the sandbox", is_demo: true })
    }

    /// The Datadog application key to use where none is given.
    pub fn demonstration_application_key(&self) -> Option<Secret> {
        self.sandbox.is_some().then(|| Secret::new(sandbox::DEMO_APPLICATION_KEY))
    }
}
