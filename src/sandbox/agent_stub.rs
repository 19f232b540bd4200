//! The stand-in Agent as it runs in a booted slug: it answers on the Agent's ports and sockets, notes what it is sent, and says
//! so when it is told to end. It sends nothing anywhere.

use std::ffi::OsString;
use std::fs::{self, OpenOptions};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpListener, UdpSocket};
use std::os::unix::net::{UnixDatagram, UnixListener, UnixStream};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde_json::{Value, json};

use super::upstream;
use crate::env::{self, Environment};

/// How soon an end is noticed.
const PATIENCE: Duration = Duration::from_millis(50);

/// How long a client may take to send its request.
const READ_WITHIN: Duration = Duration::from_secs(2);

/// Where the stand-ins note what they are sent, below the dyno's home.
pub(crate) const NOTES: &str = ".apt/var/log/datadog/stand-in.jsonl";

/// Runs the stand-in of the Agent's program `name`.
pub(crate) fn run(env: &Environment, name: &str, arguments: &[OsString]) -> anyhow::Result<()> {
    let notes = Notes { file: env.home().unwrap_or_default().join(NOTES), name: name.to_owned() };
    // The wrapper puts the configuration first.
    let at = if arguments.first().is_some_and(|first| first == "-c") { 2 } else { 0 };
    let verb = arguments.get(at).and_then(|verb| verb.to_str()).unwrap_or_default();
    match name {
        "agent" if verb == "run" || verb == "start" => dogstatsd(env, &notes),
        "agent" => say(env, verb),
        "trace-agent" => traces(env, &notes),
        _ => {
            let end = told_to_end()?;
            notes.add(&json!({ "event": "started" }))?;
            while !end.load(Ordering::SeqCst) {
                std::thread::park_timeout(PATIENCE);
            }
            notes.add(&json!({ "event": "flushed" }))
        }
    }
}

fn told_to_end() -> anyhow::Result<Arc<AtomicBool>> {
    let end = Arc::new(AtomicBool::new(false));
    let heard = Arc::clone(&end);
    ctrlc::set_handler(move || heard.store(true, Ordering::SeqCst))?;
    Ok(end)
}

fn port(env: &Environment, name: &str, default: u16) -> u16 {
    env.get(name).and_then(|port| port.parse().ok()).unwrap_or(default)
}

/// DogStatsD: a datagram holds metrics, one a line.
fn dogstatsd(env: &Environment, notes: &Notes) -> anyhow::Result<()> {
    let end = told_to_end()?;
    let port = port(env, env::DD_DOGSTATSD_PORT, 8125);
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, port))?;
    socket.set_read_timeout(Some(PATIENCE))?;
    notes.add(&json!({ "event": "started", "port": port, "host": env.get(env::DD_HOSTNAME), "tags": env.get(env::DD_TAGS) }))?;
    let unix = free_socket(env, env::DD_DOGSTATSD_SOCKET).and_then(|path| UnixDatagram::bind(path).ok());
    unix.iter().try_for_each(|unix| unix.set_nonblocking(true))?;
    let (mut datagram, mut metrics) = (vec![0; 65_536], 0_u64);
    while !end.load(Ordering::SeqCst) {
        let of_socket = unix.as_ref().and_then(|unix| unix.recv(&mut datagram).ok());
        let through = if of_socket.is_some() { "socket" } else { "port" };
        let Some(length) = of_socket.or_else(|| socket.recv(&mut datagram).ok()) else { continue };
        for line in String::from_utf8_lossy(&datagram[..length]).lines() {
            metrics += 1;
            notes.add(&json!({ "event": "metric", "line": line, "through": through }))?;
        }
    }
    notes.add(&json!({ "event": "flushed", "metrics": metrics }))
}

/// The trace-agent: every request is answered, none is looked into.
fn traces(env: &Environment, notes: &Notes) -> anyhow::Result<()> {
    let end = told_to_end()?;
    let port = port(env, env::DD_APM_RECEIVER_PORT, 8126);
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
    listener.set_nonblocking(true)?;
    let unix = free_socket(env, env::DD_APM_RECEIVER_SOCKET).and_then(|path| UnixListener::bind(path).ok());
    unix.iter().try_for_each(|unix| unix.set_nonblocking(true))?;
    notes.add(&json!({ "event": "started", "port": port }))?;
    while !end.load(Ordering::SeqCst) {
        let (answered, through) = if let Ok((stream, _)) = listener.accept() {
            stream.set_nonblocking(false)?;
            stream.set_read_timeout(Some(READ_WITHIN))?;
            (answer(stream), "port")
        } else if let Some((stream, _)) = unix.as_ref().and_then(|unix| unix.accept().ok()) {
            stream.set_nonblocking(false)?;
            stream.set_read_timeout(Some(READ_WITHIN))?;
            (answer(stream), "socket")
        } else {
            std::thread::park_timeout(PATIENCE);
            continue;
        };
        if let Ok(line) = answered {
            notes.add(&json!({ "event": "request", "line": line, "through": through }))?;
        }
    }
    notes.add(&json!({ "event": "flushed" }))
}

/// Answers one request and gives back its first line.
fn answer(stream: impl Read + Write) -> io::Result<String> {
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
    io::copy(&mut reader.by_ref().take(length), &mut io::sink())?;
    reader.get_mut().write_all(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 3\r\nConnection: close\r\n\r\n{}\n")?;
    Ok(first.trim_end().to_owned())
}

/// The path that a variable names for a socket, unless another stand-in listens on it: two dynos of the sandbox share
/// `/tmp`. What one that ended left behind is removed.
fn free_socket(env: &Environment, name: &str) -> Option<PathBuf> {
    let path = PathBuf::from(env.get(name)?);
    let is_taken = UnixStream::connect(&path).is_ok()
        || UnixDatagram::unbound().and_then(|socket| socket.connect(&path)).is_ok();
    if is_taken {
        return None;
    }
    let _ = fs::remove_file(&path);
    Some(path)
}

/// The Agent's one-shot verbs, in the documented form as far as anybody reads it.
fn say(env: &Environment, verb: &str) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    match verb {
        "status" => {
            let port = port(env, env::DD_DOGSTATSD_PORT, 8125);
            if UdpSocket::bind((Ipv4Addr::LOCALHOST, port)).is_ok() {
                writeln!(out, "Could not reach agent: connection refused\nMake sure the agent is running")?;
                anyhow::bail!("no stand-in Agent listens on port {port}");
            }
            let host = env.get(env::DD_HOSTNAME).unwrap_or("unknown");
            let home = env.home().unwrap_or_default();
            let read = |file: &str| fs::read_to_string(home.join(file)).ok();
            let version =
                read(".dd-heroku/agent-version").or_else(|| read(upstream::VERSION)).unwrap_or_default();
            let heading = format!("Agent (v{})", version.trim());
            let rule = "=".repeat(heading.len());
            writeln!(
                out,
                "{rule}\n{heading}\n{rule}\n\n  Hostnames\n  =========\n    hostname: {host}\n\n\
                 =========\nForwarder\n=========\n\n  API Keys status\n  ===============\n    API key ending with sandbox: API Key valid\n"
            )?;
        }
        // Our wrapper knows it; the Agent does not, and Datadog's wrapper hands everything on.
        "restart" => anyhow::bail!("unknown command \"restart\" for \"agent\""),
        verb => writeln!(out, "stand-in Agent: `{verb}` does nothing here")?,
    }
    Ok(())
}

/// The file that the stand-ins write to.
struct Notes {
    file: PathBuf,
    name: String,
}

impl Notes {
    fn add(&self, note: &Value) -> anyhow::Result<()> {
        if let Some(folder) = self.file.parent() {
            fs::create_dir_all(folder)?;
        }
        let mut note = note.clone();
        note["program"] = json!(self.name);
        let mut file = OpenOptions::new().create(true).append(true).open(&self.file)?;
        // One write a line, so that the programs do not mix.
        file.write_all(format!("{note}\n").as_bytes())?;
        Ok(())
    }
}
