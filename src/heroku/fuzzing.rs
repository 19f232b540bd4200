//! What fuzz targets need of the readers in here.

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::call::{ErrorBody, refusal, unexpected};
use super::credentials::netrc;
use super::wire;

/// The password that a netrc file has for a machine.
pub(crate) fn netrc_password(text: &str, machine: &str) -> Option<String> {
    netrc::find(text, machine)
}

/// Reads an answer as everything that is read from Heroku, and gives back what is said where it is something else.
pub(crate) fn answers(body: &[u8]) -> Vec<String> {
    let read = [
        complaint::<wire::App>,
        complaint::<wire::Build>,
        complaint::<wire::Release>,
        complaint::<wire::Slug>,
        complaint::<Vec<wire::Addon>>,
        complaint::<Vec<wire::Attachment>>,
        complaint::<wire::Coupling>,
        complaint::<Vec<wire::Drain>>,
        complaint::<Vec<wire::Dyno>>,
        complaint::<Vec<wire::Feature>>,
        complaint::<Vec<wire::Formation>>,
        complaint::<Vec<wire::Installation>>,
        complaint::<Vec<wire::TelemetryDrain>>,
        complaint::<wire::Credential>,
    ];
    let mut complaints: Vec<String> = read.iter().filter_map(|read| read(body)).collect();
    if ErrorBody::read(body).is_none() {
        let kinds = [400, 401, 403, 404, 409, 422, 429, 503].map(|status| refusal(status, None, body));
        complaints.extend(kinds.into_iter().flatten().map(|kind| kind.to_string()));
    }
    complaints
}

fn complaint<T: DeserializeOwned>(body: &[u8]) -> Option<String> {
    let mut json = serde_json::Deserializer::from_slice(body);
    let error = serde_path_to_error::deserialize::<_, T>(&mut json).err()?;
    // The path of a field is shown, so a secret must not be the name of one.
    let is_named = serde_json::from_slice::<Value>(body).is_ok();
    (!is_named).then(|| unexpected(body, &error).into_owned())
}
