//! What stops a build: what happened, what caused it, what to do about it.

use std::fmt::{self, Display};

/// Which part of the step failed, for callers that branch on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A value in `ENV_DIR`, or the stack, is not one that this step can work with.
    Options,
    /// A server could not be reached, or answered with an error.
    Unreachable,
    /// What was downloaded is not what the trusted keys signed.
    Untrusted,
    /// The repository has no such version.
    UnknownVersion,
    /// The package is damaged, or holds what must not be unpacked.
    Refused,
    /// The build folder, the cache or a temporary folder could not be read or written.
    Disk,
}

/// What stops a build.
#[derive(Debug)]
pub struct Error {
    /// Which part failed.
    pub kind: Kind,
    /// What happened, in one sentence without its full stop, then what caused it.
    pub error: anyhow::Error,
    /// What to do, one action each.
    pub remedies: Vec<String>,
}

/// What the parts of the build step give back.
pub type Result<T = (), E = Error> = std::result::Result<T, E>;

impl Error {
    /// An error without a cause of its own.
    pub fn new(kind: Kind, what: impl Display) -> Self {
        Self { kind, error: anyhow::anyhow!("{what}"), remedies: Vec::new() }
    }

    /// An error that `cause` led to.
    pub fn because(kind: Kind, what: impl Display, cause: impl Into<anyhow::Error>) -> Self {
        Self { kind, error: cause.into().context(what.to_string()), remedies: Vec::new() }
    }

    /// Adds something to do about it.
    #[must_use]
    pub fn remedy(mut self, remedy: impl Display) -> Self {
        self.remedies.push(remedy.to_string());
        self
    }
}

impl Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#}", self.error)
    }
}

impl std::error::Error for Error {}
