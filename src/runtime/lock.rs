//! The lock that makes the supervisor the only one of its dyno. Its holder keeps the file open; the kernel takes
//! it back when the last holder is gone. The file holds the supervisor's process id.

use std::fs::{self, File, OpenOptions};
use std::io::{Read, Seek, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;

use rustix::fs::{FlockOperation, flock};
use rustix::process::Pid;

use crate::env::Environment;

use super::layout::Layout;

/// What came of trying to take the lock.
pub(super) enum Lock {
    /// It is ours as long as this file, or a copy of it, is open.
    Taken(File),
    /// A supervisor runs.
    Held,
    /// There is nowhere to put it.
    Impossible,
}

/// In the home, or where that cannot be written, under `/tmp`.
pub(super) fn places(layout: &Layout) -> [PathBuf; 2] {
    let home: String = layout
        .home
        .to_string_lossy()
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
        .collect();
    let user = rustix::process::getuid().as_raw();
    [layout.home.join(".dd-heroku/supervisor.lock"), format!("/tmp/dd-heroku-{user}{home}.lock").into()]
}

impl Lock {
    /// Tries to take the lock.
    pub(super) fn take(layout: &Layout) -> Self {
        for place in places(layout) {
            let _ = place.parent().map(fs::create_dir_all);
            let mut options = OpenOptions::new();
            options.read(true).write(true).create(true).truncate(false).mode(0o600);
            let Ok(file) = options.open(&place) else { continue };
            return match flock(&file, FlockOperation::NonBlockingLockExclusive) {
                Ok(()) => Self::Taken(file),
                Err(_) => Self::Held,
            };
        }
        Self::Impossible
    }
}

/// Writes the supervisor's process id into the lock.
pub(super) fn record(file: &mut File, pid: u32) {
    let _ = file.set_len(0).and_then(|()| file.rewind()).and_then(|()| write!(file, "{pid}"));
}

/// Whether a supervisor runs in this dyno.
pub(super) fn is_held(layout: &Layout) -> bool {
    holder(layout).is_some()
}

/// The file of a lock that is held, read.
fn holder(layout: &Layout) -> Option<String> {
    places(layout).iter().find_map(|place| {
        let mut file = File::open(place).ok()?;
        flock(&file, FlockOperation::NonBlockingLockShared).err()?;
        let mut text = String::new();
        let _ = file.read_to_string(&mut text);
        Some(text)
    })
}

/// The supervisor's process.
pub(super) fn supervisor(layout: &Layout) -> Option<Pid> {
    Pid::from_raw(holder(layout)?.trim().parse().ok()?)
}

/// The environment that the running Agent was started with, for sessions that lack it.
pub(super) fn running_environment(layout: &Layout) -> Option<Environment> {
    let pid = supervisor(layout)?.as_raw_nonzero();
    let bytes = fs::read(format!("/proc/{pid}/environ")).ok()?;
    Some(Environment::from_block(&bytes)).filter(|env| env.vars().next().is_some())
}
