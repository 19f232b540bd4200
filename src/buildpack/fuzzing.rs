//! What fuzz targets need of the readers in here.

use std::io::{Read, SeekFrom};

use jiff::Timestamp;

use super::package::xz;
use super::repository::{self, in_release, keys as key_files};

/// Reads a text as an index and as a list of packages.
pub(crate) fn index(bytes: &[u8]) {
    let _ = in_release::Release::parse(bytes, "stable", Timestamp::UNIX_EPOCH);
    for package in repository::read_packages("Packages", bytes).unwrap_or_default() {
        assert!(package.sha256.len() == 64 && !package.filename.split('/').any(|part| part == ".."));
    }
}

/// The first bytes of what an xz stream unpacks to, at most `most`; `None` where it is damaged. Every second `step` is
/// passed over by seeking, where there is one, and zeros stand for it.
pub(crate) fn xz(bytes: &[u8], most: u64, step: Option<u64>) -> Option<Vec<u8>> {
    xz::unpacked(bytes, |stream| {
        let mut all = Vec::new();
        let Some(step) = step else {
            stream.take(most).read_to_end(&mut all)?;
            return Ok(all);
        };
        while (all.len() as u64) < most {
            let before = all.len();
            (&mut *stream).take(step).read_to_end(&mut all)?;
            if ((all.len() - before) as u64) < step
                || stream.seek(SeekFrom::Current(step.cast_signed())).is_err()
            {
                break;
            }
            all.resize(all.len() + usize::try_from(step)?, 0);
        }
        Ok(all)
    })
    .ok()
}

/// The fingerprints of the keys in a file, and the length of their packets.
pub(crate) fn keys(bytes: &[u8]) -> Vec<(String, usize)> {
    let keys = key_files::parse(bytes).unwrap_or_default();
    keys.into_iter().map(|key| (key.fingerprint, key.packets.len())).collect()
}
