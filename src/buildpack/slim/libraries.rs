//! The Agent's own shared libraries that only removed Python packages load.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::elf;
use super::shelf::Shelf;

/// Where programs and libraries are in the Agent.
const FOLDERS: [&str; 2] = ["bin", "embedded"];
const LIBRARIES: &str = "embedded/lib";
/// Whom what is left out belongs to.
pub(super) const OWNER: &str = "libraries of removed packages";

/// Which files of the Agent load which of its shared libraries.
pub(super) struct Libraries {
    /// By file, the names of what it needs.
    needs: BTreeMap<PathBuf, Vec<String>>,
    /// By name, the file or link in the folder of libraries.
    files: BTreeMap<String, PathBuf>,
}

impl Libraries {
    /// Reads what the Agent has before anything is removed.
    pub(super) fn read(agent: &Path) -> io::Result<Self> {
        let mut libraries = Self { needs: BTreeMap::new(), files: BTreeMap::new() };
        for entry in fs::read_dir(agent.join(LIBRARIES)).into_iter().flatten() {
            let entry = entry?;
            if let Some(name) = entry.file_name().to_str().filter(|name| name.contains(".so")) {
                libraries.files.insert(name.to_owned(), entry.path());
            }
        }
        if !libraries.files.is_empty() {
            for folder in FOLDERS {
                libraries.add(&agent.join(folder))?;
            }
        }
        Ok(libraries)
    }

    fn add(&mut self, folder: &Path) -> io::Result<()> {
        for entry in fs::read_dir(folder).into_iter().flatten() {
            let entry = entry?;
            let kind = entry.file_type()?;
            if kind.is_dir() {
                self.add(&entry.path())?;
            } else if kind.is_file() && may_load(&entry.path(), &entry.metadata()?) {
                let path = entry.path();
                let needs = elf::needed(&path)?;
                self.needs.insert(path, needs);
            }
        }
        Ok(())
    }

    /// Puts aside what was loaded by files that are gone, and is loaded by none that stays. What nobody names stays: it is
    /// loaded some other way.
    pub(super) fn leave_out(&self, shelf: &mut Shelf<'_>) -> io::Result<()> {
        let in_folder: BTreeSet<PathBuf> =
            self.files.values().filter_map(|path| path.canonicalize().ok()).collect();
        let (stay, gone): (Vec<&PathBuf>, Vec<&PathBuf>) = self.needs.keys().partition(|path| path.exists());
        let of_gone = self.loaded_by(gone.into_iter());
        // A library of the folder does not count for itself, only by what loads it.
        let loose = stay.into_iter().filter(|path| !(in_folder.contains(*path) && of_gone.contains(*path)));
        let kept = self.loaded_by(loose);
        for path in of_gone.difference(&kept) {
            // The names that lead to it go first.
            let names =
                self.files.values().filter(|file| file.canonicalize().is_ok_and(|real| real == *path));
            for name in names.filter(|name| *name != path).collect::<Vec<_>>() {
                shelf.take(OWNER, OWNER, name)?;
            }
            shelf.take(OWNER, OWNER, path)?;
        }
        Ok(())
    }

    /// The libraries that these files load, directly or by way of others.
    fn loaded_by<'p>(&'p self, files: impl Iterator<Item = &'p PathBuf>) -> BTreeSet<PathBuf> {
        let mut loaded = BTreeSet::new();
        let mut open: Vec<PathBuf> = files.cloned().collect();
        while let Some(file) = open.pop() {
            for name in self.needs.get(&file).into_iter().flatten() {
                let Some(library) = self.files.get(name).and_then(|path| path.canonicalize().ok()) else {
                    continue;
                };
                if loaded.insert(library.clone()) {
                    open.push(library);
                }
            }
        }
        loaded
    }
}

/// Whether a file may be a program or a library: libraries are named so, programs can be run.
fn may_load(path: &Path, metadata: &fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt;

    let name = path.file_name().unwrap_or_default().to_string_lossy();
    name.contains(".so") || metadata.permissions().mode() & 0o111 != 0
}
