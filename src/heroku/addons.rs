//! Add-ons as Database Monitoring needs them: another credential of a database, and its attachment to the app.

use serde_json::json;

use super::call::{Call, segment};
use super::error::Error;
use super::read::Reader;
use super::wire;
use super::write::Writer;
use crate::app::facts::Attachment;

impl Reader<'_> {
    /// The names of a Postgres database's credentials.
    pub fn credentials(&self, addon: &str) -> Result<Vec<String>, Error> {
        let credentials: Vec<wire::Named> =
            self.client.list(Call::get(credentials_path(addon)).on_data_api())?;
        Ok(credentials.into_iter().map(|credential| credential.name).collect())
    }
}

impl Writer<'_> {
    /// Makes a credential of a Postgres database. It is usable some seconds later.
    /// (<https://devcenter.heroku.com/articles/heroku-postgresql-credentials>)
    pub fn create_credential(&self, addon: &str, name: &str) -> Result<(), Error> {
        let call = Call::post(credentials_path(addon), json!({ "name": name })).on_data_api();
        self.until(&call, || Ok(self.reader.credentials(addon)?.iter().any(|existing| existing == name)))
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
