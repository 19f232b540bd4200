//! The user's checkout: what git knows of it, the source of a commit, and the few files that are ours. It must never
//! write outside the checkout, follow a link out of it, or change anything in git itself.

mod archive;
mod error;
mod files;
mod folder;
mod git;
pub(crate) mod lint;
mod syntax;
pub(crate) mod yaml;

use std::path::{Path, PathBuf};

pub use archive::Archive;
pub use error::Error;
pub use folder::Contents;

use crate::env::Environment;

/// A git checkout.
#[derive(Clone, Debug)]
pub struct Checkout {
    root: PathBuf,
    env: Environment,
}

impl Checkout {
    /// The checkout that the working directory is in. Where git is missing or refuses, it is found by its `.git`: its
    /// files can then be worked on, and what needs git fails when it is asked for.
    pub fn discover(env: &Environment) -> Option<Self> {
        // Why git does not answer is reported when it is asked for something: outside of a checkout it never is.
        let root = git::run(env, &["rev-parse", "--show-toplevel"]).ok().map(PathBuf::from);
        let root = root.or_else(|| {
            let holds_git = |folder: &&Path| folder.join(".git").exists();
            env.cwd().ancestors().find(holds_git).map(Path::to_path_buf)
        })?;
        Some(Self { root: root.canonicalize().unwrap_or(root), env: env.clone() })
    }

    /// Its topmost folder.
    pub fn root(&self) -> &Path {
        &self.root
    }
}
