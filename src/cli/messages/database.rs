//! Errors of a database.

use crate::database::Error;
use crate::failure::{Code, Failure};

/// The statements, for who can run them.
const STATEMENTS: &str = "dd-heroku dbm setup --print-sql --dry-run";

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let unreachable = |why: anyhow::Error| {
            let error = why.context("cannot reach the database");
            Self { error, ..Self::new(Code::Unreachable, "") }.hint(format_args!(
                "run this where the database can be reached: {STATEMENTS} | heroku pg:psql"
            ))
        };
        match error {
            Error::NotAUrl => {
                Self::new(Code::Failed, "the config var is not the URL of a PostgreSQL database")
            }
            Error::Silent => unreachable(anyhow::anyhow!("it does not answer")),
            Error::Unreachable(cause) => unreachable(cause.into()),
            Error::Refused(message) => {
                Self::new(Code::Failed, format_args!("the database refuses the connection: {message}"))
            }
            Error::NoRight(message) => {
                Self::new(Code::Failed, format_args!("the database does not allow this: {message}"))
                    .hint(format_args!("run the statements as a user with that right: {STATEMENTS}"))
            }
            Error::Reported(message) => {
                Self::new(Code::Failed, format_args!("the database reports: {message}"))
            }
            Error::Runtime(cause) => {
                Self::from(anyhow::Error::from(cause)).context("cannot set up a connection")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::ErrorKind;

    use snapbox::{assert_data_eq, str};

    use super::super::shown;
    use super::*;

    #[test]
    fn every_error_says_what_happened_and_what_to_do() {
        let message = || "a message of PostgreSQL".to_owned();
        let errors = [
            Error::NotAUrl,
            Error::Silent,
            Error::Unreachable(ErrorKind::ConnectionRefused.into()),
            Error::Refused(message()),
            Error::NoRight(message()),
            Error::Reported(message()),
            Error::Runtime(ErrorKind::OutOfMemory.into()),
        ];
        assert_data_eq!(
            errors.map(shown).concat(),
            str![[r#"
failed: the config var is not the URL of a PostgreSQL database
unreachable: cannot reach the database: it does not answer
  hint: run this where the database can be reached: dd-heroku dbm setup --print-sql --dry-run | heroku pg:psql
unreachable: cannot reach the database: connection refused
  hint: run this where the database can be reached: dd-heroku dbm setup --print-sql --dry-run | heroku pg:psql
failed: the database refuses the connection: a message of PostgreSQL
failed: the database does not allow this: a message of PostgreSQL
  hint: run the statements as a user with that right: dd-heroku dbm setup --print-sql --dry-run
failed: the database reports: a message of PostgreSQL
failed: cannot set up a connection: out of memory

"#]]
        );
    }
}
