//! Files of the checkout: read whole, written all or not at all.

use std::fs;
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Component, Path, PathBuf};

use super::Checkout;
use super::error::Error;
use crate::temporary;

/// How large a file may be that is read, in bytes.
const LARGEST: u64 = 4 * 1024 * 1024;

impl Checkout {
    /// The text of a file, given by its path from the root. `None` when there is no such file.
    pub fn read(&self, path: &Path) -> Result<Option<String>, Error> {
        let text = |bytes| String::from_utf8(bytes).map_err(|_| Error::NotText(path.to_owned()));
        self.bytes(path)?.map(text).transpose()
    }

    /// The same of a file that others read, with marks in the place of what is not text.
    pub fn read_lossy(&self, path: &Path) -> Result<Option<String>, Error> {
        Ok(self.bytes(path)?.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()))
    }

    fn bytes(&self, path: &Path) -> Result<Option<Vec<u8>>, Error> {
        match read_file(&self.place(path)?) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(Error::file("read", path, error)),
        }
    }

    /// Writes a file, and the folders above it: a reader sees the old text or the new one, never a part. A file
    /// that exists keeps its mode; `executable` adds the right to run it to all who may read it.
    pub fn write_atomic(&self, path: &Path, text: &str, executable: bool) -> Result<(), Error> {
        let place = self.place(path)?;
        replace(&place, text, executable).map_err(|error| Error::file("written", path, error))
    }

    /// Whether a file could be written with this text: it is written to a file without a name, which leaves nothing behind.
    pub fn check_writable(&self, path: &Path, text: &str) -> Result<(), Error> {
        let place = self.place(path)?;
        let folder = place.ancestors().skip(1).find(|folder| folder.exists()).unwrap_or(&self.root);
        let check = || {
            require_writable(&place)?;
            tempfile::tempfile_in(folder)?.write_all(text.as_bytes())
        };
        check().map_err(|error| Error::file("written", path, error))
    }

    /// Deletes a file. One that is already gone is not an error.
    pub fn remove(&self, path: &Path) -> Result<(), Error> {
        match fs::remove_file(self.place(path)?) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(Error::file("removed", path, error)),
            _ => Ok(()),
        }
    }

    /// Where a path from the root really is, links followed. It must be within the checkout.
    fn place(&self, path: &Path) -> Result<PathBuf, Error> {
        let outside = || Error::Outside(path.to_owned());
        if !path.components().all(|part| matches!(part, Component::Normal(_))) {
            return Err(outside());
        }
        let mut place = self.root.clone();
        for part in path.components() {
            place.push(part);
            match place.symlink_metadata() {
                Ok(entry) if entry.is_symlink() => {
                    // A link into nothing could come to point anywhere: not followed either.
                    place = place.canonicalize().map_err(|_| outside())?;
                    if !place.starts_with(&self.root) {
                        return Err(outside());
                    }
                }
                _ => {}
            }
        }
        Ok(place)
    }
}

/// The bytes of a file of ordinary size. To read a pipe would wait for its writer, and a device has no end.
fn read_file(place: &Path) -> io::Result<Vec<u8>> {
    let entry = place.metadata()?;
    if !entry.is_file() {
        return Err(io::Error::other("it is not a regular file"));
    }
    if entry.len() > LARGEST {
        return Err(io::Error::other("it is larger than 4 MiB"));
    }
    let mut bytes = Vec::new();
    fs::File::open(place)?.take(LARGEST).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn replace(place: &Path, text: &str, executable: bool) -> io::Result<()> {
    let _replacing = temporary::replacing();
    let folder = place.parent().ok_or(ErrorKind::InvalidInput)?;
    fs::create_dir_all(folder)?;
    require_writable(place)?;
    let existing = place.metadata().ok();
    let mut builder = tempfile::Builder::new();
    builder.prefix(".dd-heroku-");
    #[cfg(unix)]
    builder.permissions(mode(existing.as_ref(), executable));
    let mut file = builder.tempfile_in(folder)?;
    file.write_all(text.as_bytes())?;
    #[cfg(unix)]
    if existing.is_some() {
        // What the file had goes over the umask.
        file.as_file().set_permissions(mode(existing.as_ref(), executable))?;
    }
    file.as_file().sync_all()?;
    file.persist(place).map_err(|error| error.error)?;
    Ok(())
}

/// A file that may not be written is left alone: a rename would replace it all the same, which is not what its owner meant.
fn require_writable(place: &Path) -> io::Result<()> {
    let is_readonly = place.metadata().is_ok_and(|file| file.permissions().readonly());
    if is_readonly { Err(ErrorKind::PermissionDenied.into()) } else { Ok(()) }
}

/// The mode of the existing file, or that of a new one before the umask.
#[cfg(unix)]
fn mode(existing: Option<&fs::Metadata>, executable: bool) -> fs::Permissions {
    use std::os::unix::fs::PermissionsExt;
    let bits = existing.map_or(0o666, |file| file.permissions().mode() & 0o777);
    let run = if executable { (bits & 0o444) >> 2 } else { 0 };
    fs::Permissions::from_mode(bits | run)
}
