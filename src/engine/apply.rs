//! Carries a plan out, round by round, and rolls back what must not stay when its build or release fails.

use std::thread;

use super::Services;
use super::executors::{Executor, Undone, outcome_of, watching};
use super::schedule;
use super::source::Prepared;
use crate::app::change::{Change, Outcome};
use crate::app::{Plan, Receipt};
use crate::failure::{Code, Failure};
use crate::ui;

/// A plan that was carried out, and what stopped it where something did.
pub(super) struct Applied {
    pub(super) receipt: Receipt,
    pub(super) failure: Option<Failure>,
}

/// What became of the changes of a lane, and what stopped it. Changes without an outcome were not begun.
#[derive(Default)]
struct Ended {
    outcomes: Vec<Outcome>,
    failure: Option<Failure>,
}

/// Carries the plan of the `nth` app out, as far as it goes.
pub(super) fn apply(services: &dyn Services, nth: usize, plan: Plan, prepared: &Prepared) -> Applied {
    let mut receipt = Receipt::new(plan);
    let progress = services.ui().progress(format_args!("changing {}", receipt.plan.app.name));
    let plan = receipt.plan.clone();
    let executor = Executor { services, plan: &plan, prepared, progress: &progress, nth, heeds_stop: true };
    let mut failure = None;
    for lanes in schedule::rounds(&plan.changes) {
        if failure.is_some() {
            break;
        }
        let ended = at_once(&lanes, |lane| run_lane(&executor, lane));
        for (lane, ended) in lanes.iter().zip(ended) {
            for (place, at) in lane.iter().enumerate() {
                receipt.outcomes[*at] = ended.outcomes.get(place).cloned().unwrap_or(Outcome::Skipped);
            }
            failure = failure.or(ended.failure);
        }
    }
    for outcome in receipt.outcomes.iter_mut().filter(|outcome| **outcome == Outcome::Pending) {
        *outcome = Outcome::Skipped;
    }
    if plan.roll_back && failure.as_ref().is_some_and(|failure| has_failed_build(&receipt, failure)) {
        progress.now("rolling back");
        failure = failure.map(|failure| roll_back(&executor, &mut receipt, failure));
    }
    let failure = failure.map(|failure| with_account(failure, &receipt));
    Applied { receipt, failure }
}

/// Runs the lanes of a round at the same time; what each came to is in the lanes' order. A lane that panics leaves it
/// unknown what became of its changes.
fn at_once(lanes: &[Vec<usize>], run: impl Fn(&[usize]) -> Ended + Sync) -> Vec<Ended> {
    let run = &run;
    thread::scope(|scope| {
        let running: Vec<_> = lanes.iter().map(|lane| scope.spawn(move || run(lane))).collect();
        lanes
            .iter()
            .zip(running)
            .map(|(lane, thread)| {
                thread.join().unwrap_or_else(|_| Ended {
                    outcomes: vec![Outcome::Unknown; lane.len()],
                    failure: Some(Failure::new(
                        Code::Failed,
                        "a part of the program broke off; this is a bug of dd-heroku",
                    )),
                })
            })
            .collect()
    })
}

/// Makes the changes of one lane, one after the other, config vars all at once, until one fails.
fn run_lane(executor: &Executor<'_>, lane: &[usize]) -> Ended {
    let stop = executor.services.stop();
    let changes: Vec<_> = lane.iter().map(|at| &executor.plan.changes[*at]).collect();
    if changes.iter().all(|change| schedule::is_config(change)) {
        stop.started(executor.nth, lane);
        let ended = match executor.config(&changes) {
            Ok(()) => Ended { outcomes: vec![Outcome::Done; lane.len()], failure: None },
            Err(failure) if failure.code == Code::Interrupted => {
                Ended { outcomes: Vec::new(), failure: Some(failure) }
            }
            Err(failure) => {
                Ended { outcomes: vec![outcome_of(&failure); lane.len()], failure: Some(failure) }
            }
        };
        let outcomes = ended.outcomes.iter().cloned().chain(std::iter::repeat(Outcome::Skipped));
        stop.settle(executor.nth, lane.iter().copied().zip(outcomes));
        return ended;
    }
    let mut ended = Ended::default();
    for (at, change) in lane.iter().zip(changes) {
        stop.started(executor.nth, &[*at]);
        let (outcome, failure) = match executor.execute(change) {
            Ok(outcome) => (outcome, None),
            Err(Undone { outcome, failure }) => (outcome, Some(failure)),
        };
        stop.settle(executor.nth, [(*at, outcome.clone())]);
        ended.outcomes.push(outcome);
        ended.failure = failure;
        if ended.failure.is_some() {
            break;
        }
    }
    ended
}

/// Whether the build failed, or its own release: not one that still runs, nor a release downstream.
fn has_failed_build(receipt: &Receipt, failure: &Failure) -> bool {
    matches!(failure.code, Code::BuildFailed | Code::ReleaseFailed) && has_rebuild(receipt, &Outcome::Failed)
}

fn has_rebuild(receipt: &Receipt, outcome: &Outcome) -> bool {
    receipt.iter().any(|(change, ended)| matches!(change, Change::Rebuild(_)) && ended == outcome)
}

/// Rolls back what decides how a slug is compiled: buildpacks, then all config vars in one request. Every one of the two
/// is tried; what could not be rolled back stays in effect, and the receipt says so.
fn roll_back(executor: &Executor<'_>, receipt: &mut Receipt, mut failure: Failure) -> Failure {
    let (config, rest): (Vec<_>, Vec<_>) =
        receipt.rollback().into_iter().partition(|(_, change)| schedule::is_config(change));
    let app = &executor.plan.app.name;
    let stop = executor.services.stop();
    let started = |places: &[(usize, Change)]| {
        stop.started(executor.nth, &places.iter().map(|(at, _)| *at).collect::<Vec<_>>());
    };
    let mut settle = |places: &[(usize, Change)], result: Result<(), Failure>| match result {
        Ok(()) => {
            for (at, _) in places {
                receipt.outcomes[*at] = Outcome::RolledBack;
            }
            stop.settle(executor.nth, places.iter().map(|(at, _)| (*at, Outcome::RolledBack)));
        }
        Err(cause) => {
            stop.settle(executor.nth, places.iter().map(|(at, _)| (*at, receipt.outcomes[*at].clone())));
            let names: Vec<_> = places.iter().map(|(at, _)| ui::short(&executor.plan.changes[*at])).collect();
            failure.hints.push(format!("not rolled back: {}: {:#}", names.join(", "), cause.error));
            failure.hints.extend(places.iter().filter_map(|(_, change)| by_hand(change, app)));
        }
    };
    let executor = Executor { heeds_stop: false, ..*executor };
    for place in rest {
        started(std::slice::from_ref(&place));
        let result = executor.execute(&place.1).map(drop).map_err(|undone| undone.failure);
        settle(std::slice::from_ref(&place), result);
    }
    if !config.is_empty() {
        started(&config);
        let changes: Vec<_> = config.iter().map(|(_, change)| change).collect();
        let result = executor.config(&changes);
        settle(&config, result);
    }
    failure
}

/// The command that makes a change of a roll-back by hand.
fn by_hand(change: &Change, app: &str) -> Option<String> {
    match change {
        Change::ConfigUnset { key, .. } => {
            Some(format!("dd-heroku config unset {key} --no-rebuild -a {app}"))
        }
        Change::ConfigSet { key, after, secret: false, .. } => {
            Some(format!("dd-heroku config set {key}={} --no-rebuild -a {app}", after.expose()))
        }
        Change::BuildpacksSet { .. } => Some(format!("dd-heroku buildpacks show -a {app}")),
        _ => None,
    }
}

/// Adds what is done and what is left, and that the same command goes on from there.
fn with_account(failure: Failure, receipt: &Receipt) -> Failure {
    if !receipt.has_begun() && !receipt.outcomes.contains(&Outcome::RolledBack) {
        return failure.hint("nothing was changed");
    }
    let failure = failure.hint(ui::receipt::story(receipt));
    if has_rebuild(receipt, &Outcome::Unknown) {
        // To run the command again would build again, once that build has ended.
        let hint = watching(&receipt.plan.app.name);
        return if failure.hints.contains(&hint) { failure } else { failure.hint(hint) };
    }
    if receipt.outcomes.contains(&Outcome::RolledBack) {
        return failure.hint("`--keep` would leave the new values set");
    }
    failure.hint("run the same command again: it continues from what is in effect")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::change::{Rebuild, Source};

    #[test]
    fn a_build_that_still_runs_is_not_rolled_back() {
        let rebuild = Rebuild {
            commit: "60883d9e8947a57e04dc9124f25df004866a2051".into(),
            release: None,
            slug_size: None,
            source: Source::Checkout,
            last_build: None,
            clear_cache: false,
            expects: None,
        };
        let plan = Plan { changes: vec![Change::Rebuild(rebuild)], ..Plan::default() };
        let receipt = |outcome| Receipt { plan: plan.clone(), outcomes: vec![outcome] };
        let failure = Failure::new(Code::BuildFailed, "it did not end in time");
        assert!(has_failed_build(&receipt(Outcome::Failed), &failure));
        assert!(!has_failed_build(&receipt(Outcome::Unknown), &failure));
        let downstream = Failure::new(Code::ReleaseFailed, "a release downstream failed");
        let built = Outcome::Built { id: "b".into(), release: None, version: None };
        assert!(!has_failed_build(&receipt(built), &downstream));
    }

    #[test]
    fn a_lane_that_panics_leaves_the_outcomes_of_the_others_in_their_places() {
        let lanes = [vec![0], vec![1, 2], vec![3]];
        let ended = at_once(&lanes, |lane| match lane {
            [1, 2] => panic!("a lane that breaks off"),
            lane => Ended { outcomes: vec![Outcome::Done; lane.len()], failure: None },
        });
        let outcomes: Vec<_> = ended.iter().map(|ended| ended.outcomes.clone()).collect();
        let (done, unknown) = (Outcome::Done, Outcome::Unknown);
        assert_eq!(outcomes, [vec![done.clone()], vec![unknown; 2], vec![done]]);
        assert_eq!(ended.iter().filter(|ended| ended.failure.is_some()).count(), 1);
    }
}
