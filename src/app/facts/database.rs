//! What a database says of itself.

use crate::app::dbm::Inspection;

/// The database that Database Monitoring is set up on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Database {
    /// Whether Heroku has the monitoring credential.
    pub has_credential: bool,
    /// What the app's own user sees in it.
    pub inspection: Inspection,
}
