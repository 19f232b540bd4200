//! The trace-agent: every request is answered, the spans of those with traces are noted.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::net::UnixListener;
use std::sync::atomic::Ordering;
use std::time::Duration;

use serde_json::json;

use super::notes::Notes;
use super::socket::free_path;
use super::{TICK, end_signal, port, spans};
use crate::env::{self, Environment};

/// How long a client may take to send its request.
const READ_WITHIN: Duration = Duration::from_secs(2);
/// The trace-agent takes no larger payloads either
/// (<https://docs.datadoghq.com/tracing/troubleshooting/agent_rate_limits/>).
const LARGEST: u64 = 25_000_000;

/// What the trace-agent answers clients that ask what it takes.
const INFO: &str = r#"{"version":"7.81.2","endpoints":["/v0.3/traces","/v0.4/traces","/v0.5/traces"],"client_drop_p0s":false}"#;

/// A request, as far as it matters.
struct Request {
    /// `PUT /v0.4/traces HTTP/1.1`
    line: String,
    body: Vec<u8>,
}

pub(super) fn run(env: &Environment, notes: &Notes) -> anyhow::Result<()> {
    let end = end_signal()?;
    let port = port(env, env::DD_APM_RECEIVER_PORT, 8126);
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
    listener.set_nonblocking(true)?;
    let unix = free_path(env, env::DD_APM_RECEIVER_SOCKET).and_then(|path| UnixListener::bind(path).ok());
    unix.iter().try_for_each(|unix| unix.set_nonblocking(true))?;
    notes.add(&json!({ "event": "started", "port": port }))?;
    while !end.load(Ordering::SeqCst) {
        let (request, through) = if let Ok((stream, _)) = listener.accept() {
            stream.set_nonblocking(false)?;
            stream.set_read_timeout(Some(READ_WITHIN))?;
            (answer(stream), "port")
        } else if let Some((stream, _)) = unix.as_ref().and_then(|unix| unix.accept().ok()) {
            stream.set_nonblocking(false)?;
            stream.set_read_timeout(Some(READ_WITHIN))?;
            (answer(stream), "socket")
        } else {
            std::thread::park_timeout(TICK);
            continue;
        };
        let Ok(Request { line, body }) = request else { continue };
        notes.add(&json!({ "event": "request", "line": line, "bytes": body.len(), "through": through }))?;
        let path = line.split(' ').nth(1).unwrap_or_default();
        for span in spans::read(path, &body) {
            notes.add(&json!({ "event": "span", "span": span }))?;
        }
    }
    notes.add(&json!({ "event": "flushed" }))
}

/// Answers one request and gives it back.
fn answer(stream: impl Read + Write) -> io::Result<Request> {
    let mut reader = BufReader::new(stream);
    let (mut first, mut length) = (String::new(), 0);
    reader.read_line(&mut first)?;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        if line.trim_end().is_empty() {
            break;
        }
        if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse().unwrap_or(0);
        }
    }
    let mut body = Vec::new();
    reader.by_ref().take(length.min(LARGEST)).read_to_end(&mut body)?;
    let answer = match first.split(' ').nth(1) {
        Some("/info") => INFO,
        Some(path) if path.ends_with("/traces") => r#"{"rate_by_service":{}}"#,
        _ => "{}",
    };
    let length = answer.len();
    write!(
        reader.get_mut(),
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{answer}"
    )?;
    Ok(Request { line: first.trim_end().to_owned(), body })
}
