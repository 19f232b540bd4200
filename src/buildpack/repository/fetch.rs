//! Downloads: small files whole and bounded, packages as a stream that survives cuts. What arrives is not trusted
//! here; the caller checks signature or hash.

use std::io::{self, Read};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::Duration;

use reqwest::StatusCode;
use reqwest::blocking::{Client, RequestBuilder, Response};
use reqwest::header::{CONTENT_RANGE, ETAG, HeaderMap, HeaderValue, IF_RANGE, RANGE};
use reqwest::redirect::{Attempt, Policy};
use url::Url;

use super::endpoints::Endpoints;
use super::validator::Validator;
use crate::transport;

/// How often something is tried that makes no progress.
const TRIES: u32 = 4;
/// How often one download is resumed, however far it got.
const RESUMPTIONS: u32 = 30;
const FIRST_PAUSE: Duration = Duration::from_millis(250);
/// The longest silence of a server.
const SILENCE: Duration = Duration::from_secs(30);
const REDIRECTS: usize = 5;

/// Why a download failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failed {
    #[error("{url} answered {status}")]
    Status { url: Url, status: StatusCode },
    #[error("{url} holds more than {limit} bytes")]
    TooBig { url: Url, limit: u64 },
    #[error("{url} could not be read: {}", deepest(cause))]
    Network { url: Url, cause: anyhow::Error },
}

/// Clients for the repository and the keys.
pub(crate) struct Fetcher {
    client: Client,
    requests: AtomicU32,
}

impl Fetcher {
    /// A fetcher for what `endpoints` name. Packages are often redirected to a mirror: it follows to any origin
    /// that is encrypted, or that is loopback when it came from loopback.
    pub(crate) fn new(endpoints: &Endpoints) -> anyhow::Result<Self> {
        // Only plain http to loopback can do without certificates, and only if neither base needs them.
        let https = [&endpoints.keys, &endpoints.repository].into_iter().find(|url| url.scheme() == "https");
        let client = transport::client_builder(https.unwrap_or(&endpoints.repository))?
            .redirect(Policy::custom(to_safe_places))
            .timeout(SILENCE)
            .no_gzip()
            .build()?;
        Ok(Self { client, requests: AtomicU32::new(0) })
    }

    /// How many requests were sent.
    pub(crate) fn requests(&self) -> u32 {
        self.requests.load(Ordering::Relaxed)
    }

    /// The whole of a file of at most `limit` bytes.
    pub(crate) fn get(&self, url: &Url, limit: u64) -> Result<Vec<u8>, Failed> {
        let mut tries = 0;
        loop {
            match self.get_once(url, limit) {
                Err(failed) if failed.may_pass() && tries + 1 < TRIES => {
                    thread::sleep(FIRST_PAUSE * 2u32.pow(tries));
                    tries += 1;
                }
                done => return done,
            }
        }
    }

    fn get_once(&self, url: &Url, limit: u64) -> Result<Vec<u8>, Failed> {
        let response = self.ask(url, HeaderMap::new())?;
        let mut body = Vec::new();
        let network = |cause: io::Error| Failed::Network { url: shown(url), cause: cause.into() };
        response.take(limit + 1).read_to_end(&mut body).map_err(network)?;
        if body.len() as u64 > limit {
            return Err(Failed::TooBig { url: shown(url), limit });
        }
        Ok(body)
    }

    /// What the server says about a file.
    pub(crate) fn validator(&self, url: &Url) -> Result<Validator, Failed> {
        self.send(url, self.client.head(url.clone())).map(|response| Validator::of(response.headers()))
    }

    /// A file of `size` bytes as a stream.
    pub(crate) fn stream(&self, url: Url, size: u64) -> Download<'_> {
        Download {
            fetcher: self,
            url,
            size,
            at: 0,
            body: None,
            etag: None,
            validator: Validator::default(),
            idle: 0,
            resumed: 0,
            failed: None,
        }
    }

    fn ask(&self, url: &Url, headers: HeaderMap) -> Result<Response, Failed> {
        self.send(url, self.client.get(url.clone()).headers(headers))
    }

    fn send(&self, url: &Url, request: RequestBuilder) -> Result<Response, Failed> {
        self.requests.fetch_add(1, Ordering::Relaxed);
        let response = request
            .send()
            .map_err(|cause| Failed::Network { url: shown(url), cause: cause.without_url().into() })?;
        match response.status() {
            StatusCode::OK | StatusCode::PARTIAL_CONTENT => Ok(response),
            status => Err(Failed::Status { url: shown(url), status }),
        }
    }
}

impl Failed {
    /// Whether the same request may well succeed a moment later.
    fn may_pass(&self) -> bool {
        match self {
            Self::Network { .. } => true,
            Self::TooBig { .. } => false,
            Self::Status { status, .. } => {
                status.is_server_error()
                    || matches!(*status, StatusCode::TOO_MANY_REQUESTS | StatusCode::REQUEST_TIMEOUT)
            }
        }
    }
}

/// A file that is read as it arrives. After a cut the rest is requested; reading fails when that does not
/// help either.
pub(crate) struct Download<'a> {
    fetcher: &'a Fetcher,
    url: Url,
    size: u64,
    at: u64,
    body: Option<Response>,
    etag: Option<HeaderValue>,
    validator: Validator,
    /// Failures since the last byte that arrived.
    idle: u32,
    resumed: u32,
    failed: Option<String>,
}

impl Download<'_> {
    /// How often the connection broke and the rest was asked for.
    pub(crate) fn resumed(&self) -> u32 {
        self.resumed
    }

    /// What the server said about the file.
    pub(crate) fn validator(&self) -> &Validator {
        &self.validator
    }

    /// Why it was given up, if it was.
    pub(crate) fn failed(&self) -> Option<&str> {
        self.failed.as_deref()
    }

    /// Asks for what is still missing.
    fn connect(&mut self) -> Result<Response, Failed> {
        if self.at == 0 {
            let response = self.fetcher.ask(&self.url, HeaderMap::new())?;
            self.validator = Validator::of(response.headers());
            // Only a strong validator can promise that the rest belongs to the same bytes.
            self.etag =
                response.headers().get(ETAG).filter(|tag| !tag.as_bytes().starts_with(b"W/")).cloned();
            return Ok(response);
        }
        let range =
            HeaderValue::try_from(format!("bytes={}-", self.at)).expect("digits are valid in a header");
        let mut headers = HeaderMap::from_iter([(RANGE, range)]);
        if let Some(etag) = &self.etag {
            headers.insert(IF_RANGE, etag.clone());
        }
        let mut response = self.fetcher.ask(&self.url, headers)?;
        if response.status() == StatusCode::PARTIAL_CONTENT {
            let expected = format!("bytes {}-", self.at);
            let range = response.headers().get(CONTENT_RANGE).and_then(|value| value.to_str().ok());
            if !range.is_some_and(|range| range.starts_with(&expected)) {
                return Err(self.network(io::Error::other("it answered with another range than asked for")));
            }
        } else {
            // It sends the whole file again.
            let skipped = io::copy(&mut response.by_ref().take(self.at), &mut io::sink());
            let skipped = skipped.map_err(|cause| self.network(cause))?;
            if skipped < self.at {
                return Err(self.network(io::ErrorKind::UnexpectedEof.into()));
            }
        }
        Ok(response)
    }

    fn network(&self, cause: io::Error) -> Failed {
        Failed::Network { url: shown(&self.url), cause: cause.into() }
    }

    /// Waits before the next try, or gives up.
    fn pause_or_fail(&mut self, failed: Failed) -> io::Result<()> {
        self.body = None;
        if !failed.may_pass() || self.idle + 1 >= TRIES || self.resumed >= RESUMPTIONS {
            self.failed = Some(failed.to_string());
            return Err(io::Error::other(failed));
        }
        thread::sleep(FIRST_PAUSE * 2u32.pow(self.idle));
        self.idle += 1;
        self.resumed += 1;
        Ok(())
    }
}

impl Read for Download<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = usize::try_from(self.size - self.at).unwrap_or(usize::MAX).min(buffer.len());
        if length == 0 {
            return Ok(0);
        }
        loop {
            let mut body = match self.body.take().map_or_else(|| self.connect(), Ok) {
                Ok(body) => body,
                Err(failed) => {
                    self.pause_or_fail(failed)?;
                    continue;
                }
            };
            match body.read(&mut buffer[..length]) {
                Ok(read) if read > 0 => {
                    self.body = Some(body);
                    self.at += read as u64;
                    self.idle = 0;
                    return Ok(read);
                }
                Ok(_) => {
                    let cut = format!("the connection was cut after {} of {} bytes", self.at, self.size);
                    let failed = self.network(io::Error::other(cut));
                    self.pause_or_fail(failed)?;
                }
                Err(cause) => {
                    let failed = self.network(cause);
                    self.pause_or_fail(failed)?;
                }
            }
        }
    }
}

fn to_safe_places(attempt: Attempt<'_>) -> reqwest::redirect::Action {
    let from_loopback = attempt.previous().first().is_some_and(|first| first.scheme() == "http");
    let safe = transport::require_safe(attempt.url()).is_ok();
    if attempt.previous().len() > REDIRECTS {
        attempt.error("too many redirects")
    } else if !safe || (attempt.url().scheme() == "http" && !from_loopback) {
        attempt.error("it redirects to a place that is not encrypted")
    } else {
        attempt.follow()
    }
}

/// A URL as it may be printed: without user and password.
pub(super) fn shown(url: &Url) -> Url {
    let mut url = url.clone();
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url
}

/// The cause at the bottom: reqwest's own words say little more than that a request failed.
fn deepest(cause: &anyhow::Error) -> String {
    cause.chain().last().map_or_else(String::new, ToString::to_string)
}
