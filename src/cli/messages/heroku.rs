//! Errors of the Heroku API, and of the settings that it is reached with.

use crate::env;
use crate::failure::{Code, Failure};
use crate::heroku::credentials::Unreadable;
use crate::heroku::{BadEndpoint, Error, Kind};

use super::{SETUP_HINT, network_hint};

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let failure = describe(&error);
        match &error.request_id {
            Some(id) if was_answered_by_heroku(&error.kind) => {
                failure.hint(format_args!("for Heroku support: Request-Id {id}"))
            }
            _ => failure,
        }
    }
}

fn describe(error: &Error) -> Failure {
    let request = format!("{} {}", error.method, error.path);
    match &error.kind {
        Kind::Unauthorized => Failure::new(Code::NotSignedIn, "Heroku rejected the token")
            .hint("heroku login")
            .hint("dd-heroku auth status"),
        Kind::Forbidden { id, message } if id == "suspended" || id == "delinquent" => {
            Failure::new(Code::NotAllowed, with("Heroku has suspended the account or the app", message))
                .hint("see https://dashboard.heroku.com/account/billing")
        }
        Kind::Forbidden { id, message } if id == "two_factor" => {
            Failure::new(Code::NotAllowed, with("Heroku asks for a second authentication factor", message))
                .hint("heroku login")
        }
        Kind::Forbidden { id, message } if id == "verification_required" => {
            Failure::new(Code::NotAllowed, with("Heroku asks to verify the account first", message))
                .hint("see https://heroku.com/verify")
        }
        Kind::Forbidden { id, message } if id.starts_with("sso") || id == "identity_provider" => {
            Failure::new(
                Code::NotAllowed,
                with("Heroku asks to sign in through the organization's SSO", message),
            )
            .hint("heroku login --sso")
        }
        Kind::Forbidden { message, .. } => {
            Failure::new(Code::NotAllowed, with(&format!("Heroku does not allow `{request}`"), message))
                .hint("ask an owner of the app for the `deploy` and `operate` permissions")
                .hint(
                    "if the token is read-only, create another: heroku authorizations:create --scope global",
                )
        }
        Kind::AppNotFound { app, near, apps } => {
            let failure =
                Failure::new(Code::AppNotFound, format_args!("this account cannot see an app `{app}`"));
            match near.first() {
                Some(nearest) => {
                    failure.hint(format_args!("did you mean {}? pass `--app {nearest}`", quoted(near)))
                }
                None if apps.is_empty() => failure.hint("heroku apps --all"),
                None => failure.hint(format_args!("this account has {}", quoted(apps))),
            }
        }
        Kind::NotFound { message } => Failure::new(Code::AppNotFound, with("not found at Heroku", message))
            .hint("check the name and the account: dd-heroku auth status"),
        Kind::Gone { message } => Failure::new(
            Code::Failed,
            with(&format!("Heroku no longer has what `{request}` asks for (status 410)"), message),
        )
        .hint("this version may be too old for Heroku's API: dd-heroku --version"),
        Kind::RateLimited { wait } => {
            let failure = Failure::new(Code::Unreachable, "this account has reached Heroku's rate limit");
            match wait {
                Some(wait) => {
                    failure.hint(format_args!("run the command again in {} seconds", wait.as_secs()))
                }
                None => failure.hint("run the command again in a minute"),
            }
        }
        Kind::Invalid { message, .. } => {
            Failure::new(Code::Failed, with(&format!("Heroku did not accept `{request}`"), message))
        }
        Kind::Conflict { message } => Failure::new(
            Code::Failed,
            with(&format!("`{request}` conflicts with another change in progress"), message),
        )
        .hint("wait until that change is done, then run the command again"),
        Kind::Maintenance { message } => {
            Failure::new(Code::Unreachable, with("the Heroku API is in maintenance", message))
                .hint("see https://status.heroku.com")
        }
        Kind::Server { status } => Failure::new(
            Code::Unreachable,
            format_args!("Heroku failed with status {status} at `{request}`, after several tries"),
        )
        .hint("see https://status.heroku.com, then run the command again: it continues where it stopped"),
        Kind::Garbled { status, what } => Failure::new(
            Code::Unreachable,
            format_args!("the answer to `{request}` is not from Heroku: {what} (status {status})"),
        )
        .hint("if a proxy answers in place of Heroku, check HTTPS_PROXY, NO_PROXY and HEROKU_HOST"),
        Kind::Network { fault, host } => {
            Failure::new(Code::Unreachable, format_args!("cannot reach `{host}`: {fault}"))
                .hint(network_hint(*fault))
        }
        Kind::StreamLost => {
            Failure::new(Code::Unreachable, format_args!("lost {}; Heroku continues", error.path))
        }
        Kind::BuildTooLong { app, after } => Failure::new(
            Code::Unverified,
            format_args!("the build of `{app}` is still running after {} minutes", after.as_secs() / 60),
        )
        .hint(format_args!("dd-heroku status -a {app} --watch")),
        Kind::Source(why) => {
            Failure::new(Code::Failed, format_args!("cannot read the source archive: {why}"))
                .hint("run the command again: it continues where it stopped")
        }
        Kind::Setup(why) => {
            Failure::new(Code::Unreachable, format_args!("cannot set up a connection: {why}"))
                .hint(SETUP_HINT)
        }
    }
}

/// Whether Heroku itself answered, so that its support can find the request.
fn was_answered_by_heroku(kind: &Kind) -> bool {
    matches!(
        kind,
        Kind::Server { .. }
            | Kind::Invalid { .. }
            | Kind::Conflict { .. }
            | Kind::Forbidden { .. }
            | Kind::Maintenance { .. }
    )
}

/// What happened, then Heroku's own message.
fn with(what: &str, message: &str) -> String {
    match message.trim().trim_end_matches('.') {
        "" => what.to_owned(),
        message => format!("{what}: {message}"),
    }
}

fn quoted(names: &[String]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" or ")
}

impl From<BadEndpoint> for Failure {
    fn from(error: BadEndpoint) -> Self {
        match error {
            BadEndpoint::NotAUrl { variable } => {
                Self::usage(format_args!("`{variable}` is neither a host nor a URL"))
            }
            BadEndpoint::NotAllowed { variable, cause } => {
                Self::usage(cause).context(format!("`{variable}` cannot be used"))
            }
            BadEndpoint::Headers => {
                Self::usage(format_args!("`{}` is not a JSON object of strings", env::HEROKU_HEADERS))
                    .hint(format_args!(r#"{}='{{"X-Name": "value"}}'"#, env::HEROKU_HEADERS))
            }
        }
    }
}

impl From<Unreadable> for Failure {
    fn from(Unreadable(why): Unreadable) -> Self {
        Self::new(Code::NotSignedIn, why)
            .context("no Heroku token found")
            .hint("heroku login")
            .hint(format_args!("or set {}", env::HEROKU_API_KEY))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use snapbox::{assert_data_eq, str};

    use super::super::shown;
    use super::*;
    use crate::transport::{Fault, TlsFault, require_safe};

    fn every_kind() -> Vec<Kind> {
        let message = || "Heroku's message.".to_owned();
        let host = || "api.heroku.com".to_owned();
        let mut kinds = vec![
            Kind::Unauthorized,
            Kind::Forbidden { id: "forbidden".into(), message: message() },
            Kind::Forbidden { id: "suspended".into(), message: message() },
            Kind::AppNotFound {
                app: "shpo".into(),
                near: ["shop".into(), "shop-staging".into()].into(),
                apps: Box::default(),
            },
            Kind::AppNotFound { app: "zzz".into(), near: Box::default(), apps: ["shop".into()].into() },
            Kind::NotFound { message: message() },
            Kind::Gone { message: message() },
            Kind::RateLimited { wait: Some(Duration::from_secs(3600)) },
            Kind::RateLimited { wait: None },
            Kind::Invalid { id: "invalid_params".into(), message: message() },
            Kind::Conflict { message: message() },
            Kind::Maintenance { message: message() },
            Kind::Server { status: 500 },
            Kind::Garbled { status: 200, what: "a web page".into() },
        ];
        let faults = [
            Fault::Dns,
            Fault::Refused,
            Fault::Proxy,
            Fault::Timeout,
            Fault::Tls(TlsFault::Issuer),
            Fault::Tls(TlsFault::Name),
            Fault::Tls(TlsFault::Expired),
            Fault::Reset,
            Fault::TooLarge,
        ];
        kinds.extend(faults.map(|fault| Kind::Network { fault, host: host() }));
        kinds.extend([
            Kind::StreamLost,
            Kind::BuildTooLong { app: "shop".into(), after: Duration::from_secs(3900) },
            Kind::Source("Is a directory".into()),
            Kind::Setup("no native root CA certificates found".into()),
        ]);
        kinds
    }

    #[test]
    fn every_error_says_what_happened_and_what_to_do() {
        let shown = every_kind().into_iter().map(|kind| {
            shown(Error {
                kind,
                method: "GET",
                path: "/apps/shop/config-vars".into(),
                request_id: Some("01234567".into()),
            })
        });
        assert_data_eq!(
            shown.collect::<String>(),
            str![[r#"
not_signed_in: Heroku rejected the token
  hint: heroku login
  hint: dd-heroku auth status
not_allowed: Heroku does not allow `GET /apps/shop/config-vars`: Heroku's message
  hint: ask an owner of the app for the `deploy` and `operate` permissions
  hint: if the token is read-only, create another: heroku authorizations:create --scope global
  hint: for Heroku support: Request-Id 01234567
not_allowed: Heroku has suspended the account or the app: Heroku's message
  hint: see https://dashboard.heroku.com/account/billing
  hint: for Heroku support: Request-Id 01234567
app_not_found: this account cannot see an app `shpo`
  hint: did you mean `shop` or `shop-staging`? pass `--app shop`
app_not_found: this account cannot see an app `zzz`
  hint: this account has `shop`
app_not_found: not found at Heroku: Heroku's message
  hint: check the name and the account: dd-heroku auth status
failed: Heroku no longer has what `GET /apps/shop/config-vars` asks for (status 410): Heroku's message
  hint: this version may be too old for Heroku's API: dd-heroku --version
unreachable: this account has reached Heroku's rate limit
  hint: run the command again in 3600 seconds
unreachable: this account has reached Heroku's rate limit
  hint: run the command again in a minute
failed: Heroku did not accept `GET /apps/shop/config-vars`: Heroku's message
  hint: for Heroku support: Request-Id 01234567
failed: `GET /apps/shop/config-vars` conflicts with another change in progress: Heroku's message
  hint: wait until that change is done, then run the command again
  hint: for Heroku support: Request-Id 01234567
unreachable: the Heroku API is in maintenance: Heroku's message
  hint: see https://status.heroku.com
  hint: for Heroku support: Request-Id 01234567
unreachable: Heroku failed with status 500 at `GET /apps/shop/config-vars`, after several tries
  hint: see https://status.heroku.com, then run the command again: it continues where it stopped
  hint: for Heroku support: Request-Id 01234567
unreachable: the answer to `GET /apps/shop/config-vars` is not from Heroku: a web page (status 200)
  hint: if a proxy answers in place of Heroku, check HTTPS_PROXY, NO_PROXY and HEROKU_HOST
unreachable: cannot reach `api.heroku.com`: its name could not be resolved
  hint: check the network; behind a proxy, set HTTPS_PROXY
unreachable: cannot reach `api.heroku.com`: the connection was refused
  hint: check the network; behind a proxy, check HTTPS_PROXY
unreachable: cannot reach `api.heroku.com`: the proxy refused to connect to it
  hint: check HTTPS_PROXY and NO_PROXY, and what the proxy allows
unreachable: cannot reach `api.heroku.com`: there was no answer in time
  hint: run the command again; behind a proxy, check HTTPS_PROXY
unreachable: cannot reach `api.heroku.com`: its certificate is not trusted by this machine (unknown issuer)
  hint: if a proxy brings its own certificate, name that file in SSL_CERT_FILE
unreachable: cannot reach `api.heroku.com`: its certificate is for another host name
  hint: if a proxy or a sign-in page of the network answers in its place, check HTTPS_PROXY and NO_PROXY
unreachable: cannot reach `api.heroku.com`: its certificate has expired
  hint: check the clock of this machine; if a proxy brings its own certificate, renew it
unreachable: cannot reach `api.heroku.com`: the connection broke
  hint: run the command again: it continues where it stopped
unreachable: cannot reach `api.heroku.com`: its answer is larger than 64 MiB
  hint: something else answers in its place: check HTTPS_PROXY, and the URL where you set one
unreachable: lost /apps/shop/config-vars; Heroku continues
unverified: the build of `shop` is still running after 65 minutes
  hint: dd-heroku status -a shop --watch
failed: cannot read the source archive: Is a directory
  hint: run the command again: it continues where it stopped
unreachable: cannot set up a connection: no native root CA certificates found
  hint: check SSL_CERT_FILE and HTTPS_PROXY; on Debian and Ubuntu: apt-get install ca-certificates

"#]]
        );
    }

    #[test]
    fn every_setting_that_cannot_be_used_is_named() {
        let variable = env::HEROKU_HOST;
        let cause = require_safe(&"http://api.heroku.com".parse().unwrap()).unwrap_err();
        let errors = [
            BadEndpoint::NotAUrl { variable },
            BadEndpoint::NotAllowed { variable, cause },
            BadEndpoint::Headers,
        ];
        let shown = errors.map(shown).concat() + &shown(Unreadable("`.netrc` could not be read".into()));
        assert_data_eq!(
            shown,
            str![[r#"
usage: `HEROKU_HOST` is neither a host nor a URL
usage: `HEROKU_HOST` cannot be used: `http://api.heroku.com` is not encrypted; only https is allowed (plain http on loopback only)
usage: `HEROKU_HEADERS` is not a JSON object of strings
  hint: HEROKU_HEADERS='{"X-Name": "value"}'
not_signed_in: no Heroku token found: `.netrc` could not be read
  hint: heroku login
  hint: or set HEROKU_API_KEY

"#]]
        );
    }
}
