//! What is not the API: source uploads, as S3 takes them, and the output of builds and release commands. Neither takes
//! the token: a request that carries it is refused.

use super::exchange::{Answer, Content, Refusal, Reply, Request};
use super::packages;
use super::source_tree;
use super::store::Store;

/// `PUT` and `GET` of `/uploads/…`.
pub(crate) fn upload(store: &mut Store, request: &Request, parts: &[&str]) -> Answer {
    if request.header("authorization").is_some() {
        return s3_error(400, "InvalidArgument", "Only one auth mechanism allowed");
    }
    match (request.method.as_str(), parts) {
        ("PUT", [name]) => put(store, request, name),
        ("GET" | "HEAD", [name]) => source(store.blob(name)),
        ("GET" | "HEAD", ["source", ..]) => source(source_tree::at(&store.world, &request.path)),
        _ => s3_error(405, "MethodNotAllowed", "The specified method is not allowed against this resource."),
    }
}

fn put(store: &mut Store, request: &Request, name: &str) -> Answer {
    if request.header("content-type").is_some_and(|kind| !kind.is_empty()) {
        return s3_error(403, "SignatureDoesNotMatch", "The upload was signed for an empty Content-Type.");
    }
    if request.header("content-length").is_none() {
        return s3_error(411, "MissingContentLength", "You must provide the Content-Length HTTP header.");
    }
    let announced = |id: &str| store.world.sources.iter().any(|source| source == id);
    if !name.strip_suffix(".tgz").is_some_and(announced) {
        return s3_error(403, "AccessDenied", "Access Denied");
    }
    match store.keep_blob(name, &request.body) {
        Ok(()) => Answer::empty(200),
        Err(_) => s3_error(500, "InternalError", "The upload could not be kept."),
    }
}

/// `apt/…` and `keys/…`: the package repository and its key server.
pub(crate) fn package(path: &str) -> Answer {
    let bytes = match path.split_once('/') {
        Some(("apt", path)) => packages::file(path),
        Some(("keys", name)) => packages::key(name),
        _ => None,
    };
    bytes.map_or_else(
        || Answer::bytes(404, "text/plain", "not found\n"),
        |bytes| Answer::bytes(200, "application/octet-stream", bytes),
    )
}

fn source(bytes: Option<Vec<u8>>) -> Answer {
    match bytes {
        Some(bytes) => Answer::bytes(200, "application/gzip", bytes),
        None => s3_error(404, "NoSuchKey", "The specified key does not exist."),
    }
}

fn s3_error(status: u16, code: &str, message: &str) -> Answer {
    let text =
        format!("<?xml version=\"1.0\"?>\n<Error><Code>{code}</Code><Message>{message}</Message></Error>\n");
    Answer::bytes(status, "application/xml", text)
}

/// `GET /streams/ID`: the output of a build or release command, from the byte that `Range: bytes=N-` names.
pub(crate) fn stream(store: &Store, request: &Request, id: &str) -> Reply {
    if request.header("authorization").is_some() {
        return Err(Refusal::new(400, "bad_request", "Output takes no Authorization: its URL is enough."));
    }
    let (output, _) = store.world.output(id).ok_or_else(|| Refusal::not_found("stream"))?;
    let from = match request.header("range") {
        None => None,
        Some(range) => {
            let start = range.strip_prefix("bytes=").and_then(|span| span.split('-').next()?.parse().ok());
            Some(start.ok_or_else(|| Refusal::new(416, "range", "That range is not one this stream has."))?)
        }
    };
    let mut answer = Answer::empty(if from.is_some() { 206 } else { 200 });
    if let Some(from) = from {
        if from > output.len() {
            return Err(Refusal::new(416, "range", "The stream has not come so far."));
        }
        answer.headers.push(("content-range", format!("bytes {from}-/*")));
    }
    answer.content = Content::Output { id: id.to_owned(), from: from.unwrap_or(0) };
    Ok(answer)
}
