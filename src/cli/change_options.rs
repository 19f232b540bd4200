//! How a command that changes something goes about it.

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
    /// Whether anything may be changed: never with `--dry-run`, and with JSON only where `--yes` says so.
    pub fn may_apply(self, is_json: bool) -> bool {
        !self.dry_run && (self.yes || !is_json)
    }
}
