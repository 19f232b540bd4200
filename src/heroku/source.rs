//! Whether a build's source can still be fetched, asked the way Heroku would: without any token.

use std::time::Duration;

use reqwest::StatusCode;
use reqwest::header::RANGE;
use url::Url;

use crate::secret::Secret;
use crate::transport;

const ANSWER_WITHIN: Duration = Duration::from_secs(15);

/// How often a store that fails in passing is asked.
const TRIES: u32 = 3;
/// The wait before it is asked again; longer each time.
const WAIT: Duration = Duration::from_millis(500);

/// Whether a tarball answers at `url`. The first byte is asked for only; a signed URL allows no `HEAD`. Redirects are
/// followed as Heroku does, since GitHub's archives are on another host than their addresses: there is no token that could
/// go along.
pub fn answers(url: &Secret) -> bool {
    let Ok(url) = Url::parse(url.expose()) else { return false };
    let Ok(builder) = transport::client_builder(&url) else { return false };
    let Ok(client) = builder.timeout(ANSWER_WITHIN).redirect(transport::across_origins()).build() else {
        return false;
    };
    for nth in 1..=TRIES {
        let answer = client.get(url.clone()).header(RANGE, "bytes=0-0").send();
        match answer.map(|response| response.status()) {
            Ok(status) if status.is_success() => return true,
            Ok(status) if !status.is_server_error() && status != StatusCode::TOO_MANY_REQUESTS => {
                return false;
            }
            _ if nth < TRIES => std::thread::sleep(WAIT * nth),
            _ => {}
        }
    }
    false
}
