//! The other end of a one-off dyno: a port that one client may attach to, once, and read what the dyno prints. Nothing
//! runs: the Agent's status is a text made for the occasion, anything else prints the command.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use super::agent_stub::Report;
use super::world::app::App;
use crate::datadog::AgentVersion;
use crate::env;

/// How long a client may take to say its secret.
const PATIENCE: Duration = Duration::from_secs(30);

/// Opens the port for the one-off dyno `name` with this secret, and gives back its address.
pub(crate) fn open(app: &App, name: &str, secret: &str, command: &str) -> std::io::Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = format!("rendezvous://{}/{secret}", listener.local_addr()?);
    let (secret, output) = (secret.to_owned(), output(app, name, command));
    thread::spawn(move || {
        // A client that went away, or never came, does not matter.
        let _ = listener.accept().and_then(|(socket, _)| answer(socket, &secret, &output));
    });
    Ok(address)
}

fn answer(mut socket: TcpStream, secret: &str, output: &str) -> std::io::Result<()> {
    socket.set_read_timeout(Some(PATIENCE))?;
    let mut line = String::new();
    BufReader::new(&socket).read_line(&mut line)?;
    if line.trim_end() == secret {
        socket.write_all(b"rendezvous\r\n")?;
        socket.write_all(output.replace('\n', "\r\n").as_bytes())?;
    }
    Ok(())
}

fn output(app: &App, name: &str, command: &str) -> String {
    if !command.contains("agent-wrapper 'status'") {
        return format!("nothing runs in the sandbox: {command}\n");
    }
    let Some(agent) = app.current_slug().and_then(|slug| slug.agent.as_deref()) else {
        return "bash: agent-wrapper: command not found\n".to_owned();
    };
    let version = AgentVersion::parse(agent).map(|agent| agent.without_revision().to_string());
    let key = app.config.get(env::DD_API_KEY).cloned().unwrap_or_default();
    let version = version.unwrap_or_else(|| agent.to_owned());
    Report { version, host: format!("{}.{name}", app.name), key, ..Report::default() }.text()
}
