//! What the runtime says: single lines on stderr, at the level that `DD_LOG_LEVEL` allows. Never a value of a variable
//! that may be secret, and never a reason to stop.

use std::io::{self, Write};

use crate::env::{DD_LOG_LEVEL, Environment};

/// The Agent's log levels.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Level {
    /// Everything.
    Debug,
    /// What happens; the default.
    #[default]
    Info,
    /// What is degraded.
    Warn,
    /// What does not work.
    Error,
    /// Nothing at all.
    Off,
}

/// The lines that pass a level.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Notices {
    from: Level,
}

impl Notices {
    /// The level that the environment asks for, in any case; an unknown one counts as the default.
    pub(super) fn of(env: &Environment) -> Self {
        let from = match env.get(DD_LOG_LEVEL).unwrap_or_default().trim().to_ascii_lowercase().as_str() {
            "trace" | "debug" => Level::Debug,
            "warn" | "warning" => Level::Warn,
            "error" | "critical" => Level::Error,
            "off" => Level::Off,
            _ => Level::Info,
        };
        Self { from }
    }

    /// No lines.
    pub(super) fn silent() -> Self {
        Self { from: Level::Off }
    }

    /// Whether nothing at all is to be said, not by the Agent either.
    pub(super) fn is_off(self) -> bool {
        self.from == Level::Off
    }

    /// Says one line. A reader that has gone away is not an error.
    pub(super) fn say(self, level: Level, text: &str) {
        if level >= self.from && !self.is_off() {
            let line = format!("dd-heroku: {}\n", text.replace('\n', " "));
            let _ = io::stderr().write_all(line.as_bytes());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_level_is_known_in_any_case() {
        for (text, level) in [
            ("TRACE", Level::Debug),
            ("debug", Level::Debug),
            ("Info", Level::Info),
            ("WARN", Level::Warn),
            ("error", Level::Error),
            ("CRITICAL", Level::Error),
            ("oFF", Level::Off),
            ("", Level::Info),
            ("loud", Level::Info),
        ] {
            assert_eq!(Notices::of(&Environment::default().with(DD_LOG_LEVEL, text)).from, level, "{text}");
        }
    }
}
