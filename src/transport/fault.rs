//! What can happen on the way to a server and back.

use std::error::Error as _;

/// Why there was no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The host name is not known.
    #[error("its name could not be resolved")]
    Dns,
    /// Nothing listens there, or it is unreachable.
    #[error("the connection was refused")]
    Refused,
    /// No answer in time.
    #[error("there was no answer in time")]
    Timeout,
    /// The certificate is not trusted, or the handshake failed.
    #[error("its certificate is not trusted")]
    Tls,
    /// The connection broke.
    #[error("the connection broke")]
    Reset,
}

impl Fault {
    /// What a failed exchange means.
    pub fn of(error: &reqwest::Error) -> Self {
        if error.is_timeout() {
            Self::Timeout
        } else if error.is_dns() {
            Self::Dns
        } else if is_tls(error) {
            Self::Tls
        } else if error.is_connect() {
            Self::Refused
        } else {
            Self::Reset
        }
    }

    /// Whether it may pass by itself, and whether the request may have arrived nevertheless.
    pub fn is_passing(self) -> bool {
        matches!(self, Self::Timeout | Self::Reset)
    }
}

/// The innermost cause of an error: the part that says something. It holds no URL.
pub fn root_cause(error: &reqwest::Error) -> String {
    let Some(mut cause) = error.source() else { return "the HTTP client could not be set up".into() };
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}

fn is_tls(error: &reqwest::Error) -> bool {
    let mut cause = error.source();
    while let Some(error) = cause {
        let inner = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        if error.is::<rustls::Error>()
            || inner.is_some_and(<dyn std::error::Error + Send + Sync>::is::<rustls::Error>)
        {
            return true;
        }
        cause = error.source();
    }
    false
}
