//! Database Monitoring on Heroku Postgres: what it needs, what exists, and the change between them. Pure.
//!
//! Guide: <https://docs.datadoghq.com/database_monitoring/guide/heroku-postgres/>.

mod requirements;
mod sql;

use crate::secret::Secret;

pub use requirements::{Account, Need, needs};
pub use sql::{all_statements, statements};

/// The credential, and with it the database user, that the Agent signs in with.
pub const CREDENTIAL: &str = "datadog";

/// What Database Monitoring needs of a database, in its present state.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[allow(clippy::struct_excessive_bools, reason = "a row of yes and no, each a fact of its own")]
pub struct Inspection {
    /// The schema that `pg_stat_statements` is installed in.
    pub extension: Option<String>,
    /// Whether Heroku keeps extensions in a schema of theirs.
    pub heroku_ext: bool,
    /// Whether the user exists.
    pub role: bool,
    /// Whether the schema `datadog` exists.
    pub schema: bool,
    /// Whether the user may use it.
    pub schema_usage: bool,
    /// Whether the user may use `public`.
    pub public_usage: bool,
    /// Whether the user is a member of `pg_monitor`.
    pub monitor: bool,
    /// The function that explains: whether it runs with its owner's rights.
    pub definer: Option<bool>,
    /// Whether the user may call it.
    pub callable: bool,
    /// `track_activity_query_size`, in bytes.
    pub query_size: i32,
}

/// A change to a database, or to how the app is connected to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// Makes the credential.
    Credential {
        /// The add-on's name.
        addon: String,
    },
    /// Attaches the database to the app as that credential. Makes a release.
    Attach {
        /// The add-on's name.
        addon: String,
        /// The attachment's name, which prefixes its config var.
        name: String,
    },
    /// Runs statements in the database, as the app's own user.
    Run {
        /// The add-on's name.
        addon: String,
        /// The URL of the app's own user.
        url: Secret,
        /// The user that the grants are for; waited for, since a new credential takes a moment.
        role: String,
        /// The statements, each complete.
        statements: Vec<String>,
    },
}
