//! Every error of Heroku as a person reads it: what happened, and what to do next.

use super::error::{Error, Kind};
use crate::failure::{Code, Failure};
use crate::transport::Fault;

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let failure = words(&error);
        match &error.request_id {
            Some(id) if speaks_of_server(&error.kind) => {
                failure.hint(format!("for Heroku's support: Request-Id {id}"))
            }
            _ => failure,
        }
    }
}

fn words(error: &Error) -> Failure {
    let request = format!("{} {}", error.method, error.path);
    match &error.kind {
        Kind::Unauthorized => Failure::new(Code::NotSignedIn, "Heroku refused the token")
            .hint("heroku login")
            .hint("dd-heroku auth status"),
        Kind::Forbidden { id, message } if id == "suspended" || id == "delinquent" => {
            Failure::new(Code::NotAllowed, sentence("Heroku has suspended the account or the app", message))
                .hint("see https://dashboard.heroku.com/account/billing")
        }
        Kind::Forbidden { message, .. } => {
            Failure::new(Code::NotAllowed, sentence(&format!("Heroku does not allow `{request}`"), message))
                .hint("ask an owner of the app for the `deploy` and `operate` permissions")
                .hint(
                    "a token that may only read cannot do this: heroku authorizations:create --scope global",
                )
        }
        Kind::AppNotFound { app, near } => {
            let failure =
                Failure::new(Code::AppNotFound, format!("there is no app `{app}` that this account can see"));
            match near.first() {
                Some(likely) => failure.hint(format!("did you mean {}? pass `--app {likely}`", quoted(near))),
                None => failure.hint("heroku apps --all"),
            }
        }
        Kind::NotFound { message } => {
            Failure::new(Code::AppNotFound, sentence(&format!("Heroku did not find `{request}`"), message))
                .hint("check the name, and who is signed in: dd-heroku auth status")
        }
        Kind::RateLimited { wait } => {
            let failure = Failure::new(Code::Unreachable, "Heroku's rate limit for this account is used up");
            match wait {
                Some(wait) => failure.hint(format!("run the command again in {} seconds", wait.as_secs())),
                None => failure.hint("run the command again in a minute"),
            }
        }
        Kind::Invalid { message, .. } => {
            Failure::new(Code::Failed, sentence(&format!("Heroku did not accept `{request}`"), message))
        }
        Kind::Conflict { message } => Failure::new(
            Code::Failed,
            sentence(&format!("`{request}` is in conflict with something else that is being done"), message),
        )
        .hint("wait until that is done and run the command again"),
        Kind::Maintenance { message } => {
            Failure::new(Code::Unreachable, sentence("the Heroku API is in maintenance", message))
                .hint("see https://status.heroku.com")
        }
        Kind::Server { status } => Failure::new(
            Code::Unreachable,
            format!("Heroku failed at `{request}` with status {status}, also when asked again"),
        )
        .hint("see https://status.heroku.com, then run the command again: it goes on where it stopped"),
        Kind::Garbled { status, what } => Failure::new(
            Code::Unreachable,
            format!("the answer to `{request}` is not Heroku's: {what} (status {status})"),
        )
        .hint("does a proxy answer in Heroku's place? check HTTPS_PROXY, NO_PROXY and HEROKU_HOST"),
        Kind::Network { fault, host } => network(*fault, host),
        Kind::StreamLost => {
            Failure::new(Code::Unreachable, "the build's output broke off; the build goes on")
                .hint("heroku builds:output")
        }
        Kind::BuildTooLong { after } => Failure::new(
            Code::BuildFailed,
            format!("the build was still running after {} minutes", after.as_secs() / 60),
        )
        .hint("heroku builds:info"),
        Kind::Source(why) => Failure::new(Code::Failed, format!("the source could not be read: {why}"))
            .hint("run the command again: it goes on where it stopped"),
        Kind::Setup(why) => Failure::new(Code::Unreachable, format!("no connection could be set up: {why}"))
            .hint("check SSL_CERT_FILE and HTTPS_PROXY; on Debian: apt-get install ca-certificates"),
    }
}

fn network(fault: Fault, host: &str) -> Failure {
    Failure::new(Code::Unreachable, format!("`{host}` could not be reached: {fault}")).hint(fault.hint())
}

fn speaks_of_server(kind: &Kind) -> bool {
    matches!(
        kind,
        Kind::Server { .. }
            | Kind::Invalid { .. }
            | Kind::Conflict { .. }
            | Kind::Forbidden { .. }
            | Kind::Maintenance { .. }
    )
}

/// Our words, then Heroku's own.
fn sentence(ours: &str, herokus: &str) -> String {
    match herokus.trim().trim_end_matches('.') {
        "" => ours.to_owned(),
        told => format!("{ours}: {told}"),
    }
}

fn quoted(names: &[String]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" or ")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use snapbox::{assert_data_eq, str};

    use super::*;

    fn every_kind() -> Vec<Kind> {
        let message = || "Told by Heroku.".to_owned();
        let host = || "api.heroku.com".to_owned();
        vec![
            Kind::Unauthorized,
            Kind::Forbidden { id: "forbidden".into(), message: message() },
            Kind::Forbidden { id: "suspended".into(), message: message() },
            Kind::AppNotFound { app: "shpo".into(), near: vec!["shop".into(), "shop-staging".into()] },
            Kind::AppNotFound { app: "zzz".into(), near: Vec::new() },
            Kind::NotFound { message: message() },
            Kind::RateLimited { wait: Some(Duration::from_secs(3600)) },
            Kind::RateLimited { wait: None },
            Kind::Invalid { id: "invalid_params".into(), message: message() },
            Kind::Conflict { message: message() },
            Kind::Maintenance { message: message() },
            Kind::Server { status: 500 },
            Kind::Garbled { status: 200, what: "a web page" },
            Kind::Network { fault: Fault::Dns, host: host() },
            Kind::Network { fault: Fault::Refused, host: host() },
            Kind::Network { fault: Fault::Timeout, host: host() },
            Kind::Network { fault: Fault::Tls, host: host() },
            Kind::Network { fault: Fault::Reset, host: host() },
            Kind::StreamLost,
            Kind::BuildTooLong { after: Duration::from_secs(3900) },
            Kind::Source("Is a directory".into()),
            Kind::Setup("no native root CA certificates found".into()),
        ]
    }

    #[test]
    fn every_error_says_what_happened_and_what_to_do() {
        let told = every_kind().into_iter().map(|kind| {
            let error = kind.of("GET", "/apps/shop/config-vars");
            let failure = Failure::from(Error { request_id: Some("01234567".into()), ..error });
            let hints = failure.hints.join("\n  hint: ");
            format!("{}: {:#}\n  hint: {hints}\n", failure.code.as_str(), failure.error)
        });
        assert_data_eq!(
            told.collect::<String>(),
            str![[r#"
not_signed_in: Heroku refused the token
  hint: heroku login
  hint: dd-heroku auth status
not_allowed: Heroku does not allow `GET /apps/shop/config-vars`: Told by Heroku
  hint: ask an owner of the app for the `deploy` and `operate` permissions
  hint: a token that may only read cannot do this: heroku authorizations:create --scope global
  hint: for Heroku's support: Request-Id 01234567
not_allowed: Heroku has suspended the account or the app: Told by Heroku
  hint: see https://dashboard.heroku.com/account/billing
  hint: for Heroku's support: Request-Id 01234567
app_not_found: there is no app `shpo` that this account can see
  hint: did you mean `shop` or `shop-staging`? pass `--app shop`
app_not_found: there is no app `zzz` that this account can see
  hint: heroku apps --all
app_not_found: Heroku did not find `GET /apps/shop/config-vars`: Told by Heroku
  hint: check the name, and who is signed in: dd-heroku auth status
unreachable: Heroku's rate limit for this account is used up
  hint: run the command again in 3600 seconds
unreachable: Heroku's rate limit for this account is used up
  hint: run the command again in a minute
failed: Heroku did not accept `GET /apps/shop/config-vars`: Told by Heroku
  hint: for Heroku's support: Request-Id 01234567
failed: `GET /apps/shop/config-vars` is in conflict with something else that is being done: Told by Heroku
  hint: wait until that is done and run the command again
  hint: for Heroku's support: Request-Id 01234567
unreachable: the Heroku API is in maintenance: Told by Heroku
  hint: see https://status.heroku.com
  hint: for Heroku's support: Request-Id 01234567
unreachable: Heroku failed at `GET /apps/shop/config-vars` with status 500, also when asked again
  hint: see https://status.heroku.com, then run the command again: it goes on where it stopped
  hint: for Heroku's support: Request-Id 01234567
unreachable: the answer to `GET /apps/shop/config-vars` is not Heroku's: a web page (status 200)
  hint: does a proxy answer in Heroku's place? check HTTPS_PROXY, NO_PROXY and HEROKU_HOST
unreachable: `api.heroku.com` could not be reached: its name could not be resolved
  hint: is there a network? behind a proxy, set HTTPS_PROXY
unreachable: `api.heroku.com` could not be reached: the connection was refused
  hint: is there a network? behind a proxy, check HTTPS_PROXY
unreachable: `api.heroku.com` could not be reached: there was no answer in time
  hint: run the command again; behind a proxy, check HTTPS_PROXY
unreachable: `api.heroku.com` could not be reached: its certificate is not trusted
  hint: behind a proxy with a certificate of its own, name that in SSL_CERT_FILE
unreachable: `api.heroku.com` could not be reached: the connection broke
  hint: run the command again: it goes on where it stopped
unreachable: the build's output broke off; the build goes on
  hint: heroku builds:output
build_failed: the build was still running after 65 minutes
  hint: heroku builds:info
failed: the source could not be read: Is a directory
  hint: run the command again: it goes on where it stopped
unreachable: no connection could be set up: no native root CA certificates found
  hint: check SSL_CERT_FILE and HTTPS_PROXY; on Debian: apt-get install ca-certificates

"#]]
        );
    }
}
