//! Whether a build's source can still be fetched, asked the way Heroku would: without any token.

use std::time::Duration;

use reqwest::header::RANGE;
use url::Url;

use crate::secret::Secret;
use crate::transport;

const ANSWER_WITHIN: Duration = Duration::from_secs(15);

/// Whether a tarball answers at `url`. The first byte is asked for only; a signed URL allows no `HEAD`.
pub fn answers(url: &Secret) -> bool {
    let Ok(url) = Url::parse(url.expose()) else { return false };
    let Ok(builder) = transport::client_builder(&url) else { return false };
    let Ok(client) = builder.timeout(ANSWER_WITHIN).build() else { return false };
    client.get(url).header(RANGE, "bytes=0-0").send().is_ok_and(|response| response.status().is_success())
}
