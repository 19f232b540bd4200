//! How a plan went: each change with its outcome.

use super::change::{Change, Outcome};
use super::facts::Facts;
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
    /// A plan before anything was applied.
    pub fn new(plan: Plan) -> Self {
        let outcomes = vec![Outcome::Pending; plan.changes.len()];
        Self { plan, outcomes }
    }

    /// A plan that was not begun.
    pub fn skipped(plan: Plan) -> Self {
        let outcomes = vec![Outcome::Skipped; plan.changes.len()];
        Self { plan, outcomes }
    }

    /// The changes with their outcomes.
    pub fn iter(&self) -> impl Iterator<Item = (&Change, &Outcome)> {
        self.plan.changes.iter().zip(&self.outcomes)
    }

    /// Takes the number of the release that a build made from what was read afterwards.
    pub fn learn(&mut self, facts: &Facts) {
        for outcome in &mut self.outcomes {
            if let Outcome::Built { release: Some(id), version, .. } = outcome {
                let made = facts.releases.iter().flatten().find(|release| release.id == *id);
                *version = made.map(|release| release.version);
            }
        }
    }

    /// Takes back what was said of settings that are not in effect: what was read afterwards has them planned again.
    pub fn correct(&mut self, left: &Plan) {
        for (change, outcome) in self.plan.changes.iter().zip(&mut self.outcomes) {
            if *outcome == Outcome::Done && left.changes.iter().any(|other| change.is_same(other)) {
                *outcome = Outcome::Failed;
            }
        }
    }

    /// The config vars and buildpacks that were changed, by place, each with the change that rolls it back.
    pub fn rollback(&self) -> Vec<(usize, Change)> {
        let done = self.iter().enumerate().filter(|(_, (_, outcome))| outcome.is_done());
        done.filter_map(|(at, (change, _))| Some((at, inverse(change)?))).collect()
    }

    /// Whether anything may be different from before.
    pub fn has_begun(&self) -> bool {
        self.iter().any(|(change, outcome)| match outcome {
            // A build or promotion that failed may have run its release phase.
            Outcome::Failed => matches!(change, Change::Rebuild(_) | Change::Promote(_)),
            outcome => outcome.is_done() || *outcome == Outcome::Unknown,
        })
    }
}

/// The change that undoes another, of what decides how a slug is compiled.
fn inverse(change: &Change) -> Option<Change> {
    Some(match change {
        Change::ConfigSet { key, before: Some(before), after, secret } => Change::ConfigSet {
            key: key.clone(),
            before: Some(after.clone()),
            after: before.clone(),
            secret: *secret,
        },
        Change::ConfigSet { key, before: None, after, secret } => {
            Change::ConfigUnset { key: key.clone(), before: after.clone(), secret: *secret }
        }
        Change::ConfigUnset { key, before, secret } => {
            Change::ConfigSet { key: key.clone(), before: None, after: before.clone(), secret: *secret }
        }
        Change::BuildpacksSet { before, after } => {
            Change::BuildpacksSet { before: after.clone(), after: before.clone() }
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::Buildpack;
    use crate::secret::Secret;

    #[test]
    fn what_is_undone_is_as_it_was() {
        let secret = |text: &str| Secret::new(text);
        let changes = vec![
            Change::ConfigSet { key: "A".into(), before: None, after: secret("1"), secret: false },
            Change::ConfigSet {
                key: "B".into(),
                before: Some(secret("1")),
                after: secret("2"),
                secret: false,
            },
            Change::ConfigUnset { key: "C".into(), before: secret("3"), secret: true },
            Change::BuildpacksSet { before: vec![], after: vec![Buildpack::of("heroku/ruby")] },
            Change::FeatureEnable { name: "x".into() },
            Change::ConfigSet { key: "D".into(), before: None, after: secret("4"), secret: false },
        ];
        let plan = Plan { changes: changes.clone(), ..Plan::default() };
        let mut outcomes = vec![Outcome::Done; 6];
        outcomes[5] = Outcome::Failed;
        let undoing = Receipt { plan, outcomes }.rollback();
        assert_eq!(undoing.iter().map(|(at, _)| *at).collect::<Vec<_>>(), [0, 1, 2, 3]);
        for (at, change) in undoing {
            assert_eq!(inverse(&change).as_ref(), Some(&changes[at]));
        }
    }
}
