//! The verdict on an Agent, as a person sees it.

use console::style;

use super::foreign::{line, lines};

use crate::app::agent::Status;
use crate::app::agent::verdict::{Level, Remark};

/// What a dyno's Agent says of itself, or why it says nothing.
pub fn dyno(name: &str, judged: Result<&(Status, Vec<Remark>), &String>) -> String {
    let name = line(name);
    let (status, remarks) = match judged {
        Ok(judged) => judged,
        Err(why) => return format!("{}\n  {} {}", style(name).bold(), sign(Level::Bad), lines(why)),
    };
    let version = line(status.version.as_deref().unwrap_or("?"));
    let since = status.started_at.as_ref().map(|time| format!(" since {}", line(time))).unwrap_or_default();
    let head = format!("{} · Agent {version}{since}", style(name).bold());
    let lines = remarks
        .iter()
        .map(|Remark { level, about, text }| format!("  {} {about:7} {}", sign(*level), line(text)));
    std::iter::once(head).chain(lines).collect::<Vec<_>>().join("\n")
}

fn sign(level: Level) -> String {
    match level {
        Level::Good => style("✓").green(),
        Level::Doubt => style("?").yellow(),
        Level::Bad => style("✗").red(),
    }
    .bold()
    .to_string()
}
