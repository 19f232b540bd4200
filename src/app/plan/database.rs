//! Database Monitoring: the credential, its attachment, the statements.

use super::Conflict;
use crate::app::change::Change;
use crate::app::dbm::{self, CREDENTIAL, statements};
use crate::app::desired::Desired;
use crate::app::facts::Facts;
use crate::app::integrations::dbm::{free_name, target};

pub(super) fn changes(desired: &Desired, facts: &Facts) -> Result<Vec<Change>, Conflict> {
    let (Some(name), Some(database)) = (&desired.monitored, &facts.database) else { return Ok(Vec::new()) };
    let target = target(facts, name)?;
    let mut changes = Vec::new();
    if !database.has_credential {
        changes.push(dbm::Change::Credential { addon: target.addon.clone() });
    }
    if target.variable.is_none() {
        changes.push(dbm::Change::Attach { addon: target.addon.clone(), name: free_name(facts, &target.id) });
    }
    let statements = statements(&database.inspection, CREDENTIAL);
    if !statements.is_empty() {
        let role = CREDENTIAL.to_owned();
        changes.push(dbm::Change::Run { addon: target.addon, url: target.url, role, statements });
    }
    Ok(changes.into_iter().map(Change::Database).collect())
}
