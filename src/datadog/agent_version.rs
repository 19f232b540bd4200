//! Versions of the Agent. The versions of Debian packages, with their order, are a type of the build step's own.

use std::cmp::Ordering;
use std::fmt;

/// How versions ended before Agent 6.9, for which Datadog's buildpack still takes them.
pub(super) const OLD_ENDING: &str = "_amd64";

/// A version of the Agent: `7.81.2`, with its package's revision `7.81.2-1`, a release candidate `7.82.0~rc.3-1`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AgentVersion {
    /// 6 or 7; 5 in the past.
    pub major: u32,
    /// What features depend on.
    pub minor: u32,
    /// The number of the fix.
    pub patch: u32,
    /// The number of the release candidate, of one that is not released yet.
    pub candidate: Option<u32>,
    /// The revision of the package.
    pub revision: Option<u32>,
}

impl AgentVersion {
    /// A released version.
    pub const fn new(major: u32, minor: u32, patch: u32) -> Self {
        Self { major, minor, patch, candidate: None, revision: None }
    }

    /// Reads `7.81.2`, `7.81.2-1`, `7.82.0~rc.3-1` (a package's), `7.82.0-rc.3` (the Agent's own), any of them with the
    /// epoch `1:`, a `v`, quotes, or the old ending `_amd64`.
    pub fn parse(text: &str) -> Option<Self> {
        let (version, rest) = Self::split(bare(text))?;
        rest.is_empty().then_some(version)
    }

    /// Reads what an Agent reports: `7.81.2`, `7.82.0-rc.3+git.12.abcdef`. What follows the version is passed over.
    pub fn reported(text: &str) -> Option<Self> {
        Self::split(bare(text)).map(|(version, _)| version)
    }

    /// The version at the start of a text, and what follows it.
    fn split(text: &str) -> Option<(Self, &str)> {
        let (major, text) = number(text)?;
        let (minor, text) = number(text.strip_prefix('.')?)?;
        let (patch, text) = number(text.strip_prefix('.')?)?;
        let candidate = text.strip_prefix("~rc.").or_else(|| text.strip_prefix("-rc.")).and_then(number);
        let (candidate, text) = candidate.map_or((None, text), |(number, rest)| (Some(number), rest));
        let revision = text.strip_prefix('-').and_then(number);
        let (revision, text) = revision.map_or((None, text), |(number, rest)| (Some(number), rest));
        Some((Self { major, minor, patch, candidate, revision }, text))
    }

    /// The version as the Agent itself has it, without a package's revision.
    #[must_use]
    pub fn without_revision(self) -> Self {
        Self { revision: None, ..self }
    }

    /// Whether it comes before a release.
    pub fn is_preview(self) -> bool {
        self.candidate.is_some()
    }
}

impl fmt::Display for AgentVersion {
    /// As Datadog's package repository writes it, without the epoch.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { major, minor, patch, candidate, revision } = self;
        write!(f, "{major}.{minor}.{patch}")?;
        candidate.iter().try_for_each(|number| write!(f, "~rc.{number}"))?;
        revision.iter().try_for_each(|number| write!(f, "-{number}"))
    }
}

impl Ord for AgentVersion {
    /// By the numbers; a release candidate comes before its release.
    fn cmp(&self, other: &Self) -> Ordering {
        let key = |version: &Self| {
            let Self { major, minor, patch, candidate, revision } = *version;
            (major, minor, patch, candidate.is_none(), candidate, revision)
        };
        key(self).cmp(&key(other))
    }
}

impl PartialOrd for AgentVersion {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// A version without the epoch of its package, the old ending, the `v` of a tag, and quotes that a shell left.
pub(super) fn bare(text: &str) -> &str {
    let text = text.trim().trim_matches(['"', '\'']).trim();
    let text = text.strip_suffix(OLD_ENDING).unwrap_or(text);
    let text = text.strip_prefix("1:").unwrap_or(text);
    let is_number = |text: &&str| text.starts_with(|c: char| c.is_ascii_digit());
    text.strip_prefix(['v', 'V']).filter(is_number).unwrap_or(text)
}

/// The number at the start of a text, and what follows it.
pub(super) fn number(text: &str) -> Option<(u32, &str)> {
    let end = text.bytes().position(|byte| !byte.is_ascii_digit()).unwrap_or(text.len());
    let (number, rest) = text.split_at(end);
    Some((number.parse().ok()?, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_in_every_form_they_are_written_in() {
        for (text, shown) in [
            ("7.81.2", Some("7.81.2")),
            ("7.81.2-1", Some("7.81.2-1")),
            ("1:7.81.2-1\n", Some("7.81.2-1")),
            ("6.14.0-1_amd64", Some("6.14.0-1")),
            ("v7.60.1", Some("7.60.1")),
            ("'7.60.1'", Some("7.60.1")),
            ("vv7.60.1", None),
            ("7.82.0~rc.3-1", Some("7.82.0~rc.3-1")),
            ("7.60.0-rc.1", Some("7.60.0~rc.1")),
            ("7.81", None),
            ("7.81.2-1-1", None),
            ("7.81.2-", None),
            ("7.81/2", None),
            ("7.81.99999999999", None),
            ("latest", None),
            ("", None),
        ] {
            assert_eq!(
                AgentVersion::parse(text).map(|version| version.to_string()).as_deref(),
                shown,
                "{text}"
            );
        }
    }

    #[test]
    fn a_report_may_have_more_behind_the_version() {
        for text in ["7.81.2", "7.81.2+git.1.abc", "7.81.2 - Commit: x"] {
            assert_eq!(AgentVersion::reported(text), Some(AgentVersion::new(7, 81, 2)), "{text}");
        }
        assert_eq!(AgentVersion::reported("no version"), None);
    }

    #[test]
    fn versions_are_ordered_by_their_numbers_and_candidates_come_first() {
        let ordered =
            ["6.53.1-1", "7.9.0", "7.10.0", "7.82.0~rc.2", "7.82.0~rc.10", "7.82.0", "7.82.0-1", "7.82.0-2"];
        let versions = ordered.map(|text| AgentVersion::parse(text).unwrap());
        assert!(versions.is_sorted_by(|version, next| version < next), "{versions:?}");
    }
}
