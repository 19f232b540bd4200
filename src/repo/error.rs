//! What can go wrong with the checkout, and the words for it.

use std::io;
use std::path::{Path, PathBuf};

use crate::failure::Failure;

/// Something that could not be done in the checkout.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no git on this machine, or it does not start.
    #[error("git could not be run: {0}")]
    NoGit(String),
    /// Git failed.
    #[error("`git {command}` failed: {complaint}")]
    Git {
        /// Its first argument.
        command: String,
        /// The last line it printed on stderr.
        complaint: String,
    },
    /// The commit is not in this repository.
    #[error("this checkout does not have the commit `{reference}`")]
    NoCommit {
        /// How it was named.
        reference: String,
        /// Whether the history is cut off.
        shallow: bool,
    },
    /// A path leads out of the checkout.
    #[error("`{}` leads out of the checkout", .0.display())]
    Outside(PathBuf),
    /// A file holds bytes that are no text.
    #[error("`{}` is not UTF-8 text", .0.display())]
    NotText(PathBuf),
    /// A file could not be read or written.
    #[error("`{}` could not be {what}", .path.display())]
    File {
        /// `read`, `written`, `removed`.
        what: &'static str,
        /// The file, from the checkout's root.
        path: PathBuf,
        /// Why.
        #[source]
        cause: io::Error,
    },
    /// The archive could not be kept for the upload.
    #[error("there is no room for the source archive in the folder for temporary files")]
    Archive(#[source] io::Error),
}

impl Error {
    pub(super) fn no_git(error: &io::Error) -> Self {
        Self::NoGit(match error.kind() {
            io::ErrorKind::NotFound => "it is not installed".into(),
            io::ErrorKind::TimedOut => "it does not come to an end".into(),
            _ => error.to_string(),
        })
    }

    pub(super) fn git(arguments: &[&str], stderr: &str) -> Self {
        let complaint = stderr.lines().last().unwrap_or("it does not say why").trim();
        let command = arguments.first().copied().unwrap_or_default().to_owned();
        Self::Git { command, complaint: complaint.trim_start_matches("fatal: ").to_owned() }
    }

    pub(super) fn file(what: &'static str, path: &Path, cause: io::Error) -> Self {
        Self::File { what, path: path.to_owned(), cause }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let hint = match &error {
            Error::NoGit(_) => "install git, or run this outside of the checkout with `-a APP`".to_owned(),
            Error::Git { complaint, .. } if complaint.contains("dubious ownership") => {
                "git config --global --add safe.directory \"$PWD\"".to_owned()
            }
            Error::Git { .. } => "git status".to_owned(),
            Error::NoCommit { shallow: true, .. } => "git fetch --unshallow --all".to_owned(),
            Error::NoCommit { shallow: false, .. } => "git fetch --all --tags".to_owned(),
            Error::Outside(path) => {
                format!("put a file of the checkout in the place of the link `{}`", path.display())
            }
            Error::NotText(path) => format!("file {}", path.display()),
            Error::File { path, cause, .. } => match cause.kind() {
                io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => "df -h .".to_owned(),
                io::ErrorKind::ReadOnlyFilesystem => {
                    "run this in a checkout that can be written to".to_owned()
                }
                _ => format!("ls -ld {}", path.display()),
            },
            Error::Archive(_) => "free some space, or name another folder in TMPDIR".to_owned(),
        };
        let failure = Self::from(anyhow::Error::from(error));
        failure.hint(hint)
    }
}
