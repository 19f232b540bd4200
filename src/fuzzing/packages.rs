//! The package repository: its lists, its keys, its packages.

use std::fs;
use std::io::Read;
use std::path::Path;

use liblzma::bufread::XzDecoder;
use liblzma::stream::{IGNORE_CHECK, Stream};
use tar::EntryType;

use super::text;
use crate::buildpack::{self, Version, each_paragraph, fuzzing};

/// Every version in a list is the same when it is read again; what is read as an Agent lies in the repository.
pub(super) fn control(bytes: &[u8]) {
    let _ = each_paragraph(bytes, |paragraph| {
        if let Some(Ok(version)) = paragraph.get("Version").map(str::parse::<Version>) {
            assert_eq!(version.to_string().parse::<Version>().ok(), Some(version));
        }
    });
    fuzzing::index(bytes);
}

/// The packets of all keys are those of the file.
pub(super) fn keys(bytes: &[u8]) {
    for (fingerprint, packets) in fuzzing::keys(bytes) {
        assert!(fingerprint.len() == 40 && packets <= bytes.len());
    }
}

/// Where both can unpack a stream, its blocks in parallel are what liblzma makes of it, and what is passed over changes
/// nothing of the rest.
pub(super) fn xz(bytes: &[u8]) {
    const MOST: u64 = 4 << 20;
    let Some(parallel) = fuzzing::xz(bytes, MOST, None) else { return };
    let mut plain = Vec::new();
    // Its memory is bounded as the parallel one's is.
    let stream = Stream::new_stream_decoder(70 << 20, IGNORE_CHECK).expect("a decoder");
    if XzDecoder::new_stream(bytes, stream).take(MOST).read_to_end(&mut plain).is_ok() {
        assert!(parallel == plain, "{} and {} bytes", parallel.len(), plain.len());
    }
    let step = 100 << 10;
    if let Some(parts) = fuzzing::xz(bytes, MOST, Some(step as u64)) {
        let read = parts.chunks(step).zip(parallel.chunks(step)).step_by(2);
        assert!(read.into_iter().all(|(part, whole)| part.starts_with(whole) || whole.starts_with(part)));
    }
}

/// A package of any bytes is never unpacked to a place outside of its folder.
pub(super) fn package(bytes: &[u8]) {
    extract(bytes);
}

/// Members of any kind and name, a line each: `f PATH`, `d PATH`, `s PATH TARGET`, `h PATH TARGET`.
pub(super) fn tree(bytes: &[u8]) {
    let mut tar = tar::Builder::new(Vec::new());
    for line in text(bytes).lines().take(64) {
        let mut parts = line.split(' ');
        let kind = match parts.next() {
            Some("d") => EntryType::Directory,
            Some("s") => EntryType::Symlink,
            Some("h") => EntryType::Link,
            _ => EntryType::Regular,
        };
        let mut header = tar::Header::new_gnu();
        let old = header.as_old_mut();
        for (field, text) in [&mut old.name, &mut old.linkname].into_iter().zip(parts) {
            let length = text.len().min(field.len());
            field[..length].copy_from_slice(&text.as_bytes()[..length]);
        }
        header.set_entry_type(kind);
        header.set_mode(0o6755);
        header.set_size(0);
        header.set_cksum();
        tar.append(&header, &[][..]).expect("written to memory");
    }
    let tar = tar.into_inner().expect("written to memory");
    let mut package = ar::Builder::new(Vec::new());
    for (name, content) in [("debian-binary", &b"2.0\n"[..]), ("data.tar", &tar)] {
        let header = ar::Header::new(name.into(), content.len() as u64);
        package.append(&header, content).expect("written to memory");
    }
    extract(&package.into_inner().expect("written to memory"));
}

fn extract(package: &[u8]) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let inside = folder.path().join("a/b/inside");
    fs::create_dir_all(&inside).expect("a folder");
    let is_whole = buildpack::extract(package, &inside).is_ok();
    for (outer, only) in [("", "a"), ("a", "b"), ("a/b", "inside")] {
        let names: Vec<_> = fs::read_dir(folder.path().join(outer)).expect("a folder").flatten().collect();
        assert!(names.len() == 1 && names[0].file_name() == only, "{names:?}");
    }
    if is_whole {
        check(&inside.canonicalize().expect("a folder"), &inside);
    }
}

/// Every link stays in `root`, and nothing is setuid or setgid.
fn check(root: &Path, folder: &Path) {
    use std::os::unix::fs::MetadataExt;

    for entry in fs::read_dir(folder).expect("a folder").flatten() {
        let metadata = entry.metadata().expect("it was just listed");
        if metadata.is_symlink() {
            let target = entry.path().canonicalize().expect("it leads somewhere");
            assert!(target.starts_with(root), "{} leads to {}", entry.path().display(), target.display());
        } else {
            assert_eq!(metadata.mode() & 0o7000, 0, "{}", entry.path().display());
        }
        if metadata.is_dir() {
            check(root, &entry.path());
        }
    }
}
