//! What one build leaves for the next, in a folder of its own below `CACHE_DIR`: the pruned Agent as a tar that unpacks
//! at once, and the list of packages. Nothing in it is believed: a list counts if it has the hash that the signed index
//! names today, the Agent if it was made from the package that is requested today and its bytes still have their hash.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::buildpack::hash::{Hashed, sha256};
use crate::buildpack::package::prune::Prune;
use crate::buildpack::package::unpack::Unpacked;
use crate::buildpack::repository::lists::Lists;
use crate::buildpack::repository::validator::Validator;

/// Changes when the form of the cache does.
const FORM: u32 = 2;
const FOLDER: &str = "dd-heroku";
/// The Agent's tar in the cache.
pub(crate) const TAR: &str = "agent.tar.zst";
const NOTE: &str = "agent.json";

/// The cache of one app.
pub(crate) struct Cache {
    folder: PathBuf,
}

/// What is known about the tar in the cache.
#[derive(Debug, Serialize, Deserialize, PartialEq, Eq)]
struct Note {
    /// What the tar was made from and how.
    key: String,
    /// Of the tar.
    sha256: String,
    /// Bytes of all files in the package.
    unpacked: u64,
    /// Bytes that were pruned, by reason.
    pruned: BTreeMap<String, u64>,
    /// Members that must go again once everything is unpacked.
    exempt: Vec<String>,
    /// What the repository's server said about the package.
    served: Validator,
}

/// The Agent in the cache, being read.
pub(crate) struct Kept {
    note: Note,
    tar: zstd::Decoder<'static, BufReader<Hashed<File>>>,
}

impl Cache {
    /// The cache below `CACHE_DIR`, made if it is not there. A cache that cannot be written is empty and stays so.
    pub(crate) fn open(cache_dir: &Path) -> Self {
        let folder = cache_dir.join(FOLDER);
        let _ = fs::create_dir_all(&folder);
        Self { folder }
    }

    /// A folder that has the form of the cache, as it is.
    pub(crate) fn at(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// Names what a tar is made from: the package, what is pruned of it, the stack it is for.
    pub(crate) fn key(package_sha256: &str, prune_digest: &str, stack: &str) -> String {
        sha256(format!("{FORM}\n{package_sha256}\n{prune_digest}\n{stack}").as_bytes())
    }

    /// The lists of packages that are kept.
    pub(crate) fn lists(&self) -> Lists {
        Lists::in_folder(&self.folder)
    }

    /// The Agent of this key, if it exists.
    pub(crate) fn find(&self, key: &str) -> Option<Kept> {
        let note: Note = serde_json::from_slice(&fs::read(self.folder.join(NOTE)).ok()?).ok()?;
        let file = File::open(self.folder.join(TAR)).ok().filter(|_| note.key == key)?;
        let reader = BufReader::with_capacity(128 << 10, Hashed::new(file));
        Some(Kept { note, tar: zstd::Decoder::with_buffer(reader).ok()? })
    }

    /// A new file for the tar of this build. It counts once [`Cache::keep`] has named it.
    pub(crate) fn create(&self) -> io::Result<File> {
        self.forget();
        File::create(self.folder.join(TAR))
    }

    /// Names the tar that was written: `sha256` is its hash.
    pub(crate) fn keep(
        &self,
        key: &str,
        sha256: String,
        unpacked: &Unpacked,
        prune: &Prune,
        served: &Validator,
    ) -> io::Result<()> {
        let note = Note {
            key: key.to_owned(),
            sha256,
            unpacked: unpacked.bytes,
            pruned: unpacked.pruned.clone(),
            exempt: prune.exempted().map(str::to_owned).collect(),
            served: served.clone(),
        };
        fs::write(self.folder.join(NOTE), serde_json::to_vec(&note)?)
    }

    /// Throws the kept Agent away.
    pub(crate) fn forget(&self) {
        let _ = fs::remove_file(self.folder.join(NOTE));
        let _ = fs::remove_file(self.folder.join(TAR));
    }
}

impl Read for Kept {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.tar.read(buffer)
    }
}

impl Kept {
    /// Members that are to be removed once everything is unpacked.
    pub(crate) fn exempt(&self) -> &[String] {
        &self.note.exempt
    }

    /// The hash that the tar should have.
    pub(crate) fn sha256(&self) -> &str {
        &self.note.sha256
    }

    /// What the server said about the package when it was downloaded.
    pub(crate) fn served(&self) -> &Validator {
        &self.note.served
    }

    /// Reads to the end and refuses what was unpacked if these were not the bytes that were kept.
    pub(crate) fn confirm(mut self, unpacked: Unpacked) -> anyhow::Result<Unpacked> {
        io::copy(&mut self.tar, &mut io::sink())?;
        let mut file = self.tar.finish();
        io::copy(&mut file, &mut io::sink())?;
        anyhow::ensure!(file.into_inner().is(&self.note.sha256), "its hash differs");
        Ok(Unpacked { bytes: self.note.unpacked, pruned: self.note.pruned, ..unpacked })
    }
}
