//! Progress on stderr: a line that is redrawn on a terminal, plain lines elsewhere.

use std::time::Duration;

use console::style;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::{Ui, foreign};

const TICK: Duration = Duration::from_millis(100);
/// What ends sooner shows no progress: a line that flashes by only disturbs.
const DELAY: Duration = Duration::from_millis(400);

/// Something that takes long. Dropping it takes the redrawn line away.
pub struct Progress {
    ui: Ui,
    bar: Option<ProgressBar>,
}

impl Progress {
    pub(super) fn start(ui: Ui, what: &str) -> Self {
        let bar = ui.animated.then(|| {
            let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
            let template = "{spinner:.cyan} {msg} {elapsed:.dim}";
            bar.set_style(
                ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_spinner()),
            );
            bar.set_message(foreign::line(what).into_owned());
            let late = bar.downgrade();
            std::thread::spawn(move || {
                std::thread::sleep(DELAY);
                if let Some(bar) = late.upgrade().filter(|bar| !bar.is_finished()) {
                    show(&bar);
                }
            });
            bar
        });
        if bar.is_none() {
            ui.detail(format_args!("{what} …"));
        }
        Self { ui, bar }
    }

    /// One more line of what is being followed, a build's output say.
    pub fn line(&self, line: &str) {
        if self.ui.quiet || self.ui.json {
            return;
        }
        let line = foreign::output(line, console::colors_enabled_stderr());
        match &self.bar {
            Some(bar) => {
                if bar.is_hidden() {
                    show(bar);
                }
                bar.println(style(line).for_stderr().dim().to_string());
            }
            None => self.ui.say_styled(&line),
        }
    }

    /// What is being done now.
    pub fn now(&self, what: &str) {
        match &self.bar {
            Some(bar) => bar.set_message(foreign::line(what).into_owned()),
            None => self.ui.detail(format_args!("{what} …")),
        }
    }
}

fn show(bar: &ProgressBar) {
    bar.set_draw_target(ProgressDrawTarget::stderr());
    bar.enable_steady_tick(TICK);
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
