//! Writing into the Agent's folders: never through a link of the app's, secrets for the owner only, and what cannot be
//! written is reported in one line instead of stopping the boot.

use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::{OpenOptionsExt, symlink};
use std::path::Path;

use super::notice::{Level, Notices};

/// Mode of a file that anyone in the dyno may read.
pub(super) const PUBLIC: u32 = 0o644;
/// Mode of a file that holds secrets.
pub(super) const SECRET: u32 = 0o600;

/// Replaces `path` by these bytes and this mode, its folder included.
pub(super) fn write(path: &Path, bytes: &[u8], mode: u32) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    clear(path)?;
    let mut file = OpenOptions::new().write(true).create_new(true).mode(mode).open(path)?;
    file.write_all(bytes)
}

/// Makes `path` a link to `target`, unless it is one already.
pub(super) fn link(path: &Path, target: &str) -> io::Result<()> {
    if fs::read_link(path).is_ok_and(|old| old == Path::new(target)) {
        return Ok(());
    }
    clear(path)?;
    symlink(target, path)
}

fn clear(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// What could not be done.
#[derive(Default)]
pub(super) struct Failures(Vec<String>);

impl Failures {
    /// Notes a failure, with what it was about.
    pub(super) fn note(&mut self, what: &Path, result: io::Result<()>) {
        if let Err(error) = result {
            self.0.push(format!("`{}` ({error})", what.display()));
        }
    }

    /// Reports all of them in one line.
    pub(super) fn report(&self, notices: Notices) {
        let more = match self.0.len() {
            0 => return,
            1 => String::new(),
            n => format!(" and {} more", n - 1),
        };
        notices.say(
            Level::Warn,
            &format!("the Agent's configuration is incomplete: cannot write {}{more}", self.0[0]),
        );
    }
}
