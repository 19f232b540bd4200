//! Packs this program as a buildpack, with an Agent where one is asked for: a tarball that can be hosted anywhere. The same
//! program and Agent give the same bytes.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;
use flate2::{Compression, GzBuilder};
use tar::{EntryType, Header};

use super::carried;
use super::error::{Error, Kind, Result};
use super::hash::Hashed;
use crate::temporary;

/// The program in the pack, and the smaller one that becomes the dyno's runtime, if the pack has it.
const PROGRAM: &str = "bin/dd-heroku";
/// See [`PROGRAM`].
pub(super) const RUNTIME: &str = "dd-heroku-runtime";

/// What Heroku calls, with the verb of `dd-heroku buildpack` that answers. Links to the pack's folder are followed.
const SCRIPTS: [(&str, &str); 3] =
    [("bin/detect", "detect"), ("bin/compile", "compile"), ("bin/release", "release")];

/// What a pack is made of.
#[derive(Clone, Copy, Debug)]
pub struct Contents<'a> {
    /// Answers for Heroku's scripts.
    pub program: &'a Path,
    /// What dynos get instead of the whole program.
    pub runtime: Option<&'a Path>,
    /// Files of the Agent that it carries.
    pub carried: &'a [PathBuf],
}

/// A pack that was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Packed {
    /// Of the file.
    pub bytes: u64,
    /// Of the file, in lower-case hex digits.
    pub sha256: String,
}

/// A member of the tarball: its name, its mode, and the file it is or what it says.
struct Member {
    name: String,
    mode: u32,
    content: Content,
}

enum Content {
    File(File),
    Text(String),
    Folder,
}

/// Writes a buildpack to `output`.
pub fn pack(output: &Path, contents: &Contents<'_>) -> anyhow::Result<Packed> {
    let members = members(contents)?;
    let write = || -> io::Result<Packed> {
        let beside = temporary::Folder::inside(folder_of(output), ".dd-heroku-pack-")?;
        let place = beside.path().join("pack");
        let mut file = Hashed::new(File::create_new(&place)?);
        write_tarball(members, &mut file)?;
        let bytes = file.inner().metadata()?.len();
        fs::rename(place, output)?;
        Ok(Packed { bytes, sha256: file.finish() })
    };
    write().with_context(|| format!("cannot write `{}`", output.display()))
}

/// The folder that a pack is written to.
pub(super) fn folder_of(output: &Path) -> &Path {
    output.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Refuses a place that a pack cannot have. A pack takes the place of what is at `output`: a device would be lost.
pub(super) fn check_output(output: &Path) -> Result {
    let refused = |path: &Path, what: &str| {
        let what = format!("`{}` is not {what}", path.display());
        Err(Error::new(Kind::Options, what).remedy("Name a file in a folder that exists: `-o FILE`."))
    };
    let folder = folder_of(output);
    if !folder.is_dir() {
        return refused(folder, "a folder");
    }
    match output.symlink_metadata() {
        Ok(metadata) if !metadata.is_file() => refused(output, "a file"),
        _ => Ok(()),
    }
}

/// The carried Agent comes first: of a pack that was cut off no script is left that would build without it.
fn members(contents: &Contents<'_>) -> anyhow::Result<Vec<Member>> {
    let open = |name: String, mode: u32, path: &Path| -> anyhow::Result<Member> {
        let file = File::open(path).with_context(|| format!("cannot read `{}`", path.display()))?;
        Ok(Member { name, mode, content: Content::File(file) })
    };
    let folder = |name: &str| Member { name: format!("{name}/"), mode: 0o755, content: Content::Folder };
    let mut members = Vec::new();
    if !contents.carried.is_empty() {
        members.push(folder(carried::FOLDER));
    }
    for path in contents.carried {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        members.push(open(format!("{}/{name}", carried::FOLDER), 0o644, path)?);
    }
    members.push(folder("bin"));
    let scripts = SCRIPTS.iter().map(|(name, verb)| {
        let content = Content::Text(script(verb));
        Ok(Member { name: (*name).to_owned(), mode: 0o755, content })
    });
    let program = open(PROGRAM.into(), 0o755, contents.program);
    let runtime = contents.runtime.map(|path| open(format!("bin/{RUNTIME}"), 0o755, path));
    let mut bin = scripts.chain([program]).chain(runtime).collect::<anyhow::Result<Vec<_>>>()?;
    bin.sort_by(|a, b| a.name.cmp(&b.name));
    members.extend(bin);
    Ok(members)
}

fn script(verb: &str) -> String {
    format!("#!/bin/sh\nexec \"$(dirname \"$0\")/dd-heroku\" buildpack {verb} \"$@\"\n")
}

/// Members without owner or time: nothing of the machine gets in.
fn write_tarball(members: Vec<Member>, output: impl Write) -> io::Result<()> {
    let mut tar = tar::Builder::new(GzBuilder::new().mtime(0).write(output, Compression::best()));
    for Member { name, mode, content } in members {
        let mut header = Header::new_gnu();
        header.set_mode(mode);
        let mut append = |kind, size, content: &mut dyn Read| {
            header.set_entry_type(kind);
            header.set_size(size);
            tar.append_data(&mut header, &name, content)
        };
        match content {
            Content::File(mut file) => append(EntryType::Regular, file.metadata()?.len(), &mut file)?,
            Content::Text(text) => append(EntryType::Regular, text.len() as u64, &mut text.as_bytes())?,
            Content::Folder => append(EntryType::Directory, 0, &mut io::empty())?,
        }
    }
    tar.into_inner()?.finish()?.flush()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::buildpack::hash::sha256;

    #[test]
    fn the_same_program_gives_the_same_bytes() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        fs::write(path("program"), b"\x7fELF").unwrap();
        let program = &path("program");
        let contents = Contents { program, runtime: None, carried: &[] };
        let packed = pack(&path("a.tgz"), &contents).unwrap();
        assert_eq!(pack(&path("b.tgz"), &contents).unwrap(), packed);
        assert_eq!(packed.sha256, sha256(&fs::read(path("a.tgz")).unwrap()));
        assert_eq!(fs::read(path("a.tgz")).unwrap(), fs::read(path("b.tgz")).unwrap());
        pack(&path("c.tgz"), &Contents { runtime: Some(program), ..contents }).unwrap();
        assert_ne!(fs::read(path("a.tgz")).unwrap(), fs::read(path("c.tgz")).unwrap());
    }
}
