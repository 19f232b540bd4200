//! The flags that every command takes.

use crate::heroku::RESERVE;
use crate::ui::Color;

/// The flags that every command takes.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Global options")]
pub struct Global {
    /// Print one JSON document and never ask
    #[arg(long, global = true)]
    pub json: bool,
    /// Print answers, warnings and errors only
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Show every API request
    #[arg(short, long, global = true)]
    pub verbose: bool,
    /// When to use color
    #[arg(long, global = true, value_enum, default_value_t, value_name = "WHEN")]
    pub color: Color,
    /// Slow reads down when this many requests are left of Heroku's rate limit
    #[arg(long, global = true, value_name = "N", default_value_t = RESERVE)]
    pub rate_reserve: u32,
    /// Run against the embedded sandbox: no account, no network
    #[arg(long, global = true)]
    pub sandbox: bool,
}
