//! The headers of the Platform API's answers, and requests that they make conditional
//! (<https://devcenter.heroku.com/articles/platform-api-reference#caching>). Datadog, the data API and what builds fetch are
//! other services: their answers stay as they are.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use jiff::Timestamp;
use serde_json::Value;

use super::auth::Scope;
use super::exchange::{Answer, Content, Request};
use super::ids;

/// Adds what Heroku sends with each answer, and leaves the body out where the client has it already. `scope` is what the
/// token may do, where it is known.
pub(crate) fn complete(mut answer: Answer, request: &Request, scope: Option<&str>) -> Answer {
    let Content::Json(value) = &answer.content else { return answer };
    let body = value.to_string();
    let tag = format!("\"{}\"", &ids::sha256(body.as_bytes())[..32]);
    answer.headers.extend([
        ("etag", tag.clone()),
        ("cache-control", "private, no-cache".to_owned()),
        ("vary", "Authorization,Accept-Encoding".to_owned()),
        ("x-content-type-options", "nosniff".to_owned()),
    ]);
    if let Some(changed) = last_modified(value) {
        answer.headers.push(("last-modified", changed));
    }
    if let Some(scope) = scope {
        answer.headers.push(("oauth-scope", scope.to_owned()));
        answer.headers.push(("oauth-scope-accepted", Scope::of(request).accepted().to_owned()));
    }
    let is_read = request.method == "GET" && matches!(answer.status, 200 | 206);
    let known = request.header("if-none-match").unwrap_or_default();
    if is_read && names(known, &tag) {
        answer.status = 304;
        answer.content = Content::Empty;
        return answer;
    }
    let compressed = takes_gzip(request).then(|| gzip(body.as_bytes())).flatten();
    let bytes = match compressed {
        Some(bytes) => {
            answer.headers.push(("content-encoding", "gzip".to_owned()));
            bytes
        }
        None => body.into_bytes(),
    };
    answer.content = Content::Bytes("application/json", bytes);
    answer
}

/// Whether an `If-None-Match` header names this version, weakly or not.
fn names(header: &str, tag: &str) -> bool {
    let mut known = header.split(',').map(str::trim);
    known.any(|known| known == "*" || known.strip_prefix("W/").unwrap_or(known) == tag)
}

/// When an object changed last; of a list, when the newest of its objects did.
fn last_modified(value: &Value) -> Option<String> {
    let changed = |object: &Value| object["updated_at"].as_str()?.parse::<Timestamp>().ok();
    let at = match value {
        Value::Array(items) => items.iter().filter_map(changed).max(),
        object => changed(object),
    };
    at.map(|at| at.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string())
}

fn takes_gzip(request: &Request) -> bool {
    let accepted = request.header("accept-encoding").unwrap_or_default();
    accepted.split(',').any(|coding| {
        let (name, weight) = coding.split_once(';').unwrap_or((coding, ""));
        name.trim() == "gzip" && !matches!(weight.trim(), "q=0" | "q=0.0")
    })
}

fn gzip(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).ok()?;
    encoder.finish().ok()
}
