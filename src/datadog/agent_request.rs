//! What `DD_AGENT_VERSION` asks for.

use std::fmt;

use super::agent_version::{AgentVersion, OLD_ENDING, bare, number};

/// The versions that Datadog's buildpack installs when none is asked for (release 2.44).
pub const PINNED_7: &str = "7.81.2-1";
/// The same of Agent 6, whose line ends with it.
pub const PINNED_6: &str = "6.53.1-1";

/// What `DD_AGENT_VERSION` asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AgentRequest {
    /// `latest`: the newest release.
    Latest,
    /// `7` or `7.81`: the newest release of a line.
    Newest {
        /// 6 or 7.
        major: u32,
        /// The minor version, where one is named.
        minor: Option<u32>,
    },
    /// A version; without a revision the newest revision of it.
    Exactly(AgentVersion),
}

impl AgentRequest {
    /// Reads what [`AgentVersion::parse`] does, `7`, `7.81` and `latest`. `None` for other texts.
    pub fn parse(text: &str) -> Option<Self> {
        let text = bare(text);
        if text.eq_ignore_ascii_case("latest") {
            return Some(Self::Latest);
        }
        let (major, rest) = number(text)?;
        if rest.is_empty() {
            return Some(Self::Newest { major, minor: None });
        }
        match rest.strip_prefix('.').and_then(number)? {
            (minor, "") => Some(Self::Newest { major, minor: Some(minor) }),
            _ => AgentVersion::parse(text).map(Self::Exactly),
        }
    }

    /// The major version that is asked for; `None` for `latest`.
    pub fn major(self) -> Option<u32> {
        match self {
            Self::Latest => None,
            Self::Newest { major, .. } | Self::Exactly(AgentVersion { major, .. }) => Some(major),
        }
    }

    /// Whether a version is among those that are asked for. A release candidate is so only by its full name.
    pub fn is_met_by(self, version: AgentVersion) -> bool {
        match self {
            Self::Latest => !version.is_preview(),
            Self::Newest { major, minor } => {
                version.major == major
                    && minor.is_none_or(|minor| version.minor == minor)
                    && !version.is_preview()
            }
            Self::Exactly(exact) => match exact.revision {
                Some(_) => version == exact,
                None => version.without_revision() == exact,
            },
        }
    }
}

impl fmt::Display for AgentRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Latest => f.write_str("latest"),
            Self::Newest { major, minor: None } => write!(f, "{major}"),
            Self::Newest { major, minor: Some(minor) } => write!(f, "{major}.{minor}"),
            Self::Exactly(version) => version.fmt(f),
        }
    }
}

/// Whether a version is written with the ending that is no longer used.
pub fn is_old_form(text: &str) -> bool {
    text.trim().ends_with(OLD_ENDING)
}

/// Whether a text is a whole version as the package list has it, `7.81.2-1`: the one form that Datadog's buildpack takes.
pub fn is_whole(text: &str) -> bool {
    AgentVersion::parse(text).is_some_and(|version| {
        version.revision.is_some() && version.to_string() == text.trim_end_matches('\n')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_form_of_the_package_list_is_whole() {
        for (text, whole) in [
            ("7.81.2-1", true),
            ("7.82.0~rc.1-1\n", true),
            ("7.81.2", false),
            ("1:7.81.2-1", false),
            ("7.81.2-1_amd64", false),
            ("v7.81.2-1", false),
            ("\"7.81.2-1\"", false),
            (" 7.81.2-1", false),
            ("07.81.2-1", false),
            ("7", false),
            ("latest", false),
        ] {
            assert_eq!(is_whole(text), whole, "{text}");
        }
    }

    #[test]
    fn a_request_is_met_by_what_it_names() {
        for (asked, version, met) in [
            ("latest", "7.81.2-1", true),
            ("latest", "7.82.0~rc.1-1", false),
            ("7", "7.81.2-1", true),
            ("7", "6.53.1-1", false),
            ("7.8", "7.81.2-1", false),
            ("7.81", "7.81.2-1", true),
            ("7.81.2", "7.81.2-1", true),
            ("1:7.81.2-1", "7.81.2-1", true),
            ("7.81.2-2", "7.81.2-1", false),
            ("7.82.0~rc.1", "7.82.0~rc.1-1", true),
        ] {
            let request = AgentRequest::parse(asked).unwrap();
            assert_eq!(request.is_met_by(AgentVersion::parse(version).unwrap()), met, "{asked} {version}");
        }
        for odd in ["", "newest", "7.", "7.x", "7 81", "7.81/2"] {
            assert_eq!(AgentRequest::parse(odd), None, "{odd}");
        }
        assert_eq!(AgentRequest::parse("6.8.3-1_amd64").and_then(AgentRequest::major), Some(6));
    }
}
