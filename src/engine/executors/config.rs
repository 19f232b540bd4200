//! Config vars: all of a run in one request, since each request is a release and a restart.

use crate::app::change::Change;
use crate::heroku::ConfigPatch;

pub(super) fn patch(changes: &[&Change]) -> ConfigPatch {
    changes
        .iter()
        .filter_map(|change| match change {
            Change::ConfigSet { key, after, before: _, secret: _ } => {
                Some((key.clone(), Some(after.clone())))
            }
            Change::ConfigUnset { key, before: _, secret: _ } => Some((key.clone(), None)),
            _ => None,
        })
        .collect()
}
