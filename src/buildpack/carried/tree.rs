//! An Agent's folder as one compressed tar, in the form of the cache. The same folder gives the same bytes: members are sorted, and
//! have no owner. It holds folders, files and links inside of it only, which is what a build expects of it.

use std::collections::HashMap;
use std::fs::{self, File, Metadata};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use anyhow::Context;
use tar::{EntryType, Header};

use crate::buildpack::package::cache_writer::CacheWriter;

/// Packing may take its time: a smaller file is fetched faster by each build.
const LEVEL: i32 = 12;

/// Writes what is below `root` to `output` and gives back the hash of that.
pub(super) fn write(root: &Path, output: File) -> anyhow::Result<String> {
    let mut tree = Tree { root, writer: CacheWriter::at_level(Ok(output), LEVEL), files: HashMap::new() };
    tree.folder(Path::new(""))?;
    let hash = tree.writer.finish().context("nothing was written")?;
    hash.context("the tree cannot be written")
}

struct Tree<'a> {
    root: &'a Path,
    writer: CacheWriter,
    /// Files that have several names, by what the system knows them by, with the first of their names.
    files: HashMap<(u64, u64), PathBuf>,
}

impl Tree<'_> {
    fn folder(&mut self, below: &Path) -> anyhow::Result<()> {
        let entries = fs::read_dir(self.root.join(below))?;
        let mut names = entries.map(|entry| Ok(entry?.file_name())).collect::<io::Result<Vec<_>>>()?;
        names.sort();
        for name in names {
            self.member(&below.join(name))?;
        }
        Ok(())
    }

    fn member(&mut self, path: &Path) -> anyhow::Result<()> {
        let place = self.root.join(path);
        let metadata = place.symlink_metadata()?;
        let name = path.to_str().context("a name is not UTF-8")?;
        if metadata.is_dir() {
            let mut header = header(EntryType::Directory, &metadata)?;
            header.set_mtime(newest_file(&place)?);
            self.writer.bare(&header, name, None);
            return self.folder(path);
        }
        if metadata.is_symlink() {
            let target = fs::read_link(&place)?;
            let mut header = header(EntryType::Symlink, &metadata)?;
            // Made when the tree was unpacked: its own time says nothing.
            header.set_mtime(0);
            self.writer.bare(&header, name, Some(&target));
            return Ok(());
        }
        if metadata.nlink() > 1 {
            let id = (metadata.dev(), metadata.ino());
            if let Some(first) = self.files.get(&id) {
                self.writer.bare(&header(EntryType::Link, &metadata)?, name, Some(first));
                return Ok(());
            }
            self.files.insert(id, path.to_owned());
        }
        let mut content = File::open(&place)?;
        let header = header(EntryType::Regular, &metadata)?;
        Ok(self.writer.file(&header, name, metadata.len(), &mut content, &mut io::sink())?)
    }
}

/// The time of the newest file in a folder: a folder's own time changes with what is left out of it.
fn newest_file(folder: &Path) -> anyhow::Result<u64> {
    let mut newest = 0;
    for entry in fs::read_dir(folder)? {
        let metadata = entry?.path().symlink_metadata()?;
        if metadata.is_file() {
            newest = newest.max(seconds(&metadata)?);
        }
    }
    Ok(newest)
}

fn seconds(metadata: &Metadata) -> anyhow::Result<u64> {
    u64::try_from(metadata.mtime()).context("a file is older than 1970")
}

fn header(kind: EntryType, metadata: &Metadata) -> anyhow::Result<Header> {
    let mut header = Header::new_gnu();
    header.set_entry_type(kind);
    header.set_mode(metadata.mode() & 0o777);
    header.set_mtime(seconds(metadata)?);
    Ok(header)
}
