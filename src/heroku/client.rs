//! One connection to Heroku: who asks, where, and how patiently. It must never send the token to another origin
//! than the API's and the data API's.

use std::sync::OnceLock;
use std::time::Duration;

use reqwest::blocking;
use url::Url;

use super::endpoints::Endpoints;
use super::error::{Error, Kind};
use super::gate::{Gate, RESERVE};
use crate::secret::Secret;
use crate::transport;

/// A client of one Heroku installation under one token. Shared by threads; connects at the first request.
pub struct Client {
    pub(super) endpoints: Endpoints,
    pub(super) token: Secret,
    pub(super) pace: Pace,
    pub(super) gate: Gate,
    encrypted: OnceLock<Result<blocking::Client, String>>,
    loopback: OnceLock<Result<blocking::Client, String>>,
    notice: Box<dyn Fn(&Notice) + Send + Sync>,
}

/// Something worth a line on stderr: what is asked, and why it takes longer than a person expects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notice {
    /// A request was answered, or failed: method, path, what came of it, and after how long.
    Asked(String, Duration),
    /// Heroku's rate limit was reached; all requests wait this long.
    RateLimited(Duration),
    /// So many requests are left of the rate limit: reads are slowed down to its refill.
    Slowed(u32),
    /// A request failed in a way that passes; it is tried again. What happened, in words.
    Retrying(String),
}

/// Minutes that a build is waited for: Heroku itself ends one within the hour.
pub const LONGEST_BUILD: u64 = 65;

/// How long the client waits, and how often it tries.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// The wait before the first repetition; each further one is three times as long.
    pub backoff: Duration,
    /// How often a request is sent at most.
    pub tries: u32,
    /// How long an answer may take.
    pub answer: Duration,
    /// How long one request for a build's output lasts at most; the next one goes on where it ends.
    pub silence: Duration,
    /// How long one request waits in all when Heroku limits the rate.
    pub rate_limit: Duration,
    /// The wait when a rate-limited answer does not say how long.
    pub unsaid: Duration,
    /// Between two reads when few requests are left: Heroku's budget refills by 75 a minute.
    pub refill: Duration,
    /// How often a running build is looked at.
    pub poll: Duration,
    /// How long what is watched may be out of reach.
    pub outage: Duration,
    /// How long a build is waited for; Heroku itself ends one within the hour.
    pub build: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            backoff: Duration::from_millis(400),
            tries: 4,
            answer: Duration::from_secs(30),
            silence: Duration::from_secs(150),
            rate_limit: Duration::from_secs(120),
            unsaid: Duration::from_secs(1),
            refill: Duration::from_millis(800),
            poll: Duration::from_secs(2),
            outage: Duration::from_secs(5 * 60),
            build: Duration::from_secs(60 * LONGEST_BUILD),
        }
    }
}

impl Pace {
    /// For a stand-in on this machine: waiting helps nothing there.
    fn loopback() -> Self {
        Self {
            backoff: Duration::from_millis(5),
            answer: Duration::from_secs(10),
            silence: Duration::from_secs(10),
            poll: Duration::from_millis(20),
            outage: Duration::from_secs(2),
            ..Self::default()
        }
    }
}

impl Client {
    /// A client that has not connected yet.
    pub fn new(endpoints: Endpoints, token: impl Into<Secret>) -> Self {
        let pace = if endpoints.is_loopback() { Pace::loopback() } else { Pace::default() };
        Self {
            endpoints,
            token: token.into(),
            pace,
            gate: Gate::new(RESERVE),
            encrypted: OnceLock::new(),
            loopback: OnceLock::new(),
            notice: Box::new(|_| {}),
        }
    }

    /// The same client, which waits for a build that many minutes, [`LONGEST_BUILD`] at most.
    #[must_use]
    pub fn waiting_for_builds(mut self, minutes: u64) -> Self {
        self.pace.build = Duration::from_secs(60 * minutes.min(LONGEST_BUILD));
        self
    }

    /// The same client, which slows its reads down when so many requests are left of the rate limit.
    #[must_use]
    pub fn with_reserve(self, reserve: u32) -> Self {
        Self { gate: Gate::new(reserve), ..self }
    }

    /// The same client with another patience.
    #[must_use]
    pub fn with_pace(self, pace: Pace) -> Self {
        Self { pace, ..self }
    }

    /// The same client, telling `notice` whenever it makes the person wait. Called from several threads.
    #[must_use]
    pub fn with_notice(self, notice: impl Fn(&Notice) + Send + Sync + 'static) -> Self {
        Self { notice: Box::new(notice), ..self }
    }

    /// The token, for what takes it out of texts.
    pub fn token(&self) -> &Secret {
        &self.token
    }

    pub(super) fn tell(&self, notice: &Notice) {
        (self.notice)(notice);
    }

    /// The pooled connections for a URL: one set with certificates and proxies, one without for loopback.
    /// Neither carries a token by itself.
    pub(super) fn http(&self, url: &Url) -> Result<&blocking::Client, Kind> {
        transport::require_safe(url).map_err(|refusal| Kind::Setup(refusal.to_string()))?;
        let pool = if url.scheme() == "http" { &self.loopback } else { &self.encrypted };
        pool.get_or_init(|| self.connect(url)).as_ref().map_err(|why| Kind::Setup(why.clone()))
    }

    fn connect(&self, url: &Url) -> Result<blocking::Client, String> {
        let builder = transport::client_builder(url).map_err(|refusal| refusal.to_string())?;
        // No Referer: the URLs of uploads and streams hold signatures.
        let built = builder.timeout(self.pace.answer).referer(false).build();
        built.map_err(|error| transport::root_cause(&error))
    }
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Client").field("endpoints", &self.endpoints).finish_non_exhaustive()
    }
}

impl Kind {
    /// This, of the request `method` `path`.
    pub(super) fn of(self, method: &'static str, path: &str) -> Error {
        let path = path.split('?').next().unwrap_or_default().to_owned();
        Error { kind: self, method, path, request_id: None }
    }
}
