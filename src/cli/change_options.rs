//! How a command that changes something goes about it.

use super::targets::Targets;
use crate::engine::Mode;
use crate::ui::Ui;

/// How a command that changes something goes about it.
#[derive(Clone, Copy, Debug, Default, clap::Args)]
#[command(next_help_heading = "Changes")]
pub struct ChangeOptions {
    /// Apply without asking
    #[arg(short, long, conflicts_with = "dry_run")]
    pub yes: bool,
    /// Show the plan and change nothing
    #[arg(short = 'n', long)]
    pub dry_run: bool,
    /// Exit with 3 when changes are pending
    #[arg(long)]
    pub exit_code: bool,
}

impl ChangeOptions {
    /// How far a run on these apps goes.
    pub fn mode(self, targets: &Targets) -> Mode {
        let Self { yes, dry_run, exit_code } = self;
        Mode { yes, dry_run, exit_code, many: targets.are_many(), by_name: false }
    }

    /// Whether a person may be asked how to go on.
    pub fn may_ask(self, ui: Ui) -> bool {
        ui.interactive && !self.yes && !self.dry_run
    }

    /// Whether anything may be changed: never with `--dry-run`, and with JSON only where `--yes` says so.
    pub fn may_apply(self, ui: Ui) -> bool {
        !self.dry_run && (self.yes || !ui.json)
    }
}
