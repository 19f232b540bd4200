//! The one error at the edge: what a person or a script sees when a command does not succeed.

use std::fmt::Display;

/// What went wrong, as scripts know it: the `code` of the JSON error and the exit code that goes with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Code {
    /// Something failed that has no code of its own.
    Failed,
    /// The arguments do not fit, or a value of theirs is wrong.
    Usage,
    /// A question would have to be asked, and there is no terminal to ask it on.
    Unanswered,
    /// No token, or Heroku refused it.
    NotSignedIn,
    /// The Datadog key was refused.
    KeyRefused,
    /// The app does not exist, or this account may not see it.
    AppNotFound,
    /// The account may not do this to the app.
    NotAllowed,
    /// The person said no.
    Declined,
    /// Ctrl-C.
    Interrupted,
    /// A build failed.
    BuildFailed,
    /// A build succeeded, and the release that it made failed.
    ReleaseFailed,
    /// All changes were applied, and whether they are in effect could not be read.
    Unverified,
    /// The service could not be reached or gave no usable answer.
    Unreachable,
    /// Changes are pending (`--exit-code`) or problems were found (`doctor`): nothing failed.
    Pending,
}

impl Code {
    /// The word in `{"error":{"code":…}}`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Failed => "failed",
            Self::Usage => "usage",
            Self::Unanswered => "unanswered",
            Self::NotSignedIn => "not_signed_in",
            Self::KeyRefused => "key_refused",
            Self::AppNotFound => "app_not_found",
            Self::NotAllowed => "not_allowed",
            Self::Declined => "declined",
            Self::Interrupted => "interrupted",
            Self::BuildFailed => "build_failed",
            Self::ReleaseFailed => "release_failed",
            Self::Unverified => "unverified",
            Self::Unreachable => "unreachable",
            Self::Pending => "pending",
        }
    }

    /// The process's exit code.
    pub fn exit(self) -> u8 {
        match self {
            Self::Failed | Self::BuildFailed | Self::ReleaseFailed | Self::Unverified | Self::Unreachable => {
                1
            }
            Self::Usage | Self::Unanswered => 2,
            Self::Pending => 3,
            Self::NotSignedIn | Self::KeyRefused => 4,
            Self::AppNotFound | Self::NotAllowed => 5,
            Self::Declined => 6,
            Self::Interrupted => 130,
        }
    }
}

/// A failed command: its code, the error with its causes, and what to do next.
#[derive(Debug)]
pub struct Failure {
    /// The code scripts branch on.
    pub code: Code,
    /// What happened, and what caused it.
    pub error: anyhow::Error,
    /// One command or action each, ready to paste.
    pub hints: Vec<String>,
    /// It was already reported, for example in the JSON answer.
    pub is_reported: bool,
}

impl Failure {
    /// A failure with a message of its own.
    pub fn new(code: Code, message: impl Display) -> Self {
        Self { code, error: anyhow::anyhow!("{message}"), hints: Vec::new(), is_reported: false }
    }

    /// A failure of the arguments.
    pub fn usage(message: impl Display) -> Self {
        Self::new(Code::Usage, message)
    }

    /// Adds a hint.
    #[must_use]
    pub fn hint(mut self, hint: impl Display) -> Self {
        self.hints.push(hint.to_string());
        self
    }

    /// Says what was being done, above what happened.
    #[must_use]
    pub fn context(mut self, what: impl Display + Send + Sync + 'static) -> Self {
        self.error = self.error.context(what);
        self
    }
}

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        match error.downcast::<Carried>() {
            Ok(Carried(failure)) => failure,
            Err(error) => Self { code: Code::Failed, error, hints: Vec::new(), is_reported: false },
        }
    }
}

/// A [`Failure`] on its way through an [`anyhow::Error`].
#[derive(Debug)]
struct Carried(Failure);

impl Display for Carried {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:#}", self.0.error)
    }
}

impl std::error::Error for Carried {}

impl From<Failure> for anyhow::Error {
    fn from(failure: Failure) -> Self {
        Carried(failure).into()
    }
}

/// What a command gives back.
pub type Result<T = (), E = Failure> = std::result::Result<T, E>;

/// How a command that did not fail ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// All is done.
    Done,
    /// Changes are pending, or problems were found.
    Pending,
}
