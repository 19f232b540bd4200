//! The app's own files: a build must leave them as they were, but for what an earlier build left of the Agent.

use std::fs::{self, Metadata};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use super::{Verified, shown, walk};

/// Where a build puts the Agent and its runtime.
const OURS: [&str; 2] = [super::AGENT, ".dd-heroku"];

pub(super) fn verify(app: &Path, slug: &Path, verified: &mut Verified) -> io::Result<()> {
    let (mut compared, mut changed) = (0, Vec::new());
    walk(app, &mut |path, before| {
        let relative = path.strip_prefix(app).unwrap_or(path);
        if OURS.iter().any(|ours| relative.starts_with(ours)) || before.is_dir() {
            return;
        }
        compared += 1;
        if let Some(what) = difference(path, before, &slug.join(relative)) {
            changed.push((shown(app, path), what));
        }
    })?;
    for (path, what) in changed {
        verified.problem("app", path, what);
    }
    verified.app = Some(compared);
    Ok(())
}

/// What became of a file.
fn difference(path: &Path, before: &Metadata, after: &Path) -> Option<&'static str> {
    let Ok(now) = after.symlink_metadata() else { return Some("is gone") };
    if before.file_type() != now.file_type() {
        return Some("is of another kind");
    }
    let same = if before.is_symlink() {
        fs::read_link(path).ok() == fs::read_link(after).ok()
    } else {
        before.len() == now.len() && fs::read(path).ok() == fs::read(after).ok()
    };
    let mode = |metadata: &Metadata| metadata.permissions().mode() & 0o7777;
    match () {
        () if !same => Some("has another content"),
        () if !before.is_symlink() && mode(before) != mode(&now) => Some("has other permissions"),
        () => None,
    }
}
