//! An Agent that a buildpack carries: the pruned tree in the form of the build cache, and its provenance. A build that takes it
//! needs no network. The pack is trusted as the program in it is; what is checked is that tree, note and provenance belong
//! together and are whole, before anything of the app is touched.

mod fit;
mod make;
mod provenance;
mod tree;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};

pub(super) use make::make;
pub use make::{Made, Request};
use provenance::{Choices, Content, Statement};

use super::error::{Error, Kind, Result};
use super::hash::sha256;
use super::package::cache_writer::CacheWriter;
use super::package::prune::{Prune, Setup};
use super::package::read_ahead::read_ahead;
use super::package::unpack::{LinkToPruned, Unpacked, unpack};
use super::repository::Package;
use super::slim::Slimmed;
use super::slug::cache::{Cache, Kept};

/// The folder in a pack, next to `bin`.
pub(super) const FOLDER: &str = "dd-heroku-agent";
/// The provenance in it.
pub(super) const PROVENANCE: &str = "provenance.json";

/// The Agent in a pack.
pub struct Carried {
    folder: PathBuf,
    statement: Statement,
    /// What the note of the tree must have as its key.
    key: String,
    /// What the tree was made from.
    pub(super) package: Package,
}

impl Carried {
    /// The Agent in the pack that `program` is in, if it carries one.
    pub(super) fn next_to(program: &Path) -> Result<Option<Self>> {
        let folder = program.parent().and_then(Path::parent).unwrap_or(Path::new("/")).join(FOLDER);
        if folder.symlink_metadata().is_err() {
            return Ok(None);
        }
        Self::open(folder).map(Some).map_err(refused)
    }

    fn open(folder: PathBuf) -> anyhow::Result<Self> {
        let text = fs::read(folder.join(PROVENANCE)).context("its provenance is missing")?;
        let statement = Statement::parse(&text)?;
        let package = statement.package()?;
        let key = key(&package, &statement.setup(&package.version), &text);
        let carried = Self { folder, statement, key, package };
        carried.kept()?;
        Ok(carried)
    }

    /// The tree, when note and provenance agree about it.
    fn kept(&self) -> anyhow::Result<Kept> {
        let kept = Cache::at(self.folder.clone())
            .find(&self.key)
            .context("its note is missing, or the provenance is not that of the note")?;
        ensure!(
            kept.sha256() == self.statement.sha256(),
            "its provenance is that of another tree: the hashes differ"
        );
        Ok(kept)
    }

    fn choices(&self) -> &Choices {
        self.statement.choices()
    }

    fn content(&self) -> &Content {
        self.statement.content()
    }

    fn setup(&self) -> Setup {
        self.statement.setup(&self.package.version)
    }

    /// The package, and what was left out of a slim tree.
    pub(super) fn slimmed(&self) -> Option<Slimmed> {
        let Content { checks, cut_checks, .. } = self.content();
        self.choices().slim_for.as_ref()?;
        Some(Slimmed { checks: checks.clone(), cut: cut_checks.clone(), ..Slimmed::default() })
    }

    /// Unpacks the tree into `root`, a new folder that will lie at `apt`, without what `prune` leaves out. Nothing of it counts
    /// before its hash is right.
    pub(super) fn unpack(&self, root: &Path, apt: &Path, prune: &mut Prune) -> Result<Unpacked> {
        prune.be_strict();
        loop {
            let unwritable = |cause| {
                Error::because(Kind::Disk, "the build folder cannot be written", cause)
                    .remedy("Free some space, or look at its permissions, and build again.")
            };
            fs::create_dir(root).map_err(unwritable)?;
            let unpacked = self.kept().and_then(|mut kept| {
                let unpacked =
                    read_ahead(&mut kept, |tar| unpack(tar, root, apt, prune, &mut CacheWriter::none()))?;
                kept.confirm(unpacked)
            });
            match unpacked {
                Ok(unpacked) => return Ok(unpacked),
                Err(why) => match why.downcast_ref::<LinkToPruned>() {
                    Some(LinkToPruned(name)) => prune.exempt(name.clone()),
                    None => return Err(refused(why)),
                },
            }
            fs::remove_dir_all(root).map_err(unwritable)?;
        }
    }
}

/// Binds a tree to its package, to what was left out, and to every byte of its provenance.
fn key(package: &Package, setup: &Setup, provenance: &[u8]) -> String {
    Cache::key(&package.sha256, &Prune::new(setup).digest(), &sha256(provenance))
}

fn refused(why: anyhow::Error) -> Error {
    let is_of_disk = |cause: &std::io::Error| {
        cause.raw_os_error().is_some() && cause.kind() != std::io::ErrorKind::NotFound
    };
    if why.chain().filter_map(|cause| cause.downcast_ref()).any(is_of_disk) {
        return Error::because(Kind::Disk, "the Agent that this buildpack carries cannot be unpacked", why)
            .remedy("Free some space, or look at the permissions of the build folder, and build again.");
    }
    Error::because(Kind::Untrusted, "the Agent that this buildpack carries is refused", why).remedy(
        "Nothing was installed. Compare the SHA-256 of the buildpack's file with that of the one you reviewed, and host that one.",
    )
}
