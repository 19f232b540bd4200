//! Add-ons as Database Monitoring needs them: another credential of a database, and its attachment to the app.

use std::time::{Duration, Instant};

use serde::de::IgnoredAny;
use serde_json::json;

use super::call::{Call, segment};
use super::error::Error;
use super::read::Reader;
use super::wire;
use super::write::Writer;
use crate::app::facts::Attachment;

/// How long a credential may take to become active.
const ACTIVE_WITHIN: Duration = Duration::from_secs(600);

impl Reader<'_> {
    /// The state of a Postgres database's credential, `active` when it can be attached; `None` when it has none of that name
    /// (<https://devcenter.heroku.com/articles/heroku-postgresql-credentials>).
    pub fn credential_state(&self, addon: &str, name: &str) -> Result<Option<String>, Error> {
        let credentials: Vec<wire::Credential> =
            self.client.list(Call::get(credentials_path(addon)).on_data_api())?;
        Ok(credentials
            .into_iter()
            .find(|credential| credential.name == name)
            .map(|credential| credential.state))
    }

    /// Whether the platform knows the config of a credential: only then can it be attached.
    fn has_config(&self, addon: &str, credential: &str) -> Result<bool, Error> {
        let path = format!("/addons/{}/config/credential:{}", segment(addon), segment(credential));
        let config: Vec<IgnoredAny> = self.client.list(Call::get(path))?;
        Ok(!config.is_empty())
    }

    /// Waits until a credential is active and the platform knows its config. `wait` gets the state, and ends the waiting
    /// by `false`. Gives back whether it is active.
    pub fn await_credential(
        &self,
        addon: &str,
        name: &str,
        wait: &mut dyn FnMut(&str) -> bool,
    ) -> Result<bool, Error> {
        let began = Instant::now();
        loop {
            let state = self.credential_state(addon, name)?.unwrap_or_else(|| "missing".to_owned());
            if state == ACTIVE && self.has_config(addon, name)? {
                return Ok(true);
            }
            if began.elapsed() > ACTIVE_WITHIN || !wait(&state) {
                return Ok(false);
            }
            std::thread::sleep(self.client.pace.poll);
        }
    }
}

/// The state of a credential that can be used.
const ACTIVE: &str = "active";

impl Writer<'_> {
    /// Makes a credential of a Postgres database. It is provisioned for seconds or minutes: see
    /// [`Reader::await_credential`].
    pub fn create_credential(&self, addon: &str, name: &str) -> Result<(), Error> {
        let call = Call::post(credentials_path(addon), json!({ "name": name })).on_data_api();
        self.until(&call, || Ok(self.reader.credential_state(addon, name)?.is_some()))
    }

    /// Attaches an add-on to an app under `name`, which prefixes the config vars it sets; with `credential`, as that
    /// credential of the database. Makes a release.
    pub fn attach(
        &self,
        app: &str,
        addon: &str,
        name: &str,
        credential: Option<&str>,
    ) -> Result<Attachment, Error> {
        let namespace = credential.map(|credential| format!("credential:{credential}"));
        let mut body = json!({ "addon": addon, "app": app, "name": name });
        if let Some(namespace) = &namespace {
            body["namespace"] = namespace.as_str().into();
        }
        let find = || {
            let path = format!("/apps/{}/addon-attachments", segment(app));
            let existing: Vec<wire::Attachment> = self.client.list(Call::get(path))?;
            Ok(existing.into_iter().find(|it| it.is(addon, name, namespace.as_deref())))
        };
        self.client.write(&Call::post("/addon-attachments", body), find).map(Into::into)
    }
}

fn credentials_path(addon: &str) -> String {
    format!("/postgres/v0/databases/{}/credentials", segment(addon))
}
