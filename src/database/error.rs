//! What can go wrong with a database, and the words for it. Never a URL, never a password.

use tokio_postgres::error::SqlState;

use crate::failure::{Code, Failure};

/// Something that could not be done in a database.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The config var holds no URL of a PostgreSQL database.
    #[error("the config var holds no URL of a PostgreSQL database")]
    NotAUrl,
    /// Nothing answers there.
    #[error("the database does not answer")]
    Silent,
    /// It cannot be reached, or does not let us in.
    #[error("the database cannot be reached")]
    Unreachable(#[source] std::io::Error),
    /// It does not let this user in.
    #[error("the database refuses the connection: {0}")]
    Refused(String),
    /// A right is missing.
    #[error("the database refuses: {0}")]
    NoRight(String),
    /// Something else that the database said.
    #[error("the database says: {0}")]
    Said(String),
    /// This machine has no room for the connection.
    #[error("the connection could not be prepared")]
    Runtime(#[source] std::io::Error),
}

impl From<tokio_postgres::Error> for Error {
    fn from(error: tokio_postgres::Error) -> Self {
        if let Some(said) = error.as_db_error() {
            let message = said.message().to_owned();
            return match *said.code() {
                SqlState::INVALID_PASSWORD
                | SqlState::INVALID_AUTHORIZATION_SPECIFICATION
                | SqlState::INVALID_CATALOG_NAME
                | SqlState::TOO_MANY_CONNECTIONS
                | SqlState::CANNOT_CONNECT_NOW => Self::Refused(message),
                SqlState::INSUFFICIENT_PRIVILEGE => Self::NoRight(message),
                _ => Self::Said(message),
            };
        }
        let text = error.to_string();
        match error.into_source().map(<dyn std::error::Error + Send + Sync>::downcast::<std::io::Error>) {
            Some(Ok(source)) => Self::Unreachable(*source),
            _ => Self::Said(text),
        }
    }
}

impl Error {
    /// Whether it is a right that is missing.
    pub fn is_right(&self) -> bool {
        matches!(self, Self::NoRight(_))
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let code = match &error {
            Error::Silent | Error::Unreachable(_) => Code::Unreachable,
            _ => Code::Failed,
        };
        let hint = match &error {
            Error::Silent | Error::Unreachable(_) => Some(
                "run it from a machine that reaches the database: dd-heroku dbm setup --print-sql --dry-run | heroku pg:psql",
            ),
            Error::NoRight(_) => {
                Some("run the statements as a user who may: dd-heroku dbm setup --print-sql --dry-run")
            }
            _ => None,
        };
        let failure = Self { code, error: error.into(), ..Self::new(code, "") };
        match hint {
            Some(hint) => failure.hint(hint),
            None => failure,
        }
    }
}
