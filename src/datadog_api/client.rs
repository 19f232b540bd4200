//! One client for all of Datadog's sites.

use std::sync::OnceLock;
use std::thread;
use std::time::Duration;

use reqwest::Method;
use reqwest::blocking::{Client as Http, RequestBuilder};
use reqwest::header::RETRY_AFTER;
use serde_json::Value;
use url::Url;

use super::error::{BadUrl, Error};
use crate::datadog::site::Site;
use crate::env::{self, Environment};
use crate::transport::{self, Fault};

/// Names the site to a stand-in, which serves every site at one address.
const SITE_HEADER: &str = "DD-HEROKU-SITE";
const TRIES: u32 = 3;
const LONGEST_WAIT: Duration = Duration::from_secs(20);

/// A client of Datadog. Shared by threads; connects at the first request.
#[derive(Debug)]
pub struct Client {
    base: Option<Url>,
    http: OnceLock<Result<Http, Error>>,
    backoff: Duration,
    answer: Duration,
}

/// An answer of Datadog's: a status that says something about the request, and JSON.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) json: Value,
    pub(super) host: String,
}

impl Client {
    /// A client that asks `base` instead of `https://api.<site>` when there is one.
    pub fn new(base: Option<Url>) -> Self {
        let is_near = base.as_ref().is_some_and(|base| base.scheme() == "http");
        let (backoff, answer) = if is_near { (5, 10_000) } else { (400, 15_000) };
        let (backoff, answer) = (Duration::from_millis(backoff), Duration::from_millis(answer));
        Self { base, http: OnceLock::new(), backoff, answer }
    }

    /// The client that `DD_HEROKU_DATADOG_URL` asks for.
    pub fn from_env(env: &Environment) -> Result<Self, BadUrl> {
        let base = env.get(env::DD_HEROKU_DATADOG_URL).map(parse).transpose()?;
        Ok(Self::new(base))
    }

    /// The same client, waiting `answer` for an answer and `backoff` before it asks again.
    #[must_use]
    pub fn with_pace(self, backoff: Duration, answer: Duration) -> Self {
        Self { backoff, answer, ..self }
    }

    /// Asks a site, and asks again when it fails in a way that passes. `add` puts headers and body on.
    pub(super) fn ask(
        &self,
        site: Site,
        method: &Method,
        path: &str,
        add: impl Fn(RequestBuilder) -> RequestBuilder,
    ) -> Result<Answer, Error> {
        let mut tries = 0;
        loop {
            tries += 1;
            let (error, asked) = match self.ask_once(site, method, path, &add) {
                Ok(answer) => return Ok(answer),
                Err(failed) => failed,
            };
            let wait = asked.unwrap_or(self.backoff * 3_u32.pow(tries - 1));
            if !error.is_passing() || tries == TRIES || wait > LONGEST_WAIT {
                return Err(error);
            }
            thread::sleep(wait);
        }
    }

    /// Asks a site once. The second of an error is how long to wait, when the site said so.
    pub(super) fn ask_once(
        &self,
        site: Site,
        method: &Method,
        path: &str,
        add: impl Fn(RequestBuilder) -> RequestBuilder,
    ) -> Result<Answer, (Error, Option<Duration>)> {
        let setup = |why: String| (Error::Setup(why), None);
        let base = self.base.as_ref().map_or_else(|| site.api(), |base| base.as_str().to_owned());
        let url = Url::parse(&format!("{}{path}", base.trim_end_matches('/')))
            .map_err(|error| setup(error.to_string()))?;
        let host = url.host_str().unwrap_or_default().to_owned();
        let http = self.http(&url).map_err(|error| (error, None))?;
        let mut request = http.request(method.clone(), url);
        if self.base.is_some() {
            request = request.header(SITE_HEADER, site.domain());
        }
        let network = |fault: Fault| (Error::Network { host: host.clone(), fault }, None);
        let response = add(request).send().map_err(|error| network(Fault::of(&error)))?;
        let status = response.status().as_u16();
        let wait = response.headers().get(RETRY_AFTER).or(response.headers().get("x-ratelimit-reset"));
        let wait = wait.and_then(|wait| wait.to_str().ok()?.parse().ok().map(Duration::from_secs));
        let body = transport::body(response).map_err(network)?;
        let json = if body.is_empty() { Ok(Value::Null) } else { serde_json::from_slice(&body) };
        match (status, json) {
            (429, _) => Err((Error::RateLimited { host }, wait)),
            (500.., _) => Err((Error::Server { host, status }, None)),
            (200..=299 | 400..=499, Ok(json)) => Ok(Answer { status, json, host }),
            _ => Err((Error::Garbled { host, status }, None)),
        }
    }

    fn http(&self, url: &Url) -> Result<&Http, Error> {
        let built = self.http.get_or_init(|| {
            let builder = transport::client_builder(url).map_err(|error| Error::Setup(error.to_string()))?;
            let built = builder.timeout(self.answer).build();
            built.map_err(|error| Error::Setup(transport::root_cause(&error)))
        });
        built.as_ref().map_err(Clone::clone)
    }
}

fn parse(text: &str) -> Result<Url, BadUrl> {
    let url = Url::parse(text).ok().filter(Url::has_host).ok_or(BadUrl::NotAUrl)?;
    transport::require_safe(&url).map_err(BadUrl::NotAllowed)?;
    Ok(url)
}
