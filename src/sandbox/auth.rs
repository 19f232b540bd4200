//! Who may pass: the token, and the version of the API that a request must name.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;

use super::exchange::{Refusal, Request};

/// The Heroku token of the sandbox's account.
pub const TOKEN: &str = "HRKU-sandbox-token";

/// A token of an account that may read everything and change nothing.
pub const READ_ONLY_TOKEN: &str = "HRKU-sandbox-read-only-token";

/// Lets a request to the Heroku API pass, or says why not. With `any_token` every token will do that is not empty
/// and does not begin with `bad`. `made_here` says which tokens of authorizations there are.
pub(crate) fn admit(
    request: &Request,
    any_token: bool,
    made_here: impl Fn(&str) -> bool,
) -> Result<(), Refusal> {
    let token = token(request).unwrap_or_default();
    let known = token == TOKEN || token == READ_ONLY_TOKEN || made_here(&token);
    let good = known || (any_token && !token.is_empty() && !token.starts_with("bad"));
    if !good {
        return Err(Refusal::new(401, "unauthorized", "Invalid credentials provided."));
    }
    let accept = request.header("accept").unwrap_or_default().replace(' ', "");
    let versioned = accept.contains("application/vnd.heroku+json") && accept.contains("version=3");
    let data_api = ["/postgres/", "/client/", "/redis/"].iter().any(|path| request.path.starts_with(path));
    if !versioned && !data_api {
        return Err(Refusal::no_route());
    }
    if token == READ_ONLY_TOKEN && request.is_write() {
        return Err(Refusal::new(403, "forbidden", "You do not have access to perform this action."));
    }
    Ok(())
}

/// The token of a bearer or basic authorization; of the latter the password.
fn token(request: &Request) -> Option<String> {
    let header = request.header("authorization")?;
    let (scheme, credential) = header.split_once(' ')?;
    let credential = credential.trim();
    if scheme.eq_ignore_ascii_case("bearer") {
        return Some(credential.to_owned());
    }
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let pair = String::from_utf8(BASE64_STANDARD.decode(credential).ok()?).ok()?;
    pair.split_once(':').map(|(_, password)| password.to_owned())
}
