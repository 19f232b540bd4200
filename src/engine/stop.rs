//! Ctrl-C, and the polite `SIGTERM`. Before anything is applied they end the program at once. From the first write to
//! the end of the run the first one lets the request under way finish, and everything after it is left; the second
//! one ends the program. Either way what is said comes from what was written.

use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crate::failure::{Code, Failure, Result};
use crate::ui::Ui;

/// Nothing is being applied: an interrupt ends the program.
const IDLE: u8 = 0;
/// A run is applying or verifying changes.
const RUNNING: u8 = 1;
/// The same, and it was asked to stop.
const STOPPING: u8 = 2;

/// Whether the run is to stop, and what it has changed so far. Shared by all threads of the program.
#[derive(Clone, Debug, Default)]
pub struct Stop(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    state: AtomicU8,
    leaving: AtomicBool,
    /// The changes that took effect, in a few words each.
    done: Mutex<Vec<String>>,
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
            let is_writing = state.load(Ordering::SeqCst) == STOPPING;
            heard.leave(ui, &heard.account(is_writing));
        });
        stop
    }

    /// A run applies and verifies changes until the guard is dropped.
    pub fn running(&self) -> Running<'_> {
        self.0.state.store(RUNNING, Ordering::SeqCst);
        Running(self)
    }

    /// Whether the run is to stop.
    pub fn is_requested(&self) -> bool {
        self.0.state.load(Ordering::SeqCst) == STOPPING
    }

    /// Asked before every request that writes: fails when the run is to stop.
    pub fn check(&self) -> Result {
        if self.is_requested() { Err(Failure::new(Code::Interrupted, "interrupted")) } else { Ok(()) }
    }

    /// A change took effect.
    pub fn record(&self, change: String) {
        self.0.done.lock().unwrap_or_else(PoisonError::into_inner).push(change);
    }

    /// What an interrupt that ends the program says.
    fn account(&self, is_writing: bool) -> Failure {
        let done = self.0.done.lock().unwrap_or_else(PoisonError::into_inner);
        match (done.as_slice(), is_writing) {
            ([], false) => Failure::new(Code::Interrupted, "interrupted; nothing was changed"),
            ([], true) => Failure::new(Code::Interrupted, "interrupted while a change was being sent")
                .hint("run the same command again: it continues from what is in effect"),
            (done, is_writing) => {
                let when = if is_writing { " while a change was being sent" } else { "" };
                Failure::new(Code::Interrupted, format_args!("interrupted{when}; done: {}", done.join(", ")))
                    .hint("run the same command again: it continues from what is in effect")
            }
        }
    }

    /// Prints the failure and ends the program. A second thread waits for the end.
    #[allow(clippy::exit, reason = "an interrupt ends the program from whichever thread hears it")]
    fn leave(&self, ui: Ui, failure: &Failure) {
        if !self.0.leaving.swap(true, Ordering::SeqCst) {
            ui.failure(failure);
            std::process::exit(i32::from(failure.code.exit()));
        }
    }
}

/// While it lives, a run applies or verifies changes.
pub struct Running<'s>(&'s Stop);

impl Drop for Running<'_> {
    fn drop(&mut self) {
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
