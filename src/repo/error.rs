//! What can go wrong with the checkout. What people read is made of it elsewhere.

use std::io;
use std::path::{Path, PathBuf};

/// How git says that a folder belongs to another user (<https://git-scm.com/docs/git-config#Documentation/git-config.txt-safedirectory>).
const DUBIOUS: &str = "detected dubious ownership in repository at ";

/// Something that could not be done in the checkout.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Git is not installed.
    #[error("git is not installed")]
    NoGit,
    /// Git does not start, or does not come to an end.
    #[error("git cannot be run: {0}")]
    GitNotRun(String),
    /// Git refuses to read the repository, because its folder belongs to another user.
    #[error("git refuses to read `{folder}`")]
    Distrusted {
        /// The folder.
        folder: String,
        /// The command with which the user accepts it, as git prints it.
        fix: String,
    },
    /// Git failed.
    #[error("`git {command}` failed: {complaint}")]
    Git {
        /// Its first argument.
        command: String,
        /// What it printed on stderr.
        complaint: String,
    },
    /// Git failed without a message: what it was asked for does not exist.
    #[error("`git {command}` failed")]
    Silent {
        /// Its first argument.
        command: String,
    },
    /// The commit is not in this repository.
    #[error("this checkout does not have the commit `{reference}`")]
    NoCommit {
        /// How it was named.
        reference: String,
        /// Whether the history is cut off.
        shallow: bool,
    },
    /// The repository is a partial clone, which does not have all files of the commit.
    #[error("this partial clone does not have all files of the commit `{commit}`")]
    Partial {
        /// Its hash.
        commit: String,
    },
    /// A path leads out of the checkout.
    #[error("`{}` leads out of the checkout", .0.display())]
    Outside(PathBuf),
    /// A file is not text.
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
    #[error("the source archive could not be written to the folder for temporary files")]
    Archive(#[source] io::Error),
}

impl Error {
    /// Git could not be started, or was stopped.
    pub(super) fn not_run(error: &io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::NotFound => Self::NoGit,
            io::ErrorKind::TimedOut => Self::GitNotRun("it does not come to an end".into()),
            _ => Self::GitNotRun(error.to_string()),
        }
    }

    /// What git printed on stderr when it failed.
    pub(super) fn git(arguments: &[&str], stderr: &str) -> Self {
        // Advice follows the error; progress may precede it.
        let reason = stderr.lines().find_map(|line| {
            let line = line.trim();
            line.strip_prefix("fatal: ").or_else(|| line.strip_prefix("error: "))
        });
        let reason = reason.or_else(|| stderr.lines().next_back().map(str::trim));
        if let Some(folder) = reason.and_then(|reason| reason.split_once(DUBIOUS)).map(|(_, folder)| folder) {
            let folder = folder.trim_matches(['\'', ' ']);
            let fix = stderr.lines().map(str::trim).find(|line| line.starts_with("git config "));
            let fix = fix
                .map_or_else(|| format!("git config --global --add safe.directory '{folder}'"), Into::into);
            return Self::Distrusted { folder: folder.to_owned(), fix };
        }
        let command = arguments.first().copied().unwrap_or_default().to_owned();
        match reason {
            Some(reason) => Self::Git { command, complaint: reason.to_owned() },
            None => Self::Silent { command },
        }
    }

    pub(super) fn file(what: &'static str, path: &Path, cause: io::Error) -> Self {
        Self::File { what, path: path.to_owned(), cause }
    }
}
