//! What a person reads when something fails below the commands: a file for each source, and in it every error with what
//! happened and what to do about it. The modules below know nothing of these texts.

mod buildpack;
mod database;
mod datadog_api;
mod heroku;
mod repo;

use crate::transport::{Fault, TlsFault};

/// What to do when a server cannot be reached.
fn network_hint(fault: Fault) -> &'static str {
    match fault {
        Fault::Dns => "check the network; behind a proxy, set HTTPS_PROXY",
        Fault::Refused => "check the network; behind a proxy, check HTTPS_PROXY",
        Fault::Timeout => "run the command again; behind a proxy, check HTTPS_PROXY",
        Fault::Proxy => "check HTTPS_PROXY and NO_PROXY, and what the proxy allows",
        Fault::Tls(TlsFault::Issuer | TlsFault::Certificate) => {
            "if a proxy brings its own certificate, name that file in SSL_CERT_FILE"
        }
        Fault::Tls(TlsFault::Expired | TlsFault::NotYetValid) => {
            "check the clock of this machine; if a proxy brings its own certificate, renew it"
        }
        Fault::Tls(TlsFault::Name | TlsFault::Protocol) => {
            "if a proxy or a sign-in page of the network answers in its place, check HTTPS_PROXY and NO_PROXY"
        }
        Fault::Reset => "run the command again: it continues where it stopped",
        Fault::TooLarge => {
            "something else answers in its place: check HTTPS_PROXY, and the URL where you set one"
        }
    }
}

/// What to do when the HTTP client cannot be set up.
const SETUP_HINT: &str =
    "check SSL_CERT_FILE and HTTPS_PROXY; on Debian and Ubuntu: apt-get install ca-certificates";

/// An error with its causes, its code and its hints, as the snapshots have it.
#[cfg(test)]
fn shown(error: impl Into<crate::failure::Failure>) -> String {
    let failure = error.into();
    let hints: Vec<_> = failure.hints.iter().map(|hint| format!("  hint: {hint}\n")).collect();
    format!("{}: {:#}\n{}", failure.code.as_str(), failure.error, hints.concat())
}
