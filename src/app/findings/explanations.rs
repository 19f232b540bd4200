//! What every code means: the title, what it costs, how it is fixed.

mod apps;
mod plans;

use std::fmt;

#[allow(clippy::wildcard_imports, reason = "all of them is what is meant")]
use crate::app::codes::*;

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Something does not work.
    Error,
    /// Something is lost, or may do what was not meant.
    Warning,
    /// It works, and is good to know.
    Info,
}

impl Severity {
    /// As JSON and people have it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Info => "info",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What a code means.
#[derive(Clone, Copy, Debug)]
pub struct Explained {
    /// The code.
    pub code: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// What it is, in a few words.
    pub title: &'static str,
    /// What it costs.
    pub cost: &'static str,
    /// How it is fixed.
    pub fix: &'static str,
}

impl Explained {
    /// Where there is more to read.
    pub fn link(&self) -> &'static str {
        match self.code {
            REFUSED_KEY | KEY_MISSING => "https://docs.datadoghq.com/account_management/api-app-keys/",
            OTHER_SITE | UNKNOWN_SITE => "https://docs.datadoghq.com/getting_started/site/",
            DRAIN_TWICE | DRAIN_OTHER_SITE | DRAIN_OTHER_KEY | METRICS_WITHOUT_DRAIN | DRAIN_FORM => {
                "https://docs.datadoghq.com/logs/guide/collect-heroku-logs/"
            }
            SLUG_NEAR_LIMIT => "https://devcenter.heroku.com/articles/slug-compiler#slug-size",
            FIR => "https://devcenter.heroku.com/articles/generations",
            DBM_ESSENTIAL | DBM_OWN_CREDENTIAL => {
                "https://docs.datadoghq.com/database_monitoring/guide/heroku-postgres/"
            }
            _ => "https://docs.datadoghq.com/agent/basic_agent_usage/heroku/",
        }
    }
}

const DOCTOR: &str = "`dd-heroku doctor --fix -a APP` fixes it.";

/// What all codes mean, in their order.
pub fn explained() -> impl Iterator<Item = &'static Explained> {
    apps::EXPLAINED.iter().chain(plans::EXPLAINED)
}

/// What a code means; the case of its letters does not matter.
pub fn explain(code: &str) -> Option<&'static Explained> {
    explained().find(|explanation| explanation.code.eq_ignore_ascii_case(code))
}

const fn error(code: &'static str, title: &'static str, cost: &'static str, fix: &'static str) -> Explained {
    Explained { code, severity: Severity::Error, title, cost, fix }
}

const fn warning(
    code: &'static str,
    title: &'static str,
    cost: &'static str,
    fix: &'static str,
) -> Explained {
    Explained { code, severity: Severity::Warning, title, cost, fix }
}

const fn info(code: &'static str, title: &'static str, cost: &'static str, fix: &'static str) -> Explained {
    Explained { code, severity: Severity::Info, title, cost, fix }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_there_once_and_says_all_there_is_to_say() {
        assert!(explained().is_sorted_by(|a, b| a.code < b.code));
        for explanation in explained() {
            assert!(
                explanation.code.len() == 6 && explanation.code.starts_with("DDH"),
                "{}",
                explanation.code
            );
            assert!(
                explanation.cost.ends_with('.')
                    && explanation.fix.ends_with('.')
                    && !explanation.title.ends_with('.'),
                "{}",
                explanation.code
            );
            assert!(explanation.title.len() <= 60, "{}", explanation.title);
        }
        assert_eq!(explain("ddh014").map(|explanation| explanation.code), Some("DDH014"));
        assert!(explain("DDH999").is_none());
    }
}
