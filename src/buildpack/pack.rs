//! Packs this program as a buildpack: a tarball that can be hosted anywhere. The same program gives the same bytes.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

use anyhow::Context;
use flate2::{Compression, GzBuilder};
use tar::{EntryType, Header};

use crate::temporary;

/// The program in the pack, and the smaller one that becomes the dyno's runtime, if the pack has it.
const PROGRAM: &str = "bin/dd-heroku";
/// See [`PROGRAM`].
pub(super) const RUNTIME: &str = "dd-heroku-runtime";

/// What Heroku calls, with the verb of `dd-heroku buildpack` that answers. Links to the pack's folder are followed.
const SCRIPTS: [(&str, &str); 3] =
    [("bin/detect", "detect"), ("bin/compile", "compile"), ("bin/release", "release")];

/// Writes the buildpack of `program` to `output`. `runtime` is what dynos get instead of the whole program.
pub fn pack(output: &Path, program: &Path, runtime: Option<&Path>) -> anyhow::Result<u64> {
    let read = |path: &Path| fs::read(path).with_context(|| format!("cannot read `{}`", path.display()));
    let mut files: Vec<(String, Vec<u8>)> =
        SCRIPTS.iter().map(|(name, verb)| ((*name).to_owned(), script(verb).into_bytes())).collect();
    files.push((PROGRAM.into(), read(program)?));
    if let Some(runtime) = runtime {
        files.push((format!("bin/{RUNTIME}"), read(runtime)?));
    }
    files.sort();
    let folder = output.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let write = || -> io::Result<u64> {
        let beside = temporary::Folder::inside(folder, ".dd-heroku-pack-")?;
        let place = beside.path().join("pack");
        let mut file = File::create_new(&place)?;
        write_tarball(&files, &mut file)?;
        let bytes = file.metadata()?.len();
        fs::rename(place, output)?;
        Ok(bytes)
    };
    write().with_context(|| format!("cannot write `{}`", output.display()))
}

fn script(verb: &str) -> String {
    format!("#!/bin/sh\nexec \"$(dirname \"$0\")/dd-heroku\" buildpack {verb} \"$@\"\n")
}

/// Sorted members without owner or time: nothing of the machine gets in.
fn write_tarball(files: &[(String, Vec<u8>)], output: impl Write) -> io::Result<()> {
    let mut tar = tar::Builder::new(GzBuilder::new().mtime(0).write(output, Compression::best()));
    let mut header = |name: &str, kind, content: &[u8]| {
        let mut header = Header::new_gnu();
        header.set_entry_type(kind);
        header.set_mode(0o755);
        header.set_size(content.len() as u64);
        tar.append_data(&mut header, name, content)
    };
    header("bin/", EntryType::Directory, &[])?;
    for (name, content) in files {
        header(name, EntryType::Regular, content)?;
    }
    tar.into_inner()?.finish()?.flush()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_program_gives_the_same_bytes() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        fs::write(path("program"), b"\x7fELF").unwrap();
        pack(&path("a.tgz"), &path("program"), None).unwrap();
        pack(&path("b.tgz"), &path("program"), None).unwrap();
        assert_eq!(fs::read(path("a.tgz")).unwrap(), fs::read(path("b.tgz")).unwrap());
        pack(&path("c.tgz"), &path("program"), Some(&path("program"))).unwrap();
        assert_ne!(fs::read(path("a.tgz")).unwrap(), fs::read(path("c.tgz")).unwrap());
    }
}
