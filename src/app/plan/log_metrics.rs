//! What the organization has at Datadog for log-based metrics.

use crate::app::change::Change;
use crate::app::codes;
use crate::app::desired::{Desired, LogMetrics, Note};
use crate::app::facts::Facts;
use crate::app::metrics::change;

pub(super) fn changes(desired: &Desired, facts: &Facts, notes: &mut Vec<Note>) -> Vec<Change> {
    let Some(current) = &facts.log_metrics else { return Vec::new() };
    let changes = match desired.log_metrics {
        LogMetrics::Keep => return Vec::new(),
        LogMetrics::Present { dashboard } => {
            let (changes, different) = change::enable(&current.existing, dashboard);
            notes.extend(different.into_iter().map(|measure| {
                let message =
                    format!("`{}` exists with another definition; it is left as it is", measure.id());
                Note::new(codes::METRIC_DIFFERS, message)
            }));
            changes
        }
        LogMetrics::Absent => change::disable(&current.existing),
    };
    changes.into_iter().map(|change| Change::Datadog { access: current.access.clone(), change }).collect()
}
