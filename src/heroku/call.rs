//! One request to the API and its answer: headers on the way out, status and body kept apart on the way back.
//! Nothing is repeated here; [`retry`](super::retry) does that.

use std::borrow::Cow;
use std::time::{Duration, Instant};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::Method;
use reqwest::blocking::Response;
use reqwest::header::{ACCEPT, AUTHORIZATION, HeaderMap, HeaderName, HeaderValue, RANGE, RETRY_AFTER};
use serde::de::DeserializeOwned;
use serde_json::Value;
use url::Url;

use super::client::{Client, Notice};
use super::error::{Error, Kind};
use crate::transport::{self, Fault, root_cause};

const JSON_V3: &str = "application/vnd.heroku+json; version=3";
const JSON_SDK: &str = "application/vnd.heroku+json; version=3.sdk";
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b':');

/// A request, ready to be sent more than once.
#[derive(Clone)]
pub(super) struct Call {
    method: Method,
    pub(super) path: String,
    body: Option<Value>,
    range: Option<String>,
    accept: &'static str,
    on_data_api: bool,
    is_basic: bool,
}

impl Call {
    fn new(method: Method, path: String, body: Option<Value>) -> Self {
        Self { method, path, body, range: None, accept: JSON_V3, on_data_api: false, is_basic: false }
    }

    pub(super) fn get(path: impl Into<String>) -> Self {
        Self::new(Method::GET, path.into(), None)
    }

    pub(super) fn post(path: impl Into<String>, body: Value) -> Self {
        Self::new(Method::POST, path.into(), Some(body))
    }

    pub(super) fn patch(path: impl Into<String>, body: Value) -> Self {
        Self::new(Method::PATCH, path.into(), Some(body))
    }

    pub(super) fn put(path: impl Into<String>, body: Value) -> Self {
        Self::new(Method::PUT, path.into(), Some(body))
    }

    pub(super) fn delete(path: impl Into<String>) -> Self {
        Self::new(Method::DELETE, path.into(), None)
    }

    /// Asks for a part of a list: `version ..; order=desc,max=20`.
    pub(super) fn range(mut self, range: impl Into<String>) -> Self {
        self.range = Some(range.into());
        self
    }

    /// Asks for the variant of the API that knows telemetry drains.
    pub(super) fn sdk(mut self) -> Self {
        self.accept = JSON_SDK;
        self
    }

    /// Goes to the data API instead. Its reads take Basic authorization with an empty user name, its writes Bearer, as the
    /// official CLI sends them.
    pub(super) fn on_data_api(mut self) -> Self {
        self.on_data_api = true;
        self.is_basic = self.method == Method::GET;
        self
    }

    /// The same request to the data API with the other kind of authorization.
    fn with_other_authorization(&self) -> Option<Self> {
        self.on_data_api.then(|| Self { is_basic: !self.is_basic, ..self.clone() })
    }

    /// The error `kind` of this request.
    pub(super) fn fail(&self, kind: Kind) -> Error {
        kind.of(name(&self.method), &self.path)
    }
}

/// A usable answer: a status of success and its body, whole.
pub(super) struct Answer {
    body: Vec<u8>,
    /// Where the next page of a list begins.
    pub(super) next_range: Option<String>,
    status: u16,
    method: &'static str,
    path: String,
    request_id: Option<String>,
}

impl Answer {
    /// The body as `T`. An empty one counts as `null`.
    pub(super) fn json<T: DeserializeOwned>(&self) -> Result<T, Error> {
        let body = if self.body.is_empty() { b"null" } else { &self.body[..] };
        let mut reader = serde_json::Deserializer::from_slice(body);
        serde_path_to_error::deserialize(&mut reader).map_err(|error| {
            let kind = Kind::Garbled { status: self.status, what: unexpected(body, &error) };
            Error { request_id: self.request_id.clone(), ..kind.of(self.method, &self.path) }
        })
    }
}

impl Client {
    /// Sends a request once. Every status but 2xx is an error.
    pub(super) fn send(&self, call: &Call) -> Result<Answer, Error> {
        let began = Instant::now();
        let mut answer = self.exchange(call);
        // Nothing is done under an authorization that is refused: asking again under the other one is safe.
        if let Err(Error { kind: Kind::Unauthorized, .. }) = &answer
            && let Some(other) = call.with_other_authorization()
        {
            answer = self.exchange(&other);
        }
        let outcome = match &answer {
            Ok(answer) => format!("{} {} {}", answer.method, call.path, answer.status),
            Err(error) => error.to_string(),
        };
        self.tell(&Notice::Asked(outcome, began.elapsed()));
        answer
    }

    /// Sends a request when the rate limit lets it, and takes note of what is left of that. The data API has no limit.
    fn exchange(&self, call: &Call) -> Result<Answer, Error> {
        if call.on_data_api {
            return self.exchange_now(call, &mut None);
        }
        let turn = self
            .gate
            .enter(call.method == Method::GET, self.pace.refill)
            .map_err(|wait| call.fail(Kind::RateLimited { wait: Some(wait) }))?;
        if let Some(left) = turn.slowed {
            self.tell(&Notice::Slowed(left));
        }
        let mut remaining = None;
        let answer = self.exchange_now(call, &mut remaining);
        self.gate.leave(&turn, remaining, answer.is_ok());
        if let Err(Error { kind: Kind::RateLimited { wait }, .. }) = &answer {
            let wait = wait.unwrap_or(self.pace.unsaid);
            if self.gate.close(wait) && wait <= self.pace.rate_limit {
                self.tell(&Notice::RateLimited(wait));
            }
        }
        answer
    }

    /// `remaining` becomes what the answer says is left of the rate limit.
    fn exchange_now(&self, call: &Call, remaining: &mut Option<u32>) -> Result<Answer, Error> {
        let fail = |kind| call.fail(kind);
        let base = if call.on_data_api { &self.endpoints.data } else { &self.endpoints.api };
        let url = Url::parse(&format!("{}{}", base.as_str().trim_end_matches('/'), call.path))
            .map_err(|error| fail(Kind::Setup(error.to_string())))?;
        let mut request = self
            .http(&url)
            .map_err(fail)?
            .request(call.method.clone(), url.clone())
            .headers(self.headers(call));
        if let Some(body) = &call.body {
            request = request.json(body);
        }
        let response = request.send().map_err(|error| fail(network(&error, &url)))?;
        let request_id = text(response.headers(), "request-id");
        let kind = |kind| Error { request_id: request_id.clone(), ..fail(kind) };

        let status = response.status().as_u16();
        let next_range = text(response.headers(), "next-range");
        *remaining =
            text(response.headers(), "ratelimit-remaining").and_then(|left| left.trim().parse().ok());
        let wait = retry_after(&response);
        let body = transport::body(response).map_err(|fault| {
            kind(Kind::Network { fault, host: url.host_str().unwrap_or_default().to_owned() })
        })?;
        if let Some(refusal) = refusal(status, wait, &body) {
            return Err(kind(refusal.without(&[self.token.expose()])));
        }
        let (method, path) = (name(&call.method), call.path.clone());
        Ok(Answer { body, next_range, status, method, path, request_id })
    }

    /// What goes with every request to the API. `HEROKU_HEADERS` goes over the standing ones, as in the
    /// official CLI.
    fn headers(&self, call: &Call) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static(call.accept));
        let token = self.token.expose();
        let authorization = if call.is_basic {
            format!("Basic {}", BASE64_STANDARD.encode(format!(":{token}")))
        } else {
            format!("Bearer {token}")
        };
        if let Ok(mut authorization) = HeaderValue::try_from(authorization) {
            authorization.set_sensitive(true);
            headers.insert(AUTHORIZATION, authorization);
        }
        for (name, value) in &self.endpoints.headers.0 {
            if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
                headers.insert(name, value);
            }
        }
        if let Some(range) = call.range.as_deref().and_then(|range| HeaderValue::try_from(range).ok()) {
            headers.insert(RANGE, range);
        }
        headers
    }
}

/// One part of a path, encoded. What no name can be (nothing, dots that would climb) becomes a name that
/// nothing has, so that it is not found.
pub(super) fn segment(text: &str) -> String {
    match text {
        "" | "." | ".." => "-".into(),
        _ => utf8_percent_encode(text, PLAIN).to_string(),
    }
}

/// What a failed exchange means.
pub(super) fn network(error: &reqwest::Error, url: &Url) -> Kind {
    if error.is_builder() {
        return Kind::Setup(root_cause(error));
    }
    Kind::Network { fault: Fault::of(error), host: url.host_str().unwrap_or_default().to_owned() }
}

/// What a status other than success means.
pub(super) fn refusal(status: u16, wait: Option<Duration>, body: &[u8]) -> Option<Kind> {
    if matches!(status, 200..=299) {
        return None;
    }
    let body_error = ErrorBody::read(body);
    let is_from_heroku = body_error.is_some();
    let ErrorBody { id, message } = body_error.unwrap_or_default();
    Some(match status {
        401 => Kind::Unauthorized,
        429 => Kind::RateLimited { wait },
        503 if id == "maintenance" => Kind::Maintenance { message },
        500.. => Kind::Server { status },
        407 => Kind::Garbled { status, what: "the proxy wants a user name and a password".into() },
        300..=399 => Kind::Garbled { status, what: "a redirect to another place".into() },
        _ if !is_from_heroku => Kind::Garbled { status, what: oddity(body).into() },
        402 | 403 => Kind::Forbidden { id, message },
        404 => Kind::NotFound { message },
        410 => Kind::Gone { message },
        409 | 423 if id != "confirmation_required" => Kind::Conflict { message },
        _ => Kind::Invalid { id, message },
    })
}

/// The body of an error: `{"id":"forbidden","message":"…"}`. Parts of the platform call the text `error`
/// (<https://devcenter.heroku.com/articles/platform-api-reference#error-responses>).
#[derive(Default)]
pub(super) struct ErrorBody {
    id: String,
    message: String,
}

impl ErrorBody {
    pub(super) fn read(body: &[u8]) -> Option<Self> {
        let body: Value = serde_json::from_slice(body).ok()?;
        let text = |value: &Value| Some(value.as_str()?.to_owned());
        let message = ["message", "error", "error_description"].iter().find_map(|name| {
            body.get(name).and_then(|value| text(value).or_else(|| text(value.get("message")?)))
        });
        Some(Self { id: body.get("id").and_then(text).unwrap_or_default(), message: message? })
    }
}

/// What is odd about an answer: where it has another shape, its field. Never its content, which may be secret.
pub(super) fn unexpected(
    body: &[u8],
    error: &serde_path_to_error::Error<serde_json::Error>,
) -> Cow<'static, str> {
    if !error.inner().is_data() {
        return oddity(body).into();
    }
    let (path, inner) = (error.path(), error.inner());
    format!("JSON of another shape at `{path}` (line {}, column {})", inner.line(), inner.column()).into()
}

fn oddity(body: &[u8]) -> &'static str {
    match body.trim_ascii_start().first() {
        None | Some(b'n') => "no body",
        Some(b'<') => "a web page",
        Some(b'{' | b'[') => "JSON that is cut off or of another shape",
        Some(_) => "text that is not JSON",
    }
}

pub(super) fn retry_after(response: &Response) -> Option<Duration> {
    let value = response.headers().get(RETRY_AFTER)?.to_str().ok()?;
    value.trim().parse::<f64>().ok().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
}

fn text(headers: &HeaderMap, name: &str) -> Option<String> {
    headers.get(name)?.to_str().ok().map(str::to_owned)
}

fn name(method: &Method) -> &'static str {
    match *method {
        Method::POST => "POST",
        Method::PATCH => "PATCH",
        Method::PUT => "PUT",
        Method::DELETE => "DELETE",
        _ => "GET",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_part_cannot_leave_its_place() {
        for (text, part) in
            [("shop", "shop"), ("a/b?c#d", "a%2Fb%3Fc%23d"), ("..", "-"), ("", "-"), ("é", "%C3%A9")]
        {
            assert_eq!(segment(text), part);
        }
    }

    #[test]
    fn an_answer_that_is_not_herokus_is_told_from_a_refusal() {
        let body = br#"{"id":"not_found","message":"Couldn't find that app."}"#;
        assert_eq!(
            refusal(404, None, body),
            Some(Kind::NotFound { message: "Couldn't find that app.".into() })
        );
        assert_eq!(
            refusal(403, None, b"<html>Blocked by policy</html>"),
            Some(Kind::Garbled { status: 403, what: "a web page".into() })
        );
        assert_eq!(refusal(502, None, b"<html>"), Some(Kind::Server { status: 502 }));
        assert_eq!(refusal(204, None, b""), None);
    }
}
