//! What the checkout that the command runs in says: whose it is, the commit that was asked for, and its files.

use std::collections::BTreeMap;

use crate::app::conf_folder::ConfFolder;
use crate::app::prerun;

/// A git checkout, as far as it was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Checkout {
    /// Whose it is.
    pub ownership: Ownership,
    /// The commit that `--ref` names, where the checkout is the app's own.
    pub commit: Option<String>,
    /// Where the files for Datadog are.
    pub folder: ConfFolder,
    /// The texts of its files that were read, by path with `/` between the parts. Those for Datadog have their usual paths,
    /// `datadog/…`.
    pub files: BTreeMap<String, String>,
}

/// Whose checkout it is, by its git remotes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Ownership {
    /// A remote is the app's.
    #[default]
    Own,
    /// No remote is any app's.
    Unknown,
    /// Its remotes are other apps'.
    Other,
}

impl Checkout {
    /// Whether a remote is the app's.
    pub fn is_of_app(&self) -> bool {
        self.ownership == Ownership::Own
    }

    /// The text of a file that was read.
    pub fn text(&self, path: &str) -> Option<&str> {
        self.files.get(path).map(String::as_str)
    }

    /// The text of `datadog/prerun.sh`.
    pub fn prerun(&self) -> Option<&str> {
        self.text(prerun::PATH)
    }
}

impl super::Facts {
    /// Where the app's files for Datadog are.
    pub fn conf_folder(&self) -> ConfFolder {
        let config = |name: &str| self.config.as_ref().and_then(|config| config.get(name));
        ConfFolder::of(config, self.buildpacks.as_deref().unwrap_or_default())
    }

    /// The checkout, when it is the app's own.
    pub fn matching_checkout(&self) -> Option<&Checkout> {
        self.checkout.as_ref().filter(|checkout| checkout.is_of_app())
    }

    /// The checkout to write the app's files in: its own, or one that belongs to no other app.
    pub fn usable_checkout(&self) -> Option<&Checkout> {
        self.checkout.as_ref().filter(|checkout| checkout.ownership != Ownership::Other)
    }
}
