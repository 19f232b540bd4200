//! Database Monitoring: the credential, its attachment, the statements.

use super::Conflict;
use crate::app::change::Change;
use crate::app::dbm;
use crate::app::desired::Desired;
use crate::app::facts::Facts;

pub(super) fn changes(desired: &Desired, facts: &Facts) -> Result<Vec<Change>, Conflict> {
    let (Some(name), Some(database)) = (&desired.monitored, &facts.database) else { return Ok(Vec::new()) };
    let target = dbm::target(facts, name)?;
    Ok(dbm::changes(facts, &target, database).into_iter().map(Change::Database).collect())
}
