//! Whether a build's source can still be fetched, asked the way Heroku would: without any token.

use std::io::Read;
use std::time::Duration;

use reqwest::StatusCode;
use reqwest::blocking::Response;
use reqwest::header::RANGE;
use url::Url;

use crate::secret::Secret;
use crate::transport;

const ANSWER_WITHIN: Duration = Duration::from_secs(15);

/// How a file in the format of gzip begins (RFC 1952).
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// How often a store that fails in passing is asked.
const TRIES: u32 = 3;
/// The wait before it is asked again; longer each time.
const WAIT: Duration = Duration::from_millis(500);

/// Whether a tarball answers at `url`. Its first bytes are asked for only; a signed URL allows no `HEAD`. They tell it from
/// a web page. Redirects are
/// followed as Heroku does, since GitHub's archives are on another host than their addresses: there is no token that could
/// go along.
pub fn answers(url: &Secret) -> bool {
    let Ok(url) = Url::parse(url.expose()) else { return false };
    let Ok(builder) = transport::client_builder(&url) else { return false };
    // The bytes as they are, also where a server calls the tarball an encoding.
    let builder = builder.no_gzip().timeout(ANSWER_WITHIN).redirect(transport::across_origins());
    let Ok(client) = builder.build() else { return false };
    for nth in 1..=TRIES {
        let answer = client.get(url.clone()).header(RANGE, "bytes=0-1").send();
        match answer.map(|response| (response.status(), response)) {
            Ok((status, response)) if status.is_success() => return begins_as_gzip(response),
            Ok((status, _)) if !status.is_server_error() && status != StatusCode::TOO_MANY_REQUESTS => {
                return false;
            }
            _ if nth < TRIES => std::thread::sleep(WAIT * nth),
            _ => {}
        }
    }
    false
}

fn begins_as_gzip(mut response: Response) -> bool {
    let mut first = [0; 2];
    response.read_exact(&mut first).is_ok() && first == GZIP
}
