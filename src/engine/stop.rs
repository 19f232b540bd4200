//! Ctrl-C, and the polite `SIGTERM`: before anything is changed they end the program at once; while changes are
//! applied the first one lets the change under way finish, and the second ends the program.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};

use crate::failure::{Code, Failure};
use crate::ui::Ui;

/// Nothing is being changed: an interrupt ends the program.
const FREE: u8 = 0;
/// Changes are being applied.
const APPLYING: u8 = 1;
/// Changes are being applied, and an interrupt came.
const STOPPING: u8 = 2;

/// The program's answer to interrupts.
#[derive(Clone, Debug)]
pub struct Interrupts {
    state: Arc<AtomicU8>,
    leaving: Arc<AtomicBool>,
}

impl Interrupts {
    /// Starts to listen.
    pub fn listen(ui: Ui) -> Self {
        let interrupts =
            Self { state: Arc::new(AtomicU8::new(FREE)), leaving: Arc::new(AtomicBool::new(false)) };
        let terminal = Terminal::remember();
        let heard = interrupts.clone();
        // Without a handler the program still ends at Ctrl-C, only without a word.
        let _ = ctrlc::set_handler(move || match heard.state.load(Ordering::SeqCst) {
            APPLYING => {
                heard.state.store(STOPPING, Ordering::SeqCst);
                ui.warn("stopping after the change that is under way; Ctrl-C again stops at once");
            }
            state => {
                terminal.restore();
                let what = if state == FREE {
                    "interrupted; nothing was changed"
                } else {
                    "interrupted in the middle of a change"
                };
                heard.leave(ui, &Failure::new(Code::Interrupted, what));
            }
        });
        interrupts
    }

    /// Changes are applied until the guard is dropped.
    pub fn applying(&self) -> Applying<'_> {
        self.state.store(APPLYING, Ordering::SeqCst);
        Applying(self)
    }

    /// Whether somebody asked to stop.
    pub fn is_stopping(&self) -> bool {
        self.state.load(Ordering::SeqCst) == STOPPING
    }

    /// Tells the failure and ends the program. Whoever comes second waits for the end.
    #[allow(clippy::exit, reason = "an interrupt ends the program from whichever thread hears it")]
    fn leave(&self, ui: Ui, failure: &Failure) {
        if !self.leaving.swap(true, Ordering::SeqCst) {
            ui.failure(failure);
            std::process::exit(i32::from(failure.code.exit()));
        }
    }

    /// Whether the interrupt's own thread is ending the program already; then nothing is left to be said.
    pub fn is_leaving(&self) -> bool {
        self.leaving.load(Ordering::SeqCst)
    }
}

/// While it lives, changes are being applied.
pub struct Applying<'i>(&'i Interrupts);

impl Drop for Applying<'_> {
    fn drop(&mut self) {
        self.0.state.store(FREE, Ordering::SeqCst);
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
