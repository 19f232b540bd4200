//! Who may pass: the token, and the version of the API that a request must name.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;

use super::exchange::{Refusal, Request};

/// The Heroku token of the sandbox's account.
pub const TOKEN: &str = "HRKU-sandbox-token";

/// A token of an account that may read everything and change nothing.
pub const READ_ONLY_TOKEN: &str = "HRKU-sandbox-read-only-token";

/// What a request needs: a scope of its token (<https://devcenter.heroku.com/articles/oauth#scopes>).
#[derive(Clone, Copy)]
pub(crate) enum Scope {
    Read,
    Write,
    /// The account itself, without its apps.
    Identity,
    /// Config vars, which hold secrets.
    ReadProtected,
    WriteProtected,
}

impl Scope {
    pub(crate) fn of(request: &Request) -> Self {
        let is_protected = request.path.contains("/config-vars");
        match (request.is_write(), is_protected) {
            (true, true) => Self::WriteProtected,
            (true, false) => Self::Write,
            (false, true) => Self::ReadProtected,
            (false, false) if request.path == "/account" => Self::Identity,
            (false, false) => Self::Read,
        }
    }

    /// The scopes that will do.
    pub(crate) fn accepted(self) -> &'static str {
        match self {
            Self::Read => "global read read-protected write write-protected",
            Self::Write => "global write write-protected",
            Self::Identity => "global identity read read-protected write write-protected",
            Self::ReadProtected => "global read-protected write-protected",
            Self::WriteProtected => "global write-protected",
        }
    }
}

/// What the token of a request may do; none where it is not good. With `any_token` every token will do that is not empty
/// and does not begin with `bad`. `made_here` gives the scopes of a token that an authorization has.
pub(crate) fn scope(
    request: &Request,
    any_token: bool,
    made_here: impl Fn(&str) -> Option<String>,
) -> Option<String> {
    let token = token(request).unwrap_or_default();
    match token.as_str() {
        TOKEN => Some("global".to_owned()),
        READ_ONLY_TOKEN => Some("read read-protected".to_owned()),
        token => made_here(token).or_else(|| {
            let is_good = any_token && !token.is_empty() && !token.starts_with("bad");
            is_good.then(|| "global".to_owned())
        }),
    }
}

/// Lets a request to the Heroku API pass, or says why not.
pub(crate) fn admit(
    request: &Request,
    any_token: bool,
    made_here: impl Fn(&str) -> Option<String>,
) -> Result<(), Refusal> {
    let scope = scope(request, any_token, made_here)
        .ok_or_else(|| Refusal::new(401, "unauthorized", "Invalid credentials provided."))?;
    let accept = request.header("accept").unwrap_or_default().replace(' ', "");
    let versioned = accept.contains("application/vnd.heroku+json") && accept.contains("version=3");
    let data_api = ["/postgres/", "/client/", "/redis/"].iter().any(|path| request.path.starts_with(path));
    if !versioned && !data_api {
        return Err(Refusal::no_route());
    }
    let accepted = Scope::of(request).accepted();
    if !scope.split(' ').any(|scope| accepted.split(' ').any(|accepted| accepted == scope)) {
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
