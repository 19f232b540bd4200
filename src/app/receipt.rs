//! How a plan went: each change with its outcome.

use super::change::{Change, Outcome};
use super::observed::Observed;
use super::plan::Plan;

/// A plan that was carried out, or as much of it as could be.
#[derive(Clone, Debug)]
pub struct Receipt {
    /// The plan.
    pub plan: Plan,
    /// The outcome of each of its changes, in their order.
    pub outcomes: Vec<Outcome>,
}

impl Receipt {
    /// A plan that nothing was done of yet.
    pub fn new(plan: Plan) -> Self {
        let outcomes = vec![Outcome::Pending; plan.changes.len()];
        Self { plan, outcomes }
    }

    /// The changes with their outcomes.
    pub fn iter(&self) -> impl Iterator<Item = (&Change, &Outcome)> {
        self.plan.changes.iter().zip(&self.outcomes)
    }

    /// Takes the number of the release that a build made from what was read afterwards.
    pub fn learn(&mut self, observed: &Observed) {
        for outcome in &mut self.outcomes {
            if let Outcome::Built { release: Some(id), version, .. } = outcome {
                let made = observed.releases.iter().flatten().find(|release| release.id == *id);
                *version = made.map(|release| release.version);
            }
        }
    }

    /// Whether every change took effect.
    pub fn is_done(&self) -> bool {
        self.outcomes.iter().all(Outcome::is_done)
    }

    /// Whether any change took effect.
    pub fn has_begun(&self) -> bool {
        self.outcomes.iter().any(Outcome::is_done)
    }
}
