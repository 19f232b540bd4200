//! Why a value was refused, in words.

use std::fmt;

use crate::datadog::key::NotAKey;
use crate::datadog::site::SITES;
use crate::datadog::tags;

/// The levels of the Agent's log, the loudest first.
pub(super) const LEVELS: [&str; 7] = ["trace", "debug", "info", "warn", "error", "critical", "off"];

/// Why a value was refused. Its text completes "`NAME`: …" and repeats no value that may be a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// There is nothing.
    Empty,
    /// Not an API key.
    Key(NotAKey),
    /// Not a site.
    Site,
    /// Neither true nor false.
    Bool,
    /// It looks as if it said no, but any value says yes.
    MeansOn,
    /// Not a version.
    AgentVersion,
    /// Neither 6 nor 7.
    AgentMajor,
    /// Neither 2 nor 3.
    Python,
    /// This is not a percentile.
    Percentile(String),
    /// This tag is malformed; and how it could be written.
    Tag(String, tags::Problem),
    /// A tag's value cannot hold this character.
    TagValue(char),
    /// Not a level.
    Level,
    /// A URL where the name of a config var was expected.
    HoldsUrl,
    /// Not the name of a config var.
    VarName,
    /// Not a host name.
    HostName,
    /// This is not a dyno type.
    DynoType(String),
    /// Neither a switch nor a dyno.
    Leader,
    /// Not a path.
    Path,
    /// Not a port.
    Port,
    /// Not a number of bytes.
    Bytes,
    /// Neither a switch nor `auto`.
    Slim,
    /// Neither `auto` nor `off` nor a size.
    AgentMemory,
    /// Not a number, or one below 0.
    Number,
    /// Not a number between 0 and 1.
    Rate,
    /// Not text.
    Text,
    /// Not the fingerprints of keys.
    Fingerprints,
    /// Not a commit.
    Commit,
    /// Not a URL.
    Url,
}

impl Problem {
    pub(super) fn tag(tag: &str, problem: tags::Problem) -> Self {
        Self::Tag(tag.to_owned(), problem)
    }

    /// A value that would do instead, where one is evident.
    pub fn instead(&self) -> Option<String> {
        match self {
            Self::Tag(tag, _) => Some(tags::normalized(tag)).filter(|tag| !tag.is_empty()),
            _ => None,
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("the value is empty"),
            Self::Key(problem) => problem.fmt(f),
            Self::Site => {
                f.write_str("not a Datadog site; the sites are ")?;
                SITES
                    .iter()
                    .enumerate()
                    .try_for_each(|(n, site)| write!(f, "{}{site}", if n == 0 { "" } else { ", " }))
            }
            Self::Bool => f.write_str("expected true or false"),
            Self::MeansOn => {
                f.write_str("any value turns the Agent off, this one too; unset the variable to turn it on")
            }
            Self::AgentVersion => {
                f.write_str("expected a version of the Agent such as 7.81.2, 7.81, 7 or latest")
            }
            Self::AgentMajor => f.write_str("expected 7 or 6"),
            Self::Python => f.write_str("expected 3 or 2"),
            Self::Percentile(odd) => {
                write!(f, "expected whole percents as in `0.95 0.99`, not `{}`", odd.escape_debug())
            }
            Self::Tag(tag, problem) => write!(f, "`{}`: {problem}", tag.escape_debug()),
            Self::TagValue(odd) => write!(
                f,
                "expected letters, digits and `_-:./`, as in the value of a tag; not `{}`",
                odd.escape_debug()
            ),
            Self::Level => write!(f, "expected one of {}", LEVELS.join(", ")),
            Self::HoldsUrl => f.write_str(
                "it holds a URL; expected the name of the config var that holds it, such as DATABASE_URL",
            ),
            Self::VarName => f.write_str("expected names of config vars, separated by commas"),
            Self::HostName => f.write_str("expected a host name: letters, digits and `-` between dots"),
            Self::DynoType(odd) => {
                write!(f, "`{}` is not a dyno type; expected some such as run,release", odd.escape_debug())
            }
            Self::Leader => f.write_str("expected true, or the name of one dyno such as web.1"),
            Self::Path => f.write_str("expected a path"),
            Self::Port => f.write_str("expected a port, 1 to 65535"),
            Self::Bytes => f.write_str("expected a number of bytes"),
            Self::Slim => f.write_str("expected true, false, or auto"),
            Self::AgentMemory => f.write_str("expected auto, off, or a size such as 200M"),
            Self::Number => f.write_str("expected a number, 0 or more"),
            Self::Rate => f.write_str("expected a number between 0 and 1, such as 0.5"),
            Self::Text => f.write_str("expected text"),
            Self::Fingerprints => {
                f.write_str("expected whole fingerprints, 40 hex digits each, separated by commas")
            }
            Self::Commit => f.write_str("expected the id of a commit, 7 to 64 hex digits"),
            Self::Url => f.write_str("expected a URL"),
        }
    }
}

impl std::error::Error for Problem {}
