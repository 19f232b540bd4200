//! What can go wrong in a request to Datadog, as callers distinguish it. No error holds a key or a query. What people read
//! is made of it elsewhere.

use crate::transport::{Fault, Unencrypted};

/// A value of `DD_HEROKU_DATADOG_URL` that cannot be used. Never the value, which may hold a password.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadUrl {
    /// It is not a URL.
    #[error("`DD_HEROKU_DATADOG_URL` is not a URL")]
    NotAUrl,
    /// Requests must not go there.
    #[error("`DD_HEROKU_DATADOG_URL` cannot be used")]
    NotAllowed(#[source] Unencrypted),
}

/// A request to Datadog that got no usable answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// No answer.
    #[error("`{host}` could not be reached: {fault}")]
    Network {
        /// The host that was asked.
        host: String,
        /// What happened on the way.
        fault: Fault,
    },
    /// 5xx.
    #[error("`{host}` failed with status {status}")]
    Server {
        /// The host that was asked.
        host: String,
        /// The status code.
        status: u16,
    },
    /// 429, again and again.
    #[error("Datadog's rate limit is used up (`{host}`)")]
    RateLimited {
        /// The host that was asked.
        host: String,
    },
    /// An answer that Datadog does not give: HTML, broken JSON, a redirect.
    #[error("the answer of `{host}` is not Datadog's (status {status})")]
    Garbled {
        /// The host that was asked.
        host: String,
        /// The status code.
        status: u16,
    },
    /// 401 or 403: the application key is not the organization's, or has not that permission.
    #[error("`{host}` refused the application key, or it lacks the permission `{permission}`")]
    Forbidden {
        /// The host that was asked.
        host: String,
        /// The permission that the request takes.
        permission: &'static str,
    },
    /// 409: something of that name exists.
    #[error("`{host}` already has something of that name")]
    Exists {
        /// The host that was asked.
        host: String,
    },
    /// Another 4xx: Datadog understood the request and does not accept it.
    #[error("`{host}` did not accept the request (status {status}): {message}")]
    NotAccepted {
        /// The host that was asked.
        host: String,
        /// The status code.
        status: u16,
        /// Datadog's message.
        message: String,
    },
    /// The HTTP client could not be set up.
    #[error("no connection could be set up: {0}")]
    Setup(String),
}

impl Error {
    /// Whether asking again may help.
    pub(super) fn is_passing(&self) -> bool {
        match self {
            Self::Network { fault, .. } => fault.is_passing(),
            Self::Server { .. } | Self::RateLimited { .. } => true,
            Self::Garbled { .. }
            | Self::Forbidden { .. }
            | Self::Exists { .. }
            | Self::NotAccepted { .. }
            | Self::Setup(_) => false,
        }
    }
}
