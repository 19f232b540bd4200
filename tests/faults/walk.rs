//! A command's requests, and what may become of each.

use std::process::Output;
use std::sync::{Mutex, PoisonError};

use serde_json::Value;

use super::cases::Case;
use super::judge;
use super::kinds::{FAILING_BUILD, HANG, Kind, READS, WRITES};
use super::place::{Place, Request};

/// A command that nothing disturbs: its requests, and where it ends.
pub(super) struct Walk {
    case: &'static Case,
    requests: Vec<Request>,
    end: Value,
}

/// One fault at one request of a command.
pub(super) struct Step<'a> {
    walk: &'a Walk,
    request: &'a Request,
    kind: &'static Kind,
    /// Which of the requests that are alike.
    nth: u64,
    /// Whether it is asked for JSON.
    json: bool,
}

impl Walk {
    /// Runs the command twice: the second time there is nothing to do.
    pub(super) fn new(case: &'static Case) -> Result<Self, String> {
        let place = case.start.place();
        let first = run(&place, case, false, None);
        let (requests, end) = (place.requests(), place.end());
        let again = run(&place, case, true, None);
        let is_well = first.status.success() && again.status.success();
        if is_well && judge::changes(&again).unwrap_or_default().is_empty() && place.end() == end {
            return Ok(Self { case, requests, end });
        }
        let head = format!("## {} {:?}, undisturbed", case.path, case.start);
        Err(format!("{head}\n--- first\n{}\n--- second\n{}", text(&first), text(&again)))
    }

    /// Its part of the matrix, or all of it.
    pub(super) fn steps(&self) -> Vec<Step<'_>> {
        let mut steps = Vec::new();
        for (at, request) in self.requests.iter().enumerate() {
            let is_like =
                |other: &&Request| other.method == request.method && other.pattern() == request.pattern();
            let nth = self.requests[..=at].iter().filter(is_like).count() as u64;
            let build =
                (request.method == "POST" && request.path.ends_with("/builds")).then_some(&FAILING_BUILD);
            for (number, kind) in kinds(at, request.is_write).chain(build).enumerate() {
                steps.push(Step { walk: self, request, kind, nth, json: (at + number).is_multiple_of(2) });
            }
        }
        steps
    }
}

/// What becomes of the request at this place in this run: all kinds, or some in turn.
fn kinds(at: usize, is_write: bool) -> Box<dyn Iterator<Item = &'static Kind>> {
    let (all, part) = if is_write { (WRITES, 2) } else { (READS, usize::from(at.is_multiple_of(3))) };
    if asked().is_some() {
        // It takes half a minute.
        let hang = at.is_multiple_of(8).then_some(&HANG);
        return Box::new(all.iter().chain(hang));
    }
    Box::new((0..part).map(move |more| &all[(at * part + more) % all.len()]))
}

/// What of the matrix is tried whole: `all` commands, or the one of this name.
#[allow(clippy::disallowed_methods, reason = "the test's own environment is the machine's")]
pub(super) fn asked() -> Option<String> {
    std::env::var("DD_HEROKU_TEST_FAULTS").ok().filter(|value| !value.is_empty())
}

impl Step<'_> {
    /// Runs the command with the fault, then without, and says what is wrong.
    pub(super) fn try_out(&self) -> Option<String> {
        static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
        let case = self.walk.case;
        let lock =
            case.start.is_shared().then(|| ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner));
        let place = case.start.place();
        let faults = self.kind.faults(&self.request.method, &self.request.pattern(), self.nth);
        let first = run(&place, case, self.json, Some(&faults));
        let is_done = |request: &Request| request.changes() && request.is_done;
        let has_written =
            (self.request.changes() && self.kind.has_effect) || place.requests().iter().any(is_done);
        let end = first.status.success().then(|| place.end());
        let second = run(&place, case, true, None);
        let problems = judge::problems(&judge::Runs {
            first: &first,
            has_written,
            end_of_first: end.as_ref(),
            second: &second,
            end: &place.end(),
            undisturbed: &self.walk.end,
        });
        drop(lock);
        (!problems.is_empty()).then(|| {
            let Self { request, kind, nth, .. } = self;
            let head = format!(
                "{} {:?}: {} at {} {} ({nth})",
                case.path, case.start, kind.name, request.method, request.path
            );
            format!(
                "## {head}\n{}\n--- first\n{}\n--- second\n{}",
                problems.join("\n"),
                text(&first),
                text(&second)
            )
        })
    }
}

fn run(place: &Place, case: &Case, json: bool, faults: Option<&Value>) -> Output {
    let path = case.path.split(' ');
    let more = json.then_some("--json").into_iter().chain(["--yes"]);
    let arguments: Vec<_> = path.chain(case.arguments.iter().copied()).chain(more).collect();
    place.run(&arguments, case.stdin, faults)
}

fn text(output: &Output) -> String {
    format!(
        "{}{}{}",
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}
