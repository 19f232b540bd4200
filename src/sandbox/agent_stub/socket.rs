//! The Unix sockets of the stand-ins.

use std::fs;
use std::os::unix::net::{UnixDatagram, UnixStream};
use std::path::PathBuf;

use crate::env::Environment;

/// The path that a variable names for a socket, unless another stand-in listens on it: two dynos of the sandbox share
/// `/tmp`. What one that ended left behind is removed.
pub(super) fn free_path(env: &Environment, name: &str) -> Option<PathBuf> {
    let path = PathBuf::from(env.get(name)?);
    let is_taken = UnixStream::connect(&path).is_ok()
        || UnixDatagram::unbound().and_then(|socket| socket.connect(&path)).is_ok();
    if is_taken {
        return None;
    }
    let _ = fs::remove_file(&path);
    Some(path)
}
