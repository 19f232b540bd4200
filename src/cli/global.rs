//! The options that every command takes.

use crate::ui::Color;

/// The options that every command takes.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Global options")]
pub struct Global {
    /// The app; commands on many apps take it several times
    #[arg(short, long = "app", global = true, value_name = "APP", add = crate::commands::completions::apps())]
    pub apps: Vec<String>,
    /// The git remote that names the app
    #[arg(short, long, global = true, value_name = "REMOTE", conflicts_with = "apps")]
    pub remote: Option<String>,
    /// All apps of a pipeline
    #[arg(long, global = true, value_name = "PIPELINE", conflicts_with_all = ["apps", "remote", "team"])]
    pub pipeline: Option<String>,
    /// All apps of a team
    #[arg(long, global = true, value_name = "TEAM", conflicts_with_all = ["apps", "remote"])]
    pub team: Option<String>,
    /// Print one JSON document; never ask
    #[arg(long, global = true)]
    pub json: bool,
    /// Apply without asking
    #[arg(short, long, global = true, conflicts_with = "dry_run")]
    pub yes: bool,
    /// Show the plan and change nothing
    #[arg(short = 'n', long, global = true)]
    pub dry_run: bool,
    /// Exit with 3 when changes are pending
    #[arg(long, global = true)]
    pub exit_code: bool,
    /// Say only what was asked for
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Say also what is requested of whom
    #[arg(short, long, global = true)]
    pub verbose: bool,
    /// When to color
    #[arg(long, global = true, value_enum, default_value_t, value_name = "WHEN")]
    pub color: Color,
    /// Run against the embedded sandbox: no account, no network
    #[arg(long, global = true)]
    pub sandbox: bool,
}
