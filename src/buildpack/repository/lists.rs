//! Lists of packages that an earlier build has read. One counts if it still has the hash that the signed index names.

use std::fs;
use std::path::{Path, PathBuf};

use crate::buildpack::hash::sha256;

/// Lists of packages kept from an earlier build, named by their hash.
pub(crate) struct Lists {
    folder: Option<PathBuf>,
}

impl Lists {
    /// The lists in the cache's folder.
    pub(crate) fn in_folder(folder: &Path) -> Self {
        Self { folder: Some(folder.to_owned()) }
    }

    /// None are kept.
    pub(crate) fn none() -> Self {
        Self { folder: None }
    }

    /// The list with this hash.
    pub(crate) fn get(&self, hash: &str) -> Option<Vec<u8>> {
        let list = fs::read(self.path(hash)?).ok()?;
        (sha256(&list) == hash).then_some(list)
    }

    /// Keeps a list; the ones before it are removed.
    pub(crate) fn put(&self, hash: &str, list: &[u8]) {
        let (Some(folder), Some(path)) = (&self.folder, self.path(hash)) else { return };
        for old in fs::read_dir(folder).into_iter().flatten().flatten() {
            if old.path().extension().is_some_and(|end| end == "packages") {
                let _ = fs::remove_file(old.path());
            }
        }
        // A list that was cut short has another hash and is fetched again.
        let _ = fs::write(path, list);
    }

    fn path(&self, hash: &str) -> Option<PathBuf> {
        Some(self.folder.as_ref()?.join(format!("{hash}.packages")))
    }
}
