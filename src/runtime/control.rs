//! How a session in the dyno reaches the supervisor: `agent-wrapper restart|stop|start` connects to its socket, sends
//! the verb as a line, and gets one line back when it is done.

use std::fs;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::PathBuf;
use std::time::Duration;

use super::layout::Layout;
use super::lock;

/// How long a session may take to send its verb.
const PATIENCE: Duration = Duration::from_secs(1);
/// How long the agents may take to end and start.
const ANSWER_WITHIN: Duration = Duration::from_secs(40);
/// A verb is shorter.
const LONGEST: u64 = 64;

/// What a session asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verb {
    /// End the agents and start them.
    Restart,
    /// End the agents until they are started.
    Stop,
    /// Start the agents that do not run.
    Start,
}

impl Verb {
    /// The verb of this name.
    pub(super) fn parse(name: &str) -> Option<Self> {
        [Self::Restart, Self::Stop, Self::Start].into_iter().find(|verb| verb.name() == name)
    }

    /// As it is typed.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Restart => "restart",
            Self::Stop => "stop",
            Self::Start => "start",
        }
    }

    /// What the answer of the supervisor begins with.
    pub(super) fn done(self) -> &'static str {
        match self {
            Self::Restart => "restarted",
            Self::Stop => "stopped",
            Self::Start => "started",
        }
    }
}

/// The supervisor's end.
pub(super) struct Control(Option<UnixListener>);

impl Control {
    /// Listens, next to the lock. Where that is not possible nothing is heard, which is no reason to stop.
    pub(super) fn listen(layout: &Layout) -> Self {
        let mut places = places(layout).into_iter();
        Self(places.find_map(|place| {
            // The lock is held: what is here is of a supervisor that was killed.
            let _ = fs::remove_file(&place);
            let listener = UnixListener::bind(&place).ok()?;
            let _ = fs::set_permissions(&place, fs::Permissions::from_mode(0o600));
            listener.set_nonblocking(true).ok()?;
            Some(listener)
        }))
    }

    /// What to wait on.
    pub(super) fn as_fd(&self) -> Option<BorrowedFd<'_>> {
        self.0.as_ref().map(AsFd::as_fd)
    }

    /// The next session that asked for something, and what. None when nobody waits.
    pub(super) fn accept(&self) -> Option<(Session, Verb)> {
        loop {
            let (stream, _) = self.0.as_ref()?.accept().ok()?;
            let read = || {
                stream.set_nonblocking(false)?;
                stream.set_read_timeout(Some(PATIENCE))?;
                let mut line = String::new();
                BufReader::new((&stream).take(LONGEST)).read_line(&mut line)?;
                io::Result::Ok(Verb::parse(line.trim_end()))
            };
            if let Ok(Some(verb)) = read() {
                return Some((Session(stream), verb));
            }
        }
    }
}

/// A session that waits for its answer.
pub(super) struct Session(UnixStream);

impl Session {
    /// Answers. A session that has gone away is not an error.
    pub(super) fn answer(mut self, text: &str) {
        let _ = self.0.write_all(format!("{text}\n").as_bytes());
    }
}

/// Asks the supervisor of this dyno. `NotFound` when none runs.
pub(super) fn ask(layout: &Layout, verb: Verb) -> io::Result<String> {
    let connected = places(layout).iter().find_map(|place| UnixStream::connect(place).ok());
    let mut stream = connected.ok_or(io::ErrorKind::NotFound)?;
    stream.set_read_timeout(Some(ANSWER_WITHIN))?;
    stream.write_all(format!("{}\n", verb.name()).as_bytes())?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer.trim_end().to_owned())
}

/// Next to the lock's file.
fn places(layout: &Layout) -> [PathBuf; 2] {
    lock::places(layout).map(|place| place.with_extension("sock"))
}
