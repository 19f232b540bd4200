//! Whether a key is good, and for which site (<https://docs.datadoghq.com/api/latest/authentication/>).

use std::thread;
use std::time::Duration;

use reqwest::Method;

use super::client::{Answer, Client};
use super::error::Error;
use super::reason::reason;
use crate::datadog::key::ApiKey;
use crate::datadog::site::{SITES, Site};
use crate::secret::Secret;

pub(super) const API_KEY: &str = "DD-API-KEY";
pub(super) const APPLICATION_KEY: &str = "DD-APPLICATION-KEY";

const VALIDATE: &str = "/api/v1/validate";
/// How long another site may take to say whether a key is its own.
const GLANCE: Duration = Duration::from_secs(5);

/// What a site says of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It takes it.
    Valid,
    /// It does not know it, or the key was revoked.
    Refused,
}

impl Client {
    /// Asks a site about an API key.
    pub fn validate(&self, key: &ApiKey, site: Site) -> Result<Verdict, Error> {
        self.ask(site, &Method::GET, VALIDATE, |request| request.header(API_KEY, key.expose()))
            .and_then(verdict)
    }

    /// The site, other than `except`, that takes the key: all of them are asked at the same time, once and not for
    /// long, since this only explains a refusal. `None` when none does, or none could be asked.
    pub fn find_site(&self, key: &ApiKey, except: Site) -> Option<Site> {
        let others: Vec<Site> = SITES.into_iter().filter(|site| *site != except).collect();
        thread::scope(|scope| {
            let asked: Vec<_> =
                others.into_iter().map(|site| (site, scope.spawn(move || self.glance(key, site)))).collect();
            let mut taken = asked.into_iter().filter_map(|(site, verdict)| {
                matches!(verdict.join(), Ok(Some(Verdict::Valid))).then_some(site)
            });
            taken.next()
        })
    }

    fn glance(&self, key: &ApiKey, site: Site) -> Option<Verdict> {
        let asked = self.ask_once(site, &Method::GET, VALIDATE, |request| {
            request.header(API_KEY, key.expose()).timeout(GLANCE)
        });
        asked.ok().and_then(|answer| verdict(answer).ok())
    }

    /// Asks a site about an application key, which is good only together with an API key of the same
    /// organization (<https://docs.datadoghq.com/account_management/api-app-keys/>).
    pub fn validate_application_key(
        &self,
        key: &ApiKey,
        application_key: &Secret,
        site: Site,
    ) -> Result<Verdict, Error> {
        let answer = self.ask(site, &Method::GET, "/api/v2/validate_keys", |request| {
            request.header(API_KEY, key.expose()).header(APPLICATION_KEY, application_key.expose())
        })?;
        match answer.status {
            200 => Ok(Verdict::Valid),
            401 | 403 if is_refusal(&answer) => Ok(Verdict::Refused),
            status => Err(Error::Garbled { host: answer.host, status }),
        }
    }
}

/// Whether Datadog itself answered, in any of its forms.
fn is_refusal(answer: &Answer) -> bool {
    answer.json["errors"].is_array() || !reason(&answer.json, &[]).is_empty()
}

fn verdict(answer: Answer) -> Result<Verdict, Error> {
    match (answer.status, answer.json["valid"].as_bool()) {
        (200, Some(true)) => Ok(Verdict::Valid),
        (200, Some(false)) => Ok(Verdict::Refused),
        (401 | 403, _) if is_refusal(&answer) => Ok(Verdict::Refused),
        (status, _) => Err(Error::Garbled { host: answer.host, status }),
    }
}
