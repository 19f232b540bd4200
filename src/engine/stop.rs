//! Ctrl-C and `SIGTERM`. Before anything is applied they end the program at once. From the first write to the end of
//! the run the first one lets the request under way finish, and skips everything after it; the second one ends the
//! program. Either way the report comes from what was written.

use std::fmt::Write as _;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::app::change::Outcome;
use crate::app::{Plan, Receipt};
use crate::failure::{Code, Failure, Result};
use crate::temporary;
use crate::ui::{self, Ui};

/// Nothing is being applied: an interrupt ends the program.
const IDLE: u8 = 0;
/// A run is applying or verifying changes.
const RUNNING: u8 = 1;
/// The same, and it was asked to stop.
const STOPPING: u8 = 2;

/// Whether the run should stop, and what it has changed so far. Shared by all threads of the program.
#[derive(Clone, Debug, Default)]
pub struct Stop(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    state: AtomicU8,
    leaving: AtomicBool,
    /// A run that is over, and reported, has changed something.
    has_changed: AtomicBool,
    /// What was changed so far, while changes are applied and verified.
    account: Mutex<Option<Account>>,
}

/// What a run has changed so far.
#[derive(Debug)]
struct Account {
    /// The receipt of each app, in their order. A change that is being sent is [`Outcome::Unknown`].
    receipts: Vec<Receipt>,
    /// Whether JSON is an array.
    many: bool,
}

impl Stop {
    /// Starts to listen for interrupts.
    pub fn listen(ui: Ui) -> Self {
        let stop = Self::default();
        let terminal = Terminal::remember();
        let heard = stop.clone();
        // Without a handler the program still ends at Ctrl-C, only without a word.
        let _ = ctrlc::set_handler(move || {
            let state = &heard.0.state;
            if state.compare_exchange(RUNNING, STOPPING, Ordering::SeqCst, Ordering::SeqCst).is_ok() {
                ui.warn("stopping after the request under way; press Ctrl-C again to stop now");
                return;
            }
            terminal.restore();
            heard.leave(ui);
        });
        stop
    }

    /// A run applies and verifies these plans until the guard is dropped.
    pub fn running(&self, plans: &[Plan], many: bool) -> Running<'_> {
        let receipts = plans.iter().cloned().map(Receipt::new).collect();
        *self.account() = Some(Account { receipts, many });
        self.0.state.store(RUNNING, Ordering::SeqCst);
        Running(self)
    }

    /// Whether the run should stop.
    pub fn is_requested(&self) -> bool {
        self.0.state.load(Ordering::SeqCst) == STOPPING
    }

    /// Asked before every request that writes: fails when the run should stop.
    pub fn check(&self) -> Result {
        if self.is_requested() { Err(Failure::new(Code::Interrupted, "interrupted")) } else { Ok(()) }
    }

    /// These changes of the `nth` app are being sent.
    pub fn started(&self, nth: usize, changes: &[usize]) {
        self.settle(nth, changes.iter().map(|at| (*at, Outcome::Unknown)));
    }

    /// What became of changes of the `nth` app.
    pub fn settle(&self, nth: usize, outcomes: impl IntoIterator<Item = (usize, Outcome)>) {
        if let Some(receipt) = self.account().as_mut().and_then(|account| account.receipts.get_mut(nth)) {
            outcomes.into_iter().for_each(|(at, outcome)| receipt.outcomes[at] = outcome);
        }
    }

    fn account(&self) -> MutexGuard<'_, Option<Account>> {
        self.0.account.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Prints the account and ends the program. A second thread waits for the end. The lock stays taken, so that the
    /// run cannot print its own report at the same time.
    #[allow(clippy::exit, reason = "an interrupt ends the program from whichever thread hears it")]
    fn leave(&self, ui: Ui) {
        if self.0.leaving.swap(true, Ordering::SeqCst) {
            return;
        }
        let account = self.account();
        let is_writing = self.is_requested();
        let receipts = account.as_ref().map_or(&[][..], |account| &account.receipts);
        let mut failure = interrupted(receipts, is_writing);
        if account.is_none() && self.0.has_changed.load(Ordering::SeqCst) {
            failure = Failure::new(Code::Interrupted, "interrupted; the changes above were made before");
        }
        if let (true, Some(account)) = (ui.json, account.as_ref()) {
            failure.is_reported = ui.json(&account.to_json(&failure)).is_ok();
        }
        if !failure.is_reported {
            ui.failure(&failure);
        }
        temporary::remove_all();
        std::process::exit(i32::from(failure.code.exit()));
    }
}

impl Account {
    /// The document of the run: each app as far as it got.
    fn to_json(&self, failure: &Failure) -> serde_json::Value {
        let mut is_before = true;
        let documents = self.receipts.iter().map(|receipt| {
            let mut receipt = receipt.clone();
            let is_finished = receipt.outcomes.iter().all(Outcome::is_done);
            let is_stopped_here = is_before && !is_finished;
            is_before &= is_finished;
            let pending = receipt.outcomes.iter_mut().filter(|outcome| **outcome == Outcome::Pending);
            pending.for_each(|outcome| *outcome = Outcome::Skipped);
            ui::receipt::to_json(&receipt, is_stopped_here.then_some(failure))
        });
        ui::one_or_many(documents.collect(), self.many)
    }
}

/// What an interrupt that ends the program reports.
fn interrupted(receipts: &[Receipt], is_writing: bool) -> Failure {
    let short = |keep: fn(&Outcome) -> bool| -> Vec<String> {
        let changes = receipts.iter().flat_map(Receipt::iter);
        changes.filter(|(_, outcome)| keep(outcome)).map(|(change, _)| ui::short(change)).collect()
    };
    let done = short(Outcome::is_done);
    let sent = short(|outcome| *outcome == Outcome::Unknown);
    let mut message = String::from("interrupted");
    if is_writing {
        message += " while a change was being sent";
    } else if done.is_empty() {
        return Failure::new(Code::Interrupted, "interrupted; nothing was changed");
    }
    for (word, changes) in [("done", done), ("not known whether done", sent)] {
        if !changes.is_empty() {
            let _ = write!(message, "; {word}: {}", changes.join(", "));
        }
    }
    Failure::new(Code::Interrupted, message)
        .hint("run the same command again: it continues from what is in effect")
}

/// While it lives, a run applies or verifies changes.
pub struct Running<'s>(&'s Stop);

impl Running<'_> {
    /// The run prints its report from here on: an interrupt prints no second document.
    pub fn reporting(&self) {
        if let Some(account) = self.0.account().take() {
            let has_changed =
                account.receipts.iter().any(|receipt| receipt.outcomes.iter().any(Outcome::is_done));
            self.0.0.has_changed.fetch_or(has_changed, Ordering::SeqCst);
        }
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.reporting();
        self.0.0.state.store(IDLE, Ordering::SeqCst);
    }
}

/// The terminal as it was before a prompt hid the cursor or what is typed.
struct Terminal {
    #[cfg(unix)]
    modes: Option<rustix::termios::Termios>,
}

impl Terminal {
    fn remember() -> Self {
        Self {
            #[cfg(unix)]
            modes: rustix::termios::tcgetattr(std::io::stdin()).ok(),
        }
    }

    fn restore(&self) {
        #[cfg(unix)]
        if let Some(modes) = &self.modes {
            let _ =
                rustix::termios::tcsetattr(std::io::stdin(), rustix::termios::OptionalActions::Now, modes);
            let _ = console::Term::stderr().show_cursor();
        }
    }
}
