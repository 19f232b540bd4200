//! The hosts that Datadog counts (<https://docs.datadoghq.com/api/latest/hosts/>).

use reqwest::Method;

use super::client::Client;
use super::error::Error;
use super::keys::{API_KEY, APPLICATION_KEY};
use crate::datadog::key::ApiKey;
use crate::datadog::site::Site;
use crate::secret::Secret;

impl Client {
    /// How many hosts a filter such as `appname:shop` matches.
    pub fn count_hosts(
        &self,
        key: &ApiKey,
        application_key: &Secret,
        site: Site,
        filter: &str,
    ) -> Result<usize, Error> {
        let answer = self.ask(site, &Method::GET, "/api/v1/hosts", |request| {
            request
                .query(&[("filter", filter), ("count", "1")])
                .header(API_KEY, key.expose())
                .header(APPLICATION_KEY, application_key.expose())
        })?;
        let count = answer.json["total_matching"].as_u64().and_then(|count| usize::try_from(count).ok());
        count.ok_or(Error::Garbled { host: answer.host, status: answer.status })
    }
}
