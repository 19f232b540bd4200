//! Unpacks the tar of a package into an empty folder of our own, without what is pruned. It must never write outside
//! of that folder, even if the tar says so: names are checked part by part, and nothing is written through a link.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::ffi::OsStr;
use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, Read, Write};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt, symlink};
use std::path::{Component, Path, PathBuf};
use std::time::{Duration, SystemTime};

use anyhow::{Context, bail, ensure};
use tar::{Entry, EntryType, Header};

use super::archive;
use super::cache_writer::CacheWriter;
use super::links::{self, stays_inside};
use super::pkg_config;
use super::prune::{Prune, Replacement, programs};
use super::skip_reader::ForwardSeek;

/// Bounds on what a package may unpack to: ten times what the Agent is.
const MEMBERS: usize = 500_000;
const BYTES: u64 = 8 << 30;
/// A file that pkg-config reads; they are short.
const PKG_CONFIG: u64 = 1 << 20;

/// What was unpacked.
#[derive(Debug, Default)]
pub(crate) struct Unpacked {
    /// Files and links that were made.
    pub(crate) members: usize,
    /// Bytes of all files in the package, pruned or not.
    pub(crate) bytes: u64,
    /// Bytes that were pruned, by reason.
    pub(crate) pruned: BTreeMap<String, u64>,
    /// Bytes that were written, by part of the slug.
    pub(crate) parts: BTreeMap<&'static str, u64>,
    /// Programs that the table of what is left out does not know, with their bytes.
    pub(crate) unknown: Vec<(String, u64)>,
}

impl Unpacked {
    /// Bytes that were written.
    pub(crate) fn written(&self) -> u64 {
        self.parts.values().sum()
    }
}

/// A member that stays is a hard link to this one, which was pruned.
#[derive(Debug, thiserror::Error)]
#[error("`{0}` was pruned, and another member is a link to it")]
pub(crate) struct LinkToPruned(pub(crate) String);

#[derive(Clone, Copy, PartialEq, Eq)]
enum Node {
    Folder,
    File,
    Link,
}

struct Tree<'a> {
    root: &'a Path,
    /// What `*.pc` files have put before their prefix.
    prefix: &'a Path,
    prune: &'a Prune,
    nodes: HashMap<PathBuf, Node>,
    pruned_files: HashSet<String>,
    /// Modes and times of folders are set last: a folder may be read-only, and gets members.
    folders: Vec<(PathBuf, u32, SystemTime)>,
    links: Vec<PathBuf>,
    report: Unpacked,
}

/// Unpacks `tar` into `root`, an empty folder. Members that stay also go into `sink`. `prefix` is where the tree will
/// lie: paths in pkg-config files are made to begin with it.
pub(crate) fn unpack(
    tar: &mut dyn ForwardSeek,
    root: &Path,
    prefix: &Path,
    prune: &Prune,
    sink: &mut CacheWriter,
) -> anyhow::Result<Unpacked> {
    let mut tree = Tree {
        root,
        prefix,
        prune,
        nodes: HashMap::new(),
        pruned_files: HashSet::new(),
        folders: Vec::new(),
        links: Vec::new(),
        report: Unpacked::default(),
    };
    let mut archive = tar::Archive::new(tar);
    for (count, entry) in archive.entries_with_seek().context("the package is damaged")?.enumerate() {
        ensure!(count < MEMBERS, "the package has more than {MEMBERS} members");
        let mut entry = entry.context("the package is damaged")?;
        let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        tree.member(&mut entry, sink).with_context(|| format!("the member `{name}` cannot be unpacked"))?;
    }
    tree.finish()
}

/// Unpacks a Debian package into an empty folder as `dpkg -x` does, but refuses what could reach outside of it.
pub fn extract(package: impl Read + Send, folder: &Path) -> anyhow::Result<()> {
    let all = Prune::nothing();
    archive::files_of(package, |tar| unpack(tar, folder, Path::new(""), &all, &mut CacheWriter::none()))
        .map(drop)
}

impl Tree<'_> {
    fn member(
        &mut self,
        entry: &mut Entry<'_, &mut dyn ForwardSeek>,
        sink: &mut CacheWriter,
    ) -> anyhow::Result<()> {
        let header = entry.header().clone();
        let kind = header.entry_type();
        if kind == EntryType::XGlobalHeader {
            return Ok(());
        }
        let path = relative(&entry.path_bytes())?;
        if self.prune.is_strict() {
            only_plain(entry)?;
        }
        let Some(name) = path.to_str().map(str::to_owned) else { bail!("its name is not UTF-8") };
        let is_file = matches!(kind, EntryType::Regular | EntryType::Continuous | EntryType::GNUSparse);
        if is_file {
            self.report.bytes += entry.size();
            ensure!(self.report.bytes <= BYTES, "the package unpacks to more than {BYTES} bytes");
        }
        if let Some(reason) = self.prune.reason(&name) {
            if is_file {
                *self.report.pruned.entry(reason.to_owned()).or_default() += entry.size();
            }
            self.pruned_files.insert(name);
            return Ok(());
        }
        match kind {
            EntryType::Directory if name.is_empty() => {}
            EntryType::Directory => {
                self.folder(&path)?;
                self.folders.push((path, mode(&header)?, modified(&header)?));
                sink.bare(&header, &name, None);
            }
            _ if name.is_empty() => bail!("the folder itself is not a folder"),
            EntryType::Regular | EntryType::Continuous | EntryType::GNUSparse => {
                self.make_way(&path)?;
                let size = entry.size();
                let head = self.write(&path, &name, entry, sink)?;
                if let Some(program) = programs::unknown(&name, mode(&header)?, &head) {
                    self.report.unknown.push((program.to_owned(), size));
                }
                *self.report.parts.entry(part(&name)).or_default() += size;
                self.nodes.insert(path, Node::File);
                self.report.members += 1;
            }
            EntryType::Symlink => {
                let target = entry.link_name_bytes().context("it is a link to nowhere")?;
                let target = PathBuf::from(OsStr::from_bytes(&target));
                ensure!(
                    stays_inside(&path, &target),
                    "it is a link that leaves the package: `{}`",
                    target.display()
                );
                self.make_way(&path)?;
                symlink(&target, self.root.join(&path))?;
                sink.bare(&header, &name, Some(&target));
                self.links.push(path.clone());
                self.nodes.insert(path, Node::Link);
                self.report.members += 1;
            }
            EntryType::Link => {
                let target = relative(&entry.link_name_bytes().context("it is a link to nowhere")?)?;
                let target_name = target.to_string_lossy().into_owned();
                if self.pruned_files.contains(&target_name) {
                    bail!(LinkToPruned(target_name));
                }
                ensure!(
                    self.nodes.get(&target) == Some(&Node::File),
                    "it is a link to `{target_name}`, which is not a file of the package"
                );
                self.make_way(&path)?;
                fs::hard_link(self.root.join(&target), self.root.join(&path))?;
                sink.bare(&header, &name, Some(&target));
                self.nodes.insert(path, Node::File);
                self.report.members += 1;
            }
            other => bail!("it is neither file, folder nor link ({other:?})"),
        }
        Ok(())
    }

    /// Writes a file and gives back how it begins.
    fn write(
        &self,
        path: &Path,
        name: &str,
        entry: &mut Entry<'_, &mut dyn ForwardSeek>,
        sink: &mut CacheWriter,
    ) -> anyhow::Result<Vec<u8>> {
        let (header, size) = (entry.header().clone(), entry.size());
        let mut file = WithHead { inner: create(&self.root.join(path))?, head: Vec::new() };
        if pkg_config::is_file(name) && size <= PKG_CONFIG {
            let mut content = Vec::new();
            sink.file(&header, name, size, entry, &mut content)?;
            file.write_all(&pkg_config::with_prefix(&content, self.prefix))?;
        } else {
            sink.file(&header, name, size, entry, &mut file)?;
        }
        file.inner.set_permissions(Permissions::from_mode(mode(&header)?))?;
        file.inner.set_modified(modified(&header)?)?;
        Ok(file.head)
    }

    /// Makes sure that a new member can be made at `path`: its folder exists, and no earlier member of its name.
    fn make_way(&mut self, path: &Path) -> anyhow::Result<()> {
        if let Some(parent) = path.parent() {
            self.folder(parent)?;
        }
        match self.nodes.remove(path) {
            None => Ok(()),
            Some(Node::Folder) => bail!("a folder has its name"),
            Some(Node::File | Node::Link) => Ok(fs::remove_file(self.root.join(path))?),
        }
    }

    /// Makes sure that `path` is a folder made by us, and so are all above it.
    fn folder(&mut self, path: &Path) -> anyhow::Result<()> {
        match self.nodes.get(path) {
            _ if path.as_os_str().is_empty() => return Ok(()),
            Some(Node::Folder) => return Ok(()),
            Some(Node::File | Node::Link) => bail!("`{}` is not a folder", path.display()),
            None => {}
        }
        if let Some(parent) = path.parent() {
            self.folder(parent)?;
        }
        fs::create_dir(self.root.join(path))?;
        self.nodes.insert(path.to_owned(), Node::Folder);
        Ok(())
    }

    fn finish(mut self) -> anyhow::Result<Unpacked> {
        for name in self.prune.exempted() {
            if self.nodes.get(Path::new(name)) == Some(&Node::File) {
                fs::remove_file(self.root.join(name))?;
            }
        }
        self.replace()?;
        let mut links = std::mem::take(&mut self.links);
        links.retain(|link| self.nodes.get(link) == Some(&Node::Link));
        self.report.members -= links::settle(self.root, links, |path| self.nodes.contains_key(path))?;
        for (folder, mode, modified) in self.folders.iter().rev() {
            let folder = self.root.join(folder);
            File::open(&folder)?.set_modified(*modified)?;
            // The build must still be able to move and remove it.
            fs::set_permissions(folder, Permissions::from_mode(mode | 0o700))?;
        }
        Ok(self.report)
    }

    /// Puts a program in the place of another, where the package has it.
    fn replace(&mut self) -> io::Result<()> {
        let Some(Replacement { program, replaces, what }) = self.prune.replacement() else { return Ok(()) };
        if self.nodes.get(Path::new(program)) != Some(&Node::File) {
            return Ok(());
        }
        let replaced = self.root.join(replaces);
        if let Ok(metadata) = replaced.symlink_metadata() {
            // Removed first: a rename onto another name of the same file does nothing.
            fs::remove_file(&replaced)?;
            let bytes = if metadata.is_file() && metadata.nlink() == 1 { metadata.len() } else { 0 };
            let written = self.report.parts.entry(part(replaces)).or_default();
            *written = written.saturating_sub(bytes);
            *self.report.pruned.entry((*what).to_owned()).or_default() += bytes;
            self.report.members -= 1;
        }
        fs::rename(self.root.join(program), replaced)
    }
}

/// How much of a file's beginning is looked at.
const HEAD: usize = 128;

/// A file that is written, and how it begins.
struct WithHead {
    inner: File,
    head: Vec<u8>,
}

impl Write for WithHead {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(buffer)?;
        let missing = HEAD - self.head.len();
        self.head.extend(&buffer[..written.min(missing)]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

/// Refuses what a tree that was written by `buildpack pack` never has.
fn only_plain(entry: &Entry<'_, &mut dyn ForwardSeek>) -> anyhow::Result<()> {
    ensure!(entry.header().mode()? & !0o777 == 0, "it is setuid, setgid or sticky");
    let target = entry.link_name_bytes();
    ensure!(!target.is_some_and(|target| target.starts_with(b"/")), "it is a link by its full path");
    Ok(())
}

/// A new file, for us alone until it is complete.
fn create(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)
}

/// A member's name as a path below the folder: no root, no `..`.
fn relative(name: &[u8]) -> anyhow::Result<PathBuf> {
    let mut path = PathBuf::new();
    for part in Path::new(OsStr::from_bytes(name)).components() {
        match part {
            Component::Normal(part) => path.push(part),
            Component::CurDir => {}
            _ => bail!("`{}` leads out of the package", String::from_utf8_lossy(name)),
        }
    }
    Ok(path)
}

/// Without setuid, setgid and the sticky bit: everything in a slug has one owner.
fn mode(header: &Header) -> io::Result<u32> {
    Ok(header.mode()? & 0o777)
}

fn modified(header: &Header) -> io::Result<SystemTime> {
    let seconds = header.mtime()?;
    SystemTime::UNIX_EPOCH
        .checked_add(Duration::from_secs(seconds))
        .ok_or_else(|| io::ErrorKind::InvalidData.into())
}

/// The part of the slug that a file counts for.
fn part(name: &str) -> &'static str {
    let below = |folder: &str| name.starts_with(folder);
    if below("opt/datadog-agent/embedded/lib/python") {
        "Python"
    } else if below("opt/datadog-agent/embedded/lib/") {
        "libraries"
    } else if below("opt/datadog-agent/embedded/bin/") {
        "agents and tools"
    } else if below("opt/datadog-agent/bin/") {
        "Agent"
    } else {
        "configuration and rest"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_lead_out_are_refused() {
        for name in ["../x", "a/../../x", "/etc/passwd", "a/.."] {
            assert!(relative(name.as_bytes()).is_err(), "{name}");
        }
        assert_eq!(relative(b"./a//b/./c").unwrap(), Path::new("a/b/c"));
        assert_eq!(relative(b"./").unwrap(), Path::new(""));
    }
}
