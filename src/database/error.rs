//! What can go wrong with a database. Never a URL, never a password. What people read is made of it elsewhere.

use tokio_postgres::error::SqlState;

/// Something that could not be done in a database.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The config var is not the URL of a PostgreSQL database.
    #[error("the config var is not the URL of a PostgreSQL database")]
    NotAUrl,
    /// It does not answer in time.
    #[error("the database does not answer")]
    Silent,
    /// The connection failed.
    #[error("the database cannot be reached")]
    Unreachable(#[source] std::io::Error),
    /// It refuses this user.
    #[error("the database refuses the connection: {0}")]
    Refused(String),
    /// A right is missing.
    #[error("the database refuses: {0}")]
    NoRight(String),
    /// Another error that the database reports.
    #[error("the database reports: {0}")]
    Reported(String),
    /// The connection could not be set up on this machine.
    #[error("the connection could not be set up")]
    Runtime(#[source] std::io::Error),
}

impl From<tokio_postgres::Error> for Error {
    fn from(error: tokio_postgres::Error) -> Self {
        if let Some(reported) = error.as_db_error() {
            let message = reported.message().to_owned();
            return match *reported.code() {
                SqlState::INVALID_PASSWORD
                | SqlState::INVALID_AUTHORIZATION_SPECIFICATION
                | SqlState::INVALID_CATALOG_NAME
                | SqlState::TOO_MANY_CONNECTIONS
                | SqlState::CANNOT_CONNECT_NOW => Self::Refused(message),
                SqlState::INSUFFICIENT_PRIVILEGE => Self::NoRight(message),
                _ => Self::Reported(message),
            };
        }
        let text = error.to_string();
        match error.into_source().map(<dyn std::error::Error + Send + Sync>::downcast::<std::io::Error>) {
            Some(Ok(source)) => Self::Unreachable(*source),
            _ => Self::Reported(text),
        }
    }
}

impl Error {
    /// Whether it is a right that is missing.
    pub fn is_right(&self) -> bool {
        matches!(self, Self::NoRight(_))
    }
}
