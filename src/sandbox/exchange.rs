//! One request and its answer, as values: nothing here touches a socket.

use hyper::HeaderMap;
use hyper::body::Bytes;
use percent_encoding::percent_decode_str;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// A request, its body read to the end.
#[derive(Clone)]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Request {
    /// The value of a header, when it is there and text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The parts of the path, decoded.
    pub(crate) fn segments(&self) -> Vec<String> {
        let parts = self.path.split('/').filter(|part| !part.is_empty());
        parts.map(|part| percent_decode_str(part).decode_utf8_lossy().into_owned()).collect()
    }

    /// The value of a query parameter.
    pub(crate) fn parameter(&self, name: &str) -> Option<String> {
        let mut pairs = url::form_urlencoded::parse(self.query.as_bytes());
        pairs.find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
    }

    /// The body as JSON of this shape; an empty one counts as `{}`.
    pub(crate) fn json<T: DeserializeOwned>(&self) -> Result<T, Refusal> {
        let text: &[u8] = if self.body.is_empty() { b"{}" } else { &self.body };
        let value: Value = serde_json::from_slice(text).map_err(|error| {
            Refusal::new(
                400,
                "bad_request",
                format!("Unable to parse the JSON in the request body: {error}."),
            )
        })?;
        serde_json::from_value(value)
            .map_err(|error| Refusal::invalid(format!("Invalid parameters: {error}.")))
    }

    /// Whether the request may change anything.
    pub(crate) fn is_write(&self) -> bool {
        !matches!(self.method.as_str(), "GET" | "HEAD" | "OPTIONS")
            && !self.path.ends_with("/resolve")
            && !self.path.starts_with("/filters/")
            && !self.path.ends_with("/validate_keys")
    }
}

/// What is answered.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) content: Content,
    pub(crate) headers: Vec<(&'static str, String)>,
}

/// The body of an answer.
pub(crate) enum Content {
    Empty,
    Json(Value),
    /// A list that pages; the attribute it is sorted by where the client names none.
    List(Vec<Value>, &'static str),
    Bytes(&'static str, Vec<u8>),
    /// The output of a build or release command from this byte on, as it grows.
    Output {
        id: String,
        from: usize,
    },
}

impl Answer {
    /// 200 and an object.
    pub(crate) fn ok(value: Value) -> Self {
        Self::with(200, value)
    }

    /// Some other status and an object.
    pub(crate) fn with(status: u16, value: Value) -> Self {
        Self { status, content: Content::Json(value), headers: Vec::new() }
    }

    /// An error in the form that Datadog has.
    pub(crate) fn errors(status: u16, message: &str) -> Self {
        Self::with(status, json!({"errors": [message]}))
    }

    /// A list that pages by id.
    pub(crate) fn list(items: impl IntoIterator<Item = Value>) -> Self {
        Self::list_by("id", items)
    }

    /// A list that pages by `attribute`.
    pub(crate) fn list_by(attribute: &'static str, items: impl IntoIterator<Item = Value>) -> Self {
        let content = Content::List(items.into_iter().collect(), attribute);
        Self { status: 200, content, headers: Vec::new() }
    }

    /// Text or bytes of some type.
    pub(crate) fn bytes(status: u16, kind: &'static str, bytes: impl Into<Vec<u8>>) -> Self {
        Self { status, content: Content::Bytes(kind, bytes.into()), headers: Vec::new() }
    }

    /// A status and nothing else.
    pub(crate) fn empty(status: u16) -> Self {
        Self { status, content: Content::Empty, headers: Vec::new() }
    }
}

/// A request that is not granted, in the form the Heroku API says so.
#[derive(Debug)]
pub(crate) struct Refusal {
    pub(crate) status: u16,
    pub(crate) id: &'static str,
    pub(crate) message: String,
    resource: Option<&'static str>,
}

impl Refusal {
    pub(crate) fn new(status: u16, id: &'static str, message: impl Into<String>) -> Self {
        Self { status, id, message: message.into(), resource: None }
    }

    /// 404 for a thing that is not there, or may not be seen.
    pub(crate) fn not_found(resource: &'static str) -> Self {
        let message = format!("Couldn't find that {}.", resource.replace('_', " "));
        Self { resource: Some(resource), ..Self::new(404, "not_found", message) }
    }

    /// 404 for a path that leads nowhere.
    pub(crate) fn no_route() -> Self {
        Self::new(
            404,
            "not_found",
            "The requested API endpoint was not found. Are you using the right HTTP verb (i.e. `GET` vs. `POST`), and did you specify your intended version with the `Accept` header?",
        )
    }

    /// 501 for what Heroku can do and the sandbox cannot: a made-up success would hide that.
    pub(crate) fn missing(what: &str) -> Self {
        Self::new(501, "not_implemented", format!("The sandbox has no {what}."))
    }

    /// What Heroku says with a status that has nothing to do with the request.
    pub(crate) fn of_status(status: u16) -> Self {
        let (id, message) = match status {
            401 => ("unauthorized", "Invalid credentials provided."),
            403 => ("forbidden", "You do not have access to perform this action."),
            404 => ("not_found", "Couldn't find that resource."),
            409 => ("conflict", "Another request is changing this resource."),
            422 => ("invalid_params", "The request could not be accepted."),
            429 => ("rate_limit", "Your account reached the API rate limit. Please wait a few minutes."),
            503 => ("service_unavailable", "The API is temporarily unavailable."),
            _ => ("internal_server_error", "Internal server error."),
        };
        Self::new(status, id, message)
    }

    /// 422 for a body that cannot be accepted.
    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        Self::new(422, "invalid_params", message)
    }
}

impl From<Refusal> for Answer {
    fn from(refusal: Refusal) -> Self {
        let mut body = json!({"id": refusal.id, "message": refusal.message});
        if let Some(resource) = refusal.resource {
            body["resource"] = json!(resource);
        }
        Self::with(refusal.status, body)
    }
}

/// What a route gives back.
pub(crate) type Reply = Result<Answer, Refusal>;
