//! The other end of a one-off dyno: a port that one client may attach to, once. Its command runs in a copy of the slug, or
//! of the source where no slug was kept, with the app's config vars; what it prints goes to the client. A client on this
//! machine may do without TLS.

use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use flate2::read::GzDecoder;
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use super::agent_stub::Report;
use super::certificate;
use super::dyno::{self, Dyno};
use super::store::{self, Store};
use super::world::app::{App, Slug};
use crate::datadog::AgentVersion;
use crate::env;
use crate::temporary;

/// How long a client may take to say its secret.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long the rest of the line is waited for that the secret stands in.
const LINE_END: Duration = Duration::from_millis(50);
/// How long the dyno waits for what its client sends before its command starts: the time of a boot.
const BOOT: Duration = Duration::from_millis(200);
/// What a client sends at the end of its input, as a terminal does on Ctrl-D.
const END_OF_INPUT: u8 = 4;
/// The first byte of a TLS connection.
const HANDSHAKE: u8 = 0x16;

/// A one-off dyno that waits for its client.
struct OneOff {
    app: App,
    name: String,
    secret: String,
    command: String,
    slugs: PathBuf,
    source: Option<Vec<u8>>,
    path: String,
    tls: Option<Arc<ServerConfig>>,
}

/// Opens the port for the one-off dyno with this name, secret and command, and gives back its address.
pub(crate) fn open(
    store: &Store,
    app: &App,
    [name, secret, command]: [&str; 3],
    path: &str,
) -> io::Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = format!("rendezvous://{}/{secret}", listener.local_addr()?);
    let source = app.current_slug().and_then(|slug| store.world.source_of(slug));
    let one_off = OneOff {
        app: app.clone(),
        name: name.to_owned(),
        secret: secret.to_owned(),
        command: command.to_owned(),
        slugs: store.slugs(),
        source: source.and_then(|source| store.source(source)),
        path: path.to_owned(),
        tls: certificate::config(store.file()),
    };
    thread::spawn(move || {
        // A client that went away, or never came, does not matter.
        let _ = listener.accept().and_then(|(socket, _)| answer(socket, &one_off));
    });
    Ok(address)
}

fn answer(socket: TcpStream, one_off: &OneOff) -> io::Result<()> {
    socket.set_read_timeout(Some(PATIENCE))?;
    let mut first = [0];
    socket.peek(&mut first)?;
    let timer = socket.try_clone()?;
    if first[0] != HANDSHAKE {
        return talk(socket, &timer, one_off);
    }
    let tls = one_off.tls.clone().ok_or(io::ErrorKind::ConnectionRefused)?;
    let connection = ServerConnection::new(tls).map_err(io::Error::other)?;
    let mut stream = StreamOwned::new(connection, socket);
    talk(&mut stream, &timer, one_off)?;
    stream.conn.send_close_notify();
    stream.flush()
}

/// `timer` is the socket below the stream.
fn talk(mut stream: impl Read + Write, timer: &TcpStream, one_off: &OneOff) -> io::Result<()> {
    let mut secret = vec![0; one_off.secret.len()];
    stream.read_exact(&mut secret)?;
    if secret != one_off.secret.as_bytes() {
        return Ok(());
    }
    let first = after_secret(&mut stream, timer)?;
    stream.write_all(b"rendezvous\r\n")?;
    stream.flush()?;
    if one_off.command.contains("agent-wrapper 'status'") {
        let text = agent_status(&one_off.app, &one_off.name);
        return stream.write_all(text.replace('\n', "\r\n").as_bytes());
    }
    timer.set_read_timeout(Some(BOOT))?;
    let input = typed_ahead(&mut stream, first);
    run(one_off, &mut stream, input)
}

/// Skips the end of the line that most clients, not all, send after the secret. A byte of anything else is the command's.
fn after_secret(stream: &mut impl Read, timer: &TcpStream) -> io::Result<Vec<u8>> {
    timer.set_read_timeout(Some(LINE_END))?;
    let mut byte = [0];
    while let Ok(1) = stream.read(&mut byte) {
        match byte[0] {
            b'\r' => {}
            b'\n' => break,
            other => return Ok(vec![other]),
        }
    }
    Ok(Vec::new())
}

/// What the client sends within the time that a dyno takes to boot, up to the end that it marks: the command's input, which
/// begins with `input`.
fn typed_ahead(stream: &mut impl Read, mut input: Vec<u8>) -> Vec<u8> {
    let mut buffer = [0; 8192];
    while let Ok(length @ 1..) = stream.read(&mut buffer) {
        input.extend_from_slice(&buffer[..length]);
        if input.ends_with(&[END_OF_INPUT]) {
            input.pop();
            break;
        }
    }
    input
}

/// Runs the command, and hands on what it prints as a terminal would.
fn run(one_off: &OneOff, stream: &mut impl Write, input: Vec<u8>) -> io::Result<()> {
    let current = one_off.app.current().zip(one_off.app.current_slug());
    let Some((release, slug)) = current else {
        return stream.write_all(b"bash: the app has no slug\r\n");
    };
    std::fs::create_dir_all(&one_off.slugs)?;
    let work = temporary::Folder::inside(&one_off.slugs, store::WORK)?;
    let home = work.path().join("app");
    lay_out(one_off, slug, &home)?;
    let dyno = Dyno {
        app: &one_off.app,
        slug,
        version: release.version,
        config: &release.config,
        name: &one_off.name,
        home: &home,
        path: &one_off.path,
    };
    let (mut printed, stdout) = io::pipe()?;
    // A dyno's home is /app; this one lies elsewhere.
    let command = one_off.command.replace("/app/", &format!("{}/", home.display()));
    let mut bash = dyno.command(&command, &one_off.secret);
    let mut child = bash.stdin(Stdio::piped()).stderr(stdout.try_clone()?).stdout(stdout).spawn()?;
    if let Some(mut stdin) = child.stdin.take() {
        // A command that reads nothing closes it.
        thread::spawn(move || drop(stdin.write_all(&input)));
    }
    // The dyno's processes hold the writing ends of the pipe.
    drop(bash);
    let mark = one_off.secret.clone();
    let ending = thread::spawn(move || {
        let ended = child.wait();
        // A one-off dyno ends with its command: the agents, which hold the pipe too, end with it.
        dyno::end_all(&mark, &mut child);
        ended.map(drop)
    });
    let mut buffer = [0; 8192];
    while let Ok(length @ 1..) = printed.read(&mut buffer) {
        let text: Vec<u8> = buffer[..length]
            .iter()
            .flat_map(|byte| if *byte == b'\n' { &b"\r\n"[..] } else { std::slice::from_ref(byte) })
            .copied()
            .collect();
        if stream.write_all(&text).and_then(|()| stream.flush()).is_err() {
            // The client is gone.
            dyno::kill_all(&one_off.secret);
        }
    }
    ending.join().unwrap_or_else(|_| Err(io::ErrorKind::Other.into()))
}

/// Fills the dyno's home: with the slug where it was kept, else with the source that it was built from.
fn lay_out(one_off: &OneOff, slug: &Slug, home: &Path) -> io::Result<()> {
    let kept = one_off.slugs.join(slug.origin());
    if kept.is_dir() {
        return dyno::copy(&kept, home);
    }
    std::fs::create_dir_all(home)?;
    match &one_off.source {
        Some(source) => tar::Archive::new(GzDecoder::new(&source[..])).unpack(home),
        None => Ok(()),
    }
}

fn agent_status(app: &App, name: &str) -> String {
    let Some(agent) = app.current_slug().and_then(|slug| slug.agent.as_deref()) else {
        return "bash: agent-wrapper: command not found\n".to_owned();
    };
    let version = AgentVersion::parse(agent).map(|agent| agent.without_revision().to_string());
    let key = app.config.get(env::DD_API_KEY).cloned().unwrap_or_default();
    let version = version.unwrap_or_else(|| agent.to_owned());
    Report { version, host: format!("{}.{name}", app.name), key, ..Report::default() }.text()
}
