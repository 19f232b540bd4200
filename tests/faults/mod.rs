//! The fault matrix: every changing command, with everything that may become of each of its requests. The next run
//! ends where an undisturbed one does, nothing is done twice, and what the disturbed run says is true.
//!
//! Each run tries a part of it; `tests/run --all` tries all of it, `DD_HEROKU_TEST_FAULTS="config set"` all of one command.

mod cases;
mod essence;
mod judge;
mod kinds;
mod place;
mod start;
mod walk;

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use crate::flags::grammar;
use cases::CASES;
pub(crate) use essence::of_app;
use walk::{Step, Walk};

/// At how many steps the machine is kept busy at once: most of the time they wait.
const AT_ONCE: usize = 6;

#[test]
fn every_command_that_changes_something_is_in_the_matrix() {
    let changing: BTreeSet<_> =
        grammar::leaves().into_iter().filter(|(_, flags)| flags.contains_key("dry-run")).collect();
    let changing: BTreeSet<_> = changing.iter().map(|(path, _)| path.as_str()).collect();
    let listed: BTreeSet<_> = CASES.iter().map(|case| case.path).collect();
    assert_eq!(changing, listed, "tests/faults/cases.rs does not match the grammar");
}

#[test]
#[allow(clippy::print_stdout, reason = "how much of the matrix was tried is shown with --nocapture")]
fn after_any_fault_at_any_request_the_next_run_ends_as_an_undisturbed_one() {
    let asked = walk::asked().filter(|asked| asked != "all");
    let cases = CASES.iter().filter(|case| asked.as_ref().is_none_or(|asked| asked == case.path));
    let (walks, wrong): (Vec<_>, Vec<_>) = cases.map(Walk::new).partition(Result::is_ok);
    let walks: Vec<Walk> = walks.into_iter().flatten().collect();
    let steps: Vec<Step> = walks.iter().flat_map(Walk::steps).collect();
    let wrong = Mutex::new(wrong.into_iter().filter_map(Result::err).collect::<Vec<_>>());
    let next = AtomicUsize::new(0);
    thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                loop {
                    let nth = next.fetch_add(1, Ordering::Relaxed);
                    let Some(step) = steps.get(nth) else { break };
                    let faults = step.try_out();
                    if nth > 0 && nth.is_multiple_of(500) {
                        println!("fault matrix: {nth} of {} cases", steps.len());
                    }
                    if let Some(fault) = &faults {
                        println!("{fault}");
                    }
                    wrong.lock().unwrap_or_else(PoisonError::into_inner).extend(faults);
                }
            });
        }
    });
    let wrong = wrong.into_inner().unwrap();
    println!("fault matrix: {} commands, {} cases, {} problems", walks.len(), steps.len(), wrong.len());
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), steps.len(), wrong.join("\n\n"));
}
