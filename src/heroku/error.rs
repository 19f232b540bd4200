//! What can go wrong in a request to Heroku, as callers distinguish it. An error names method and path; it never holds a
//! query, a header or a body sent. What people read is made of it elsewhere.

use std::borrow::Cow;
use std::time::Duration;

use crate::secret::{Secret, mask};
use crate::transport::Fault;

/// A request that did not succeed.
#[derive(Debug, thiserror::Error)]
#[error("{method} {path}: {kind}")]
pub struct Error {
    /// What went wrong.
    pub kind: Kind,
    /// The request's method.
    pub method: &'static str,
    /// The request's path, without its query.
    pub path: String,
    /// The `Request-Id` of the answer, for Heroku's support.
    pub request_id: Option<String>,
}

/// What went wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Kind {
    /// 401: the token is wrong, expired or was revoked.
    #[error("the token was refused")]
    Unauthorized,
    /// 403, 402: the account or the token's scope does not reach that far.
    #[error("not allowed: {message}")]
    Forbidden {
        /// Heroku's id of the error: `forbidden`, `suspended`, `delinquent`.
        id: String,
        /// Heroku's message.
        message: String,
    },
    /// No app of this name is visible to the account.
    #[error("no app `{app}`")]
    AppNotFound {
        /// The name that was asked for.
        app: String,
        /// Names of the account's apps that look like it, the likeliest first.
        near: Box<[String]>,
        /// The first names of the account's apps, for where none looks like it.
        apps: Box<[String]>,
    },
    /// 410: it existed once; so answers a part of the API that Heroku has taken away.
    #[error("gone: {message}")]
    Gone {
        /// Heroku's message.
        message: String,
    },
    /// 404: it does not exist, or this account may not see it.
    #[error("not found: {message}")]
    NotFound {
        /// Heroku's message.
        message: String,
    },
    /// 429, and the wait is longer than this program waits.
    #[error("rate limited, {}", wait_text(*wait))]
    RateLimited {
        /// How long Heroku asked to wait.
        wait: Option<Duration>,
    },
    /// 400, 422: Heroku understood the request and does not accept it.
    #[error("not accepted ({id}): {message}")]
    Invalid {
        /// Heroku's id of the error: `invalid_params`, `verification_required`.
        id: String,
        /// Heroku's message.
        message: String,
    },
    /// 409, 423: something else is being done to the same thing.
    #[error("in conflict: {message}")]
    Conflict {
        /// Heroku's message.
        message: String,
    },
    /// 503 with the id `maintenance`: the platform is paused.
    #[error("Heroku is in maintenance: {message}")]
    Maintenance {
        /// Heroku's message.
        message: String,
    },
    /// 5xx.
    #[error("the server failed with status {status}")]
    Server {
        /// The status code.
        status: u16,
    },
    /// An answer that Heroku does not give: HTML, broken JSON, a redirect, an odd status.
    #[error("an answer that is not Heroku's (status {status}): {what}")]
    Garbled {
        /// The status code.
        status: u16,
        /// What is odd about it.
        what: Cow<'static, str>,
    },
    /// No answer.
    #[error("no answer from {host}: {fault}")]
    Network {
        /// What happened on the way.
        fault: Fault,
        /// The host that was asked.
        host: String,
    },
    /// The build's output could not be followed to its end; the build goes on without us.
    #[error("the output of the build broke off")]
    StreamLost,
    /// A build was still pending when the time to wait for it was over. It may still succeed.
    #[error("the build of `{app}` is still running after {} minutes", .after.as_secs() / 60)]
    BuildTooLong {
        /// The app.
        app: String,
        /// How long it was waited for.
        after: Duration,
    },
    /// The source to upload could not be read.
    #[error("the source could not be read: {0}")]
    Source(String),
    /// The HTTP client could not be set up: no certificates, a bad proxy setting.
    #[error("the connection could not be set up: {0}")]
    Setup(String),
}

impl Error {
    /// Whether it is unknown if the request took effect: no answer, or one that says nothing about it.
    pub fn leaves_doubt(&self) -> bool {
        match &self.kind {
            Kind::Server { .. } | Kind::Garbled { .. } => true,
            Kind::Network { fault, .. } => fault.leaves_doubt(),
            _ => false,
        }
    }

    /// Whether asking again may help: everything that passes by itself.
    pub(super) fn is_passing(&self) -> bool {
        match &self.kind {
            Kind::Server { .. } => true,
            Kind::Network { fault, .. } => fault.is_passing(),
            _ => false,
        }
    }

    /// Whether the thing asked for does not exist.
    pub(super) fn is_not_found(&self) -> bool {
        matches!(self.kind, Kind::NotFound { .. } | Kind::Gone { .. })
    }

    /// The same with `secrets` redacted from Heroku's message.
    pub(super) fn without(self, secrets: &[&Secret]) -> Self {
        let secrets: Vec<&str> = secrets.iter().map(|secret| secret.expose()).collect();
        Self { kind: self.kind.without(&secrets), ..self }
    }

    /// Whether the thing asked for does not exist, or not on this kind of app (Fir, container images).
    pub fn is_absent(&self) -> bool {
        matches!(self.kind, Kind::NotFound { .. } | Kind::Gone { .. } | Kind::Invalid { .. })
    }
}

impl Kind {
    /// The same with `secrets` redacted from Heroku's message.
    #[must_use]
    pub(super) fn without(mut self, secrets: &[&str]) -> Self {
        if let Self::Forbidden { message, .. }
        | Self::NotFound { message }
        | Self::Gone { message }
        | Self::Invalid { message, .. }
        | Self::Conflict { message }
        | Self::Maintenance { message } = &mut self
        {
            for secret in secrets.iter().filter(|secret| secret.len() >= SHORTEST_SECRET) {
                *message = message.replace(secret, &mask(secret));
            }
        }
        self
    }
}

/// Shorter values are ordinary words (`true`), and blotting them out would spoil the message.
const SHORTEST_SECRET: usize = 8;

fn wait_text(wait: Option<Duration>) -> String {
    match wait {
        Some(wait) => format!("to be tried again in {} s", wait.as_secs()),
        None => "again and again".into(),
    }
}
