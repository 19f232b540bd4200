//! Errors of Datadog's API, and of the setting that it is reached with.

use crate::datadog_api::{BadUrl, Error};
use crate::env;
use crate::failure::{Code, Failure};

use super::{SETUP_HINT, network_hint};

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        match error {
            Error::Network { host, fault } => {
                Self::new(Code::Unreachable, format_args!("cannot reach `{host}`: {fault}"))
                    .hint(network_hint(fault))
            }
            Error::Server { host, status } => {
                Self::new(Code::Unreachable, format_args!("`{host}` failed with status {status}"))
                    .hint("see https://status.datadoghq.com")
            }
            Error::RateLimited { host } => {
                Self::new(Code::Unreachable, format_args!("reached Datadog's rate limit (`{host}`)"))
                    .hint("run the command again in a minute")
            }
            Error::Garbled { host, status } => Self::new(
                Code::Unreachable,
                format_args!("the answer of `{host}` is not from Datadog (status {status})"),
            )
            .hint("if a proxy answers in place of Datadog, check HTTPS_PROXY and NO_PROXY"),
            Error::Forbidden { host, permission } => Self::new(
                Code::KeyRefused,
                format_args!("`{host}` refused the application key, or the key lacks `{permission}`"),
            )
            .hint(format_args!(
                "create an application key with the permission `{permission}` (Organization Settings, Application \
                 Keys) and pass it as DD_APP_KEY"
            )),
            Error::Exists { host } => {
                Self::new(Code::Failed, format_args!("`{host}` already has something of that name"))
            }
            Error::NotAccepted { host, status, message } => Self::new(
                Code::Failed,
                format_args!("`{host}` did not accept the request (status {status}): {message}"),
            ),
            Error::Setup(why) => {
                Self::new(Code::Unreachable, format_args!("cannot set up a connection: {why}"))
                    .hint(SETUP_HINT)
            }
        }
    }
}

impl From<BadUrl> for Failure {
    fn from(error: BadUrl) -> Self {
        let variable = env::DD_HEROKU_DATADOG_URL;
        match error {
            BadUrl::NotAUrl => Self::usage(format_args!("`{variable}` is not a URL")),
            BadUrl::NotAllowed(cause) => Self::usage(cause).context(format!("`{variable}` cannot be used")),
        }
    }
}

#[cfg(test)]
mod tests {
    use snapbox::{assert_data_eq, str};

    use super::super::shown;
    use super::*;
    use crate::transport::Fault;

    #[test]
    fn every_error_says_what_happened_and_what_to_do() {
        let host = || "api.datadoghq.eu".to_owned();
        let errors = [
            Error::Network { host: host(), fault: Fault::Dns },
            Error::Network { host: host(), fault: Fault::Timeout },
            Error::Server { host: host(), status: 503 },
            Error::RateLimited { host: host() },
            Error::Garbled { host: host(), status: 200 },
            Error::Forbidden { host: host(), permission: "logs_generate_metrics" },
            Error::Exists { host: host() },
            Error::NotAccepted { host: host(), status: 400, message: "bad query".into() },
            Error::Setup("no native root CA certificates found".into()),
        ];
        assert_data_eq!(
            errors.map(shown).concat() + &shown(BadUrl::NotAUrl),
            str![[r#"
unreachable: cannot reach `api.datadoghq.eu`: its name could not be resolved
  hint: check the network; behind a proxy, set HTTPS_PROXY
unreachable: cannot reach `api.datadoghq.eu`: there was no answer in time
  hint: run the command again; behind a proxy, check HTTPS_PROXY
unreachable: `api.datadoghq.eu` failed with status 503
  hint: see https://status.datadoghq.com
unreachable: reached Datadog's rate limit (`api.datadoghq.eu`)
  hint: run the command again in a minute
unreachable: the answer of `api.datadoghq.eu` is not from Datadog (status 200)
  hint: if a proxy answers in place of Datadog, check HTTPS_PROXY and NO_PROXY
key_refused: `api.datadoghq.eu` refused the application key, or the key lacks `logs_generate_metrics`
  hint: create an application key with the permission `logs_generate_metrics` (Organization Settings, Application Keys) and pass it as DD_APP_KEY
failed: `api.datadoghq.eu` already has something of that name
failed: `api.datadoghq.eu` did not accept the request (status 400): bad query
unreachable: cannot set up a connection: no native root CA certificates found
  hint: check SSL_CERT_FILE and HTTPS_PROXY; on Debian and Ubuntu: apt-get install ca-certificates
usage: `DD_HEROKU_DATADOG_URL` is not a URL

"#]]
        );
    }
}
