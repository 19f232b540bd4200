//! What is left out, for as long as it may still come back: moved aside, not deleted.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::buildpack::folder_size::size_of;

/// A thing that was moved.
struct Taken {
    from: PathBuf,
    to: PathBuf,
    bytes: u64,
    part: &'static str,
}

/// A folder on the same file system, and what lies in it, by whom it belongs to.
pub(super) struct Shelf<'a> {
    folder: &'a Path,
    count: usize,
    taken: BTreeMap<String, Vec<Taken>>,
}

impl<'a> Shelf<'a> {
    pub(super) fn new(folder: &'a Path) -> Self {
        Self { folder, count: 0, taken: BTreeMap::new() }
    }

    /// Moves a file or a folder here. One that is not there was moved before.
    pub(super) fn take(&mut self, owner: &str, part: &'static str, path: &Path) -> io::Result<()> {
        let Ok(metadata) = path.symlink_metadata() else { return Ok(()) };
        let bytes = if metadata.is_dir() { size_of(path)? } else { metadata.len() };
        let to = self.folder.join(self.count.to_string());
        self.count += 1;
        fs::rename(path, &to)?;
        self.taken.entry(owner.to_owned()).or_default().push(Taken {
            from: path.to_owned(),
            to,
            bytes,
            part,
        });
        Ok(())
    }

    /// Whether something of this owner's is here.
    pub(super) fn has(&self, owner: &str) -> bool {
        self.taken.contains_key(owner)
    }

    /// Moves everything of this owner's to where it was.
    pub(super) fn give_back(&mut self, owner: &str) -> io::Result<()> {
        for Taken { from, to, .. } in self.taken.remove(owner).into_iter().flatten() {
            if let Some(folder) = from.parent() {
                fs::create_dir_all(folder)?;
            }
            fs::rename(to, from)?;
        }
        Ok(())
    }

    /// Removes the folders below `root` that are empty because of what was taken.
    pub(super) fn remove_empty_folders(&self, root: &Path) {
        for Taken { from, .. } in self.taken.values().flatten() {
            let below = |folder: &&Path| folder.starts_with(root) && *folder != root;
            let mut folder = from.parent().filter(below);
            while let Some(parent) =
                folder.filter(|parent| fs::remove_dir(parent).is_ok() || !parent.exists())
            {
                folder = parent.parent().filter(below);
            }
        }
    }

    /// The bytes that were taken, by part.
    pub(super) fn parts(&self) -> BTreeMap<&'static str, u64> {
        let mut parts = BTreeMap::new();
        for Taken { bytes, part, .. } in self.taken.values().flatten() {
            *parts.entry(*part).or_default() += bytes;
        }
        parts
    }
}
