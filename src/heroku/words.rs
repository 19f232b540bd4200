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
            .hint("dd-heroku auth status    (says where the token comes from)"),
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
                Some(likely) => failure.hint(format!("did you mean {}?  -a {likely}", quoted(near))),
                None => failure.hint("heroku apps --all"),
            }
        }
        Kind::NotFound { message } => {
            Failure::new(Code::AppNotFound, sentence(&format!("Heroku did not find `{request}`"), message))
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
        Kind::Source(why) => Failure::new(Code::Failed, format!("the source could not be read: {why}")),
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
