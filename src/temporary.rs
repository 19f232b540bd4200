//! Temporary folders. They are deleted when they are dropped, and when a signal ends the program: [`remove_all`] is the
//! last thing that a program does which hears one.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Every temporary folder of the process.
static FOLDERS: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());
/// Held while several files are replaced together.
static REPLACING: Mutex<()> = Mutex::new(());

/// How often a folder is tried in which other threads still make files.
const TRIES: usize = 1000;

/// A temporary folder, deleted when it is dropped.
#[derive(Debug)]
pub struct Folder(PathBuf);

impl Folder {
    /// A new folder in the system's folder for temporary files.
    pub fn new(prefix: &str) -> io::Result<Self> {
        Self::make(|| tempfile::Builder::new().prefix(prefix).tempdir())
    }

    /// A new folder inside of `parent`, so on its file system.
    pub fn inside(parent: &Path, prefix: &str) -> io::Result<Self> {
        Self::make(|| tempfile::Builder::new().prefix(prefix).tempdir_in(parent))
    }

    fn make(make: impl FnOnce() -> io::Result<tempfile::TempDir>) -> io::Result<Self> {
        // Locked meanwhile: no signal comes between a folder and its entry.
        let mut folders = lock(&FOLDERS);
        let folder = make()?.keep();
        folders.insert(folder.clone());
        Ok(Self(folder))
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
        // Waits for the end of the program while a signal ends it: what failed because its folder was deleted is not reported.
        lock(&FOLDERS).remove(&self.0);
    }
}

/// Makes a signal wait until the guard is dropped: files are replaced all together, or not at all.
pub fn replacing() -> MutexGuard<'static, ()> {
    lock(&REPLACING)
}

/// Deletes every temporary folder. For a program that ends right after it: threads that make or drop such a folder
/// wait from here on.
pub fn remove_all() {
    std::mem::forget(replacing());
    let folders = lock(&FOLDERS);
    for folder in folders.iter() {
        for _ in 0..TRIES {
            match fs::remove_dir_all(folder) {
                Err(error) if error.kind() != ErrorKind::NotFound => {}
                _ => break,
            }
        }
    }
    std::mem::forget(folders);
}

/// Deletes every temporary folder and ends the program with `code` when a signal asks it to end.
#[allow(clippy::exit, reason = "a signal ends the program from whichever thread hears it")]
pub fn remove_at_signals(code: u8) {
    // Without a handler the program still ends, and leaves its folders.
    let _ = ctrlc::set_handler(move || {
        remove_all();
        std::process::exit(i32::from(code));
    });
}

fn lock<T>(mutex: &'static Mutex<T>) -> MutexGuard<'static, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
