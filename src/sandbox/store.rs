//! The state file: read once, written whole and sealed after every change, so that a killed process leaves the state of the
//! last request that was answered. Uploads are next to it, a file each.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};

use super::atomic;
use super::encryption;
use super::source_tree;
use super::world::{FORMAT, World};

/// The world and the file it is kept in, which no other process may open meanwhile.
pub(crate) struct Store {
    pub(crate) world: World,
    file: PathBuf,
    _lock: File,
}

impl Store {
    /// Opens the state file, or begins one. `extra` copies of `shop` are added where they lack.
    pub(crate) fn open(file: &Path, extra: u32) -> anyhow::Result<Self> {
        let lock = lock(file)?;
        let mut world = read(file, extra)?;
        world.top_up(extra);
        sweep(&slugs(file));
        let store = Self { world, file: file.to_path_buf(), _lock: lock };
        store.save()?;
        Ok(store)
    }

    /// Puts the start state into the state file.
    pub(crate) fn reset(file: &Path) -> anyhow::Result<()> {
        let lock = lock(file)?;
        let store = Self { world: World::at_start(0), file: file.to_path_buf(), _lock: lock };
        for folder in [store.blobs(), slugs(file), file.with_extension("caches")] {
            if folder.exists() {
                fs::remove_dir_all(&folder)
                    .with_context(|| format!("`{}` cannot be removed", folder.display()))?;
            }
        }
        store.save()
    }

    /// Writes the world to its file: next to it first, then renamed.
    pub(crate) fn save(&self) -> anyhow::Result<()> {
        let write = || -> anyhow::Result<()> {
            let sealed = encryption::seal(&self.file, FORMAT, &serde_json::to_vec(&self.world)?)?;
            Ok(atomic::write(&self.file, &sealed)?)
        };
        write().with_context(|| format!("the sandbox's state cannot be written to `{}`", self.file.display()))
    }

    /// Keeps an upload.
    pub(crate) fn keep_blob(&self, name: &str, bytes: &[u8]) -> anyhow::Result<()> {
        let folder = self.blobs();
        fs::create_dir_all(&folder)?;
        Ok(atomic::write(&folder.join(name), bytes)?)
    }

    /// The folder that builds of `app` keep things in for the next one.
    pub(crate) fn cache(&self, app: &str) -> PathBuf {
        self.file.with_extension("caches").join(app)
    }

    /// An upload that was kept. A name that is a path is not an upload.
    pub(crate) fn blob(&self, name: &str) -> Option<Vec<u8>> {
        if name.contains(['/', '\\']) || name.starts_with('.') {
            return None;
        }
        fs::read(self.blobs().join(name)).ok()
    }

    /// The archive that a build was made of: an upload, or the source of an app of the start.
    pub(crate) fn source(&self, path: &str) -> Option<Vec<u8>> {
        match path.strip_prefix("/uploads/")? {
            name if !name.contains('/') => self.blob(name),
            _ => source_tree::at(&self.world, path),
        }
    }

    /// The state file.
    pub(crate) fn file(&self) -> &Path {
        &self.file
    }

    /// The folder that slugs are kept in.
    pub(crate) fn slugs(&self) -> PathBuf {
        slugs(&self.file)
    }

    fn blobs(&self) -> PathBuf {
        self.file.with_extension("uploads")
    }
}

/// The folder that slugs are kept in, for a state file.
pub(crate) fn slugs(file: &Path) -> PathBuf {
    file.with_extension("slugs")
}

/// How the folders begin in which builds and release commands work.
pub(crate) const WORK: &str = "build-";

/// Removes what killed builds left: their environment holds every config var of the app.
fn sweep(slugs: &Path) {
    for entry in fs::read_dir(slugs).into_iter().flatten().flatten() {
        if entry.file_name().to_string_lossy().starts_with(WORK) {
            // What cannot be removed now is tried again at the next start.
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

/// The world in the state file, without holding it; the start state when there is no file.
pub(crate) fn read(file: &Path, extra: u32) -> anyhow::Result<World> {
    let text = match fs::read(file) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(World::at_start(extra)),
        Err(error) => {
            return Err(error)
                .with_context(|| format!("the sandbox's state file `{}` cannot be read", file.display()));
        }
    };
    encryption::open(file, FORMAT, &text)
        .and_then(|world| Ok(serde_json::from_slice(&world)?))
        .with_context(|| {
            format!(
                "the sandbox's state file `{}` is damaged; put the start state back with: dd-heroku sandbox reset",
                file.display()
            )
        })
}

/// The state in a state file as JSON, every secret in clear: for tests.
pub fn state(file: &Path) -> anyhow::Result<serde_json::Value> {
    Ok(serde_json::to_value(read(file, 0)?)?)
}

/// How long to wait for a process that is about to end, or whose children are.
const FREE_WITHIN: Duration = Duration::from_secs(2);
const GLANCE: Duration = Duration::from_millis(20);

/// Makes sure that no other process uses the state file as long as the lock lives.
fn lock(file: &Path) -> anyhow::Result<File> {
    let folder = folder_of(file);
    fs::create_dir_all(folder)
        .with_context(|| format!("the sandbox's folder `{}` cannot be made", folder.display()))?;
    let path = file.with_extension("lock");
    let lock = File::create(&path).with_context(|| format!("`{}` cannot be opened", path.display()))?;
    let began = Instant::now();
    let mut locked = lock.try_lock();
    while matches!(locked, Err(TryLockError::WouldBlock)) && began.elapsed() < FREE_WITHIN {
        thread::sleep(GLANCE);
        locked = lock.try_lock();
    }
    match locked {
        Ok(()) => Ok(lock),
        Err(TryLockError::WouldBlock) => bail!(
            "another process is using the sandbox state `{}`; stop it, or set DD_HEROKU_SANDBOX_STATE to another file",
            file.display()
        ),
        Err(TryLockError::Error(error)) => {
            Err(error).with_context(|| format!("`{}` cannot be locked", path.display()))
        }
    }
}

fn folder_of(file: &Path) -> &Path {
    file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}
