//! The source of a commit as `git push heroku` would send it: every file, byte for byte.
//!
//! `git archive` obeys attributes of the tree: `export-ignore` drops files and `export-subst` rewrites them, which
//! suits release tarballs; line ends, `ident` and filters change contents as in a checkout. A push ignores them.
//! The attributes of `$GIT_DIR/info/attributes` go over those of the tree, so the archive is made from a git folder of
//! our own that shares nothing with the user's but its objects, and that turns them all off.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{self, Read, Seek};
use std::path::Path;
use std::process::Stdio;

use ring::digest::{Context, SHA256};

use super::Checkout;
use super::error::Error;
use crate::temporary;

const RAW: &str = "* -export-ignore -export-subst -text -eol -ident -filter -working-tree-encoding\n";

/// A gzipped tarball of a commit, in a file that goes away with this value.
#[derive(Debug)]
pub struct Archive {
    /// The tarball, at its beginning.
    pub file: File,
    /// Its size in bytes.
    pub size: u64,
    /// Its SHA-256, in hex.
    pub sha256: String,
}

impl Checkout {
    /// Packs a commit. Never the working tree.
    pub fn archive(&self, commit: &str) -> Result<Archive, Error> {
        let commit = self.resolve(commit)?;
        let objects = self.git(&["rev-parse", "--git-path", "objects"])?;
        let objects = self.env.cwd().join(objects);
        let folder = git_folder(commit.len() == 64).map_err(Error::Archive)?;
        let mut file = tempfile::tempfile().map_err(Error::Archive)?;
        let output = file.try_clone().map_err(Error::Archive)?;

        let arguments = ["archive", "--format=tar.gz", &commit];
        let mut command = self.git_command(&arguments);
        for inherited in ["GIT_WORK_TREE", "GIT_COMMON_DIR", "GIT_INDEX_FILE", "GIT_NAMESPACE"] {
            command.env_remove(inherited);
        }
        command.env("GIT_DIR", folder.path()).env("GIT_OBJECT_DIRECTORY", objects);
        let child = command.stdout(output).stderr(Stdio::piped()).spawn();
        let ran =
            child.and_then(std::process::Child::wait_with_output).map_err(|error| Error::not_run(&error))?;
        if !ran.status.success() {
            return Err(
                self.or_partial(&commit, Error::git(&arguments, &String::from_utf8_lossy(&ran.stderr)))
            );
        }
        let (size, sha256) = measure(&mut file).map_err(Error::Archive)?;
        Ok(Archive { file, size, sha256 })
    }
}

/// A bare git folder with nothing in it but the attributes.
fn git_folder(is_sha256: bool) -> io::Result<temporary::Folder> {
    let folder = temporary::Folder::new("dd-heroku-git-")?;
    let write = |path: &str, text: &str| fs::write(Path::new(folder.path()).join(path), text);
    for empty in ["objects", "refs", "info"] {
        fs::create_dir(folder.path().join(empty))?;
    }
    write("HEAD", "ref: refs/heads/none\n")?;
    write("info/attributes", RAW)?;
    write("config", if is_sha256 { SHA256_FORMAT } else { "[core]\n\tbare = true\n" })?;
    Ok(folder)
}

const SHA256_FORMAT: &str =
    "[core]\n\trepositoryformatversion = 1\n\tbare = true\n[extensions]\n\tobjectformat = sha256\n";

/// The size and the digest of a file, which is left at its beginning.
fn measure(file: &mut File) -> io::Result<(u64, String)> {
    file.rewind()?;
    let mut digest = Context::new(&SHA256);
    let mut buffer = vec![0; 64 * 1024];
    let mut size = 0;
    loop {
        let length = file.read(&mut buffer)?;
        if length == 0 {
            break;
        }
        digest.update(&buffer[..length]);
        size += length as u64;
    }
    file.rewind()?;
    let mut hex = String::with_capacity(64);
    for byte in digest.finish().as_ref() {
        // Writing to a text does not fail.
        let _ = write!(hex, "{byte:02x}");
    }
    Ok((size, hex))
}
