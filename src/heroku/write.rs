//! Writing: one method a change, each knowing how to see whether it took effect, so that a lost answer is never
//! followed by a second drain or a second build. Builds are in [`build`](super::build).

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::answered::Answered;
use super::call::{Call, segment};
use super::client::Client;
use super::error::Error;
use super::read::Reader;
use super::wire;
use crate::app::{Buildpack, facts};
use crate::secret::Secret;

/// Config vars to set, and with `None` to unset.
pub type ConfigPatch = BTreeMap<String, Option<Secret>>;

/// Writes to Heroku. A dry run never makes one.
#[derive(Clone, Debug)]
pub struct Writer<'a> {
    pub(super) client: &'a Client,
    pub(super) reader: Reader<'a>,
}

impl<'a> Writer<'a> {
    /// A writer over `client`.
    pub fn new(client: &'a Client) -> Self {
        Self { client, reader: Reader::new(client) }
    }

    /// Turns a labs feature of the app on or off. Makes a release.
    pub fn set_feature(&self, app: &str, name: &str, on: bool) -> Result<(), Error> {
        let path = format!("/apps/{}/features/{}", segment(app), segment(name));
        let call = Call::patch(path.clone(), json!({ "enabled": on }));
        let is_set = || Ok(self.client.get::<wire::Feature>(path.clone())?.enabled == on);
        self.until(&call, is_set)
    }

    /// Sets config vars, and unsets those with `None`, in one request and one release.
    pub fn patch_config(&self, app: &str, vars: &ConfigPatch) -> Result<(), Error> {
        let call = Call::patch(format!("/apps/{}/config-vars", segment(app)), wire::patch(vars));
        self.patch(&call, vars, || self.reader.config(app))
    }

    /// Sends a patch of config vars until it is answered or `existing` shows it.
    pub(super) fn patch(
        &self,
        call: &Call,
        vars: &ConfigPatch,
        existing: impl Fn() -> Result<facts::ConfigVars, Error>,
    ) -> Result<(), Error> {
        let is_set = || {
            let existing = existing()?;
            Ok(vars.iter().all(|(name, value)| existing.raw(name) == value.as_ref().map(Secret::expose)))
        };
        let secrets: Vec<&Secret> = vars.values().flatten().collect();
        self.until(call, is_set).map_err(|error| error.without(&secrets))
    }

    /// Replaces the app's buildpacks by these references, in this order. Makes no release.
    pub fn put_buildpacks(&self, app: &str, references: &[String]) -> Result<(), Error> {
        let path = format!("/apps/{}/buildpack-installations", segment(app));
        let updates: Vec<Value> = references.iter().map(|of| json!({ "buildpack": of })).collect();
        let call = Call::put(path.clone(), json!({ "updates": updates }));
        let is_set = || {
            let existing = wire::buildpacks(self.client.list(Call::get(path.clone()))?);
            Ok(existing.iter().map(Buildpack::reference).eq(references.iter().map(String::as_str)))
        };
        self.until(&call, is_set)
    }

    /// Adds a log drain, and gives it back with its id. One that exists already stays the only one.
    pub fn add_drain(&self, app: &str, url: &Secret) -> Result<facts::Drain, Error> {
        let path = format!("/apps/{}/log-drains", segment(app));
        let call = Call::post(path.clone(), json!({ "url": url.expose() }));
        let find = || {
            let existing: Vec<wire::Drain> = self.client.list(Call::get(path.clone()))?;
            Ok(existing.into_iter().find(|drain| drain.url == url.expose()))
        };
        let added = self.client.write(&call, find).map_err(|error| error.without(&[url]))?;
        Ok(added.into())
    }

    /// Removes a log drain. One that is already gone is not an error.
    pub fn remove_drain(&self, app: &str, id: &str) -> Result<(), Error> {
        self.remove(Call::delete(format!("/apps/{}/log-drains/{}", segment(app), segment(id))))
    }

    /// Sends a write whose answer does not matter until it is answered or `is_done` sees its effect.
    pub(super) fn until(&self, call: &Call, is_done: impl Fn() -> Result<bool, Error>) -> Result<(), Error> {
        let settled = || Ok(is_done()?.then_some(Answered));
        self.client.write(call, settled).map(|Answered| ())
    }

    /// Sends a deletion. It is safe to repeat: what is not there any more was deleted.
    pub(super) fn remove(&self, call: Call) -> Result<(), Error> {
        match self.client.read(&call).and_then(|answer| answer.json::<Option<Answered>>()) {
            Err(error) if !error.is_not_found() => Err(error),
            _ => Ok(()),
        }
    }
}
