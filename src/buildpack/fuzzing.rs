//! What fuzz targets need of the readers in here.

use jiff::Timestamp;

use super::repository::{self, in_release, keys as key_files};

/// Reads a text as an index and as a list of packages.
pub(crate) fn index(bytes: &[u8]) {
    let _ = in_release::Release::parse(bytes, "stable", Timestamp::UNIX_EPOCH);
    for package in repository::read_packages("Packages", bytes).unwrap_or_default() {
        assert!(package.sha256.len() == 64 && !package.filename.split('/').any(|part| part == ".."));
    }
}

/// The fingerprints of the keys in a file, and the length of their packets.
pub(crate) fn keys(bytes: &[u8]) -> Vec<(String, usize)> {
    let keys = key_files::parse(bytes).unwrap_or_default();
    keys.into_iter().map(|key| (key.fingerprint, key.packets.len())).collect()
}
