//! What Datadog says: of the key, of log-based metrics, of the Agent's versions.

use crate::app::metrics::{Access, Existing};
use crate::datadog::{ApiKey, Site};

/// A key and where it was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundKey {
    /// The key.
    pub key: ApiKey,
    /// Where it was found, as a person would say it.
    pub place: &'static str,
    /// Whether it is the sandbox's demonstration key.
    pub is_demo: bool,
}

/// The key that is meant for an app.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// The key; `Ok(None)` when there is none, the error when what the app has is not a key.
    pub source: Result<Option<FoundKey>, String>,
    /// The site; the error is a `DD_SITE` that is not a site.
    pub site: Result<Site, String>,
    /// What Datadog says.
    pub verdict: KeyVerdict,
}

/// What Datadog says of a key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum KeyVerdict {
    /// It was not asked, or did not answer.
    #[default]
    Unknown,
    /// The site accepts it.
    Accepted,
    /// Another site accepts it.
    OtherSite(Site),
    /// No site accepts it.
    Refused,
}

/// What an organization has at Datadog for log-based metrics.
#[derive(Clone, Debug)]
pub struct LogMetrics {
    /// The site and the keys to change it with.
    pub access: Access,
    /// What exists.
    pub existing: Existing,
}

/// The Agent versions that can be installed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AgentVersions {
    /// The newest first: `7.81.2-1`.
    Known(Vec<String>),
    /// The package repository could not be read, and why.
    Unreachable(String),
}

impl AgentVersions {
    /// The versions, where they are known.
    pub fn known(&self) -> Option<&[String]> {
        match self {
            Self::Known(versions) => Some(versions),
            Self::Unreachable(_) => None,
        }
    }
}

impl super::Facts {
    /// What Datadog says of the app's key: refused, too, when it is not a key at all; another site's, too, when
    /// `DD_SITE` is not a site.
    pub fn key_verdict(&self) -> KeyVerdict {
        match &self.key {
            None => KeyVerdict::Unknown,
            Some(Key { source: Err(_), .. }) => KeyVerdict::Refused,
            Some(Key { site: Err(_), verdict: KeyVerdict::Accepted, .. }) => {
                KeyVerdict::OtherSite(Site::default())
            }
            Some(Key { verdict, .. }) => *verdict,
        }
    }
}
