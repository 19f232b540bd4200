//! The one place that makes HTTP clients: which URLs are allowed, which certificates are trusted, whose proxy is
//! used. It must never let a request, or a redirect of one, leave in the clear for another machine.

mod fault;

use std::io::Read;
use std::time::Duration;

use reqwest::blocking::{Client, ClientBuilder, Response};
use reqwest::redirect;
use url::{Host, Url};

pub use fault::{Fault, TlsFault, root_cause};

/// How large an answer may be, decompressed, in bytes. Those of Heroku and Datadog are some megabytes at most; a few megabytes
/// of gzip can hold gigabytes.
pub const LARGEST: u64 = 64 * 1024 * 1024;

const CONNECT_WITHIN: Duration = Duration::from_secs(10);
const REDIRECTS: usize = 5;

/// A URL that may not be used.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("`{scheme}://{host}` is not encrypted; only https is allowed (plain http on loopback only)")]
pub struct Unencrypted {
    scheme: String,
    host: String,
}

/// Starts a client for `url` and what is below it: rustls over ring with the system's certificates (and
/// `SSL_CERT_FILE`), the system's proxy, this program's user agent. It follows redirects within `url`'s origin
/// only, so that no header travels to another one. Over plain http, which only a loopback host may have, it
/// reads neither certificates nor proxy settings: such a client works on a machine that has none.
///
/// A blocking client gives up after 30 s unless given another timeout.
pub fn client_builder(url: &Url) -> Result<ClientBuilder, Unencrypted> {
    require_safe(url)?;
    // Fails when another thread was first, which serves as well.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let builder = Client::builder()
        .user_agent(concat!("dd-heroku/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(CONNECT_WITHIN)
        .redirect(redirect::Policy::custom(within_origin));
    Ok(if url.scheme() == "http" { builder.tls_certs_only([]).no_proxy() } else { builder })
}

/// Refuses a URL that is neither https nor plain http on loopback.
pub fn require_safe(url: &Url) -> Result<(), Unencrypted> {
    match url.scheme() {
        "https" => Ok(()),
        "http" if is_loopback(url) => Ok(()),
        scheme => Err(Unencrypted { scheme: scheme.into(), host: url.host_str().unwrap_or_default().into() }),
    }
}

/// The whole body of an answer, decompressed.
pub fn body(response: Response) -> Result<Vec<u8>, Fault> {
    let mut body = Vec::new();
    response.take(LARGEST + 1).read_to_end(&mut body).map_err(|error| {
        let cause = error.get_ref().and_then(|cause| cause.downcast_ref());
        cause.map_or(Fault::Reset, Fault::of)
    })?;
    if body.len() as u64 > LARGEST { Err(Fault::TooLarge) } else { Ok(body) }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name.trim_end_matches('.').eq_ignore_ascii_case("localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

fn within_origin(attempt: redirect::Attempt<'_>) -> redirect::Action {
    let same_origin =
        attempt.previous().first().is_some_and(|first| first.origin() == attempt.url().origin());
    if attempt.previous().len() > REDIRECTS {
        attempt.error("too many redirects")
    } else if same_origin {
        attempt.follow()
    } else {
        attempt.stop()
    }
}

/// Follows redirects to any host, but never to one in the clear. For requests that carry nothing secret.
pub fn across_origins() -> redirect::Policy {
    redirect::Policy::custom(|attempt| {
        if attempt.previous().len() > REDIRECTS || require_safe(attempt.url()).is_err() {
            attempt.stop()
        } else {
            attempt.follow()
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_safe(url: &str) -> bool {
        require_safe(&Url::parse(url).unwrap()).is_ok()
    }

    #[test]
    fn plain_http_is_for_loopback_only() {
        for url in [
            "https://api.heroku.com",
            "http://localhost:5000",
            "http://LOCALHOST.",
            "http://127.0.0.1:1/x",
            "http://[::1]:9",
        ] {
            assert!(is_safe(url), "{url}");
        }
        for url in [
            "http://api.heroku.com",
            "http://localhost.example.com",
            "http://127.0.0.1.example.com",
            "http://0.0.0.0",
            "http://10.0.0.1",
            "ftp://localhost",
            "file:///etc/passwd",
        ] {
            assert!(!is_safe(url), "{url}");
        }
    }

    #[test]
    fn the_refusal_does_not_repeat_a_password() {
        let url = Url::parse("http://user:hunter2@api.heroku.com/x?token=t").unwrap();
        assert_eq!(
            require_safe(&url).unwrap_err().to_string(),
            "`http://api.heroku.com` is not encrypted; only https is allowed (plain http on loopback only)"
        );
    }

    #[test]
    fn a_client_for_loopback_needs_no_certificates() {
        let url = Url::parse("http://127.0.0.1:1").unwrap();
        assert!(client_builder(&url).unwrap().build().is_ok());
    }
}
