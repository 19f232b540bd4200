//! What can go wrong in a request to Datadog, and the words for it. No error holds a key or a query.

use crate::failure::{Code, Failure};
use crate::transport::Fault;

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
    /// 409: there is one of that name.
    #[error("`{host}` has one of that name already")]
    Exists {
        /// The host that was asked.
        host: String,
    },
    /// Another 4xx: Datadog understood the request and does not accept it.
    #[error("`{host}` did not accept the request (status {status}): {told}")]
    NotAccepted {
        /// The host that was asked.
        host: String,
        /// The status code.
        status: u16,
        /// What Datadog said.
        told: String,
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

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let code = match &error {
            Error::Forbidden { .. } => Code::KeyRefused,
            Error::Exists { .. } | Error::NotAccepted { .. } => Code::Failed,
            _ => Code::Unreachable,
        };
        let failure = Self::new(code, &error);
        let failure = match &error {
            Error::Forbidden { permission, .. } => {
                return failure.hint(format!(
                    "make an application key with the permission `{permission}` (Organization Settings, Application \
                     Keys) and pass it as DD_APP_KEY"
                ));
            }
            Error::Exists { .. } | Error::NotAccepted { .. } => return failure,
            Error::Network { fault, .. } => failure.hint(fault.hint()),
            Error::Server { .. } => failure.hint("see https://status.datadoghq.com"),
            Error::RateLimited { .. } => failure.hint("run the command again in a minute"),
            Error::Garbled { .. } => {
                failure.hint("does a proxy answer in Datadog's place? check HTTPS_PROXY and NO_PROXY")
            }
            Error::Setup(_) => failure
                .hint("check SSL_CERT_FILE and HTTPS_PROXY; on Debian: apt-get install ca-certificates"),
        };
        failure.hint("to go on without checking the key: --no-verify")
    }
}

#[cfg(test)]
mod tests {
    use snapbox::{assert_data_eq, str};

    use super::*;

    #[test]
    fn every_error_says_what_happened_and_what_to_do() {
        let host = || "api.datadoghq.eu".to_owned();
        let text = [
            Error::Network { host: host(), fault: Fault::Dns },
            Error::Network { host: host(), fault: Fault::Timeout },
            Error::Server { host: host(), status: 503 },
            Error::RateLimited { host: host() },
            Error::Garbled { host: host(), status: 200 },
            Error::Forbidden { host: host(), permission: "logs_generate_metrics" },
            Error::NotAccepted { host: host(), status: 400, told: "bad query".into() },
            Error::Setup("no native root CA certificates found".into()),
        ]
        .map(|error| {
            let failure = Failure::from(error);
            format!("{}: {:#}\n  {}\n", failure.code.as_str(), failure.error, failure.hints.join("\n  "))
        })
        .concat();
        assert_data_eq!(
            text,
            str![[r#"
unreachable: `api.datadoghq.eu` could not be reached: its name could not be resolved
  is there a network? behind a proxy, set HTTPS_PROXY
  to go on without checking the key: --no-verify
unreachable: `api.datadoghq.eu` could not be reached: there was no answer in time
  run the command again; behind a proxy, check HTTPS_PROXY
  to go on without checking the key: --no-verify
unreachable: `api.datadoghq.eu` failed with status 503
  see https://status.datadoghq.com
  to go on without checking the key: --no-verify
unreachable: Datadog's rate limit is used up (`api.datadoghq.eu`)
  run the command again in a minute
  to go on without checking the key: --no-verify
unreachable: the answer of `api.datadoghq.eu` is not Datadog's (status 200)
  does a proxy answer in Datadog's place? check HTTPS_PROXY and NO_PROXY
  to go on without checking the key: --no-verify
key_refused: `api.datadoghq.eu` refused the application key, or it lacks the permission `logs_generate_metrics`
  make an application key with the permission `logs_generate_metrics` (Organization Settings, Application Keys) and pass it as DD_APP_KEY
failed: `api.datadoghq.eu` did not accept the request (status 400): bad query
  
unreachable: no connection could be set up: no native root CA certificates found
  check SSL_CERT_FILE and HTTPS_PROXY; on Debian: apt-get install ca-certificates
  to go on without checking the key: --no-verify

"#]]
        );
    }
}
