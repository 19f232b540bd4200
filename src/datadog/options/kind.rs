//! What a variable may hold.

/// What a variable may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// An API key, 32 hex digits.
    ApiKey,
    /// Another secret.
    Secret,
    /// One of Datadog's sites.
    Site,
    /// `true` or `false`.
    Bool,
    /// On by any value at all; off only when unset.
    AnyValue,
    /// A version of the Agent.
    AgentVersion,
    /// A major version of the Agent: 6 or 7.
    AgentMajor,
    /// A major version of Python: 2 or 3.
    PythonMajor,
    /// Percentiles between 0 and 1.
    Percentiles,
    /// Tags.
    Tags,
    /// The value of one of the tags `env`, `service`, `version`.
    TagValue,
    /// A log level of the Agent.
    Level,
    /// Names of other config vars, separated by commas. Never their values.
    VarNames,
    /// A host name.
    HostName,
    /// Dyno types, separated by commas; a `*` at the end matches the rest of a name.
    DynoTypes,
    /// `true`, or the name of one dyno.
    Leader,
    /// A file or folder.
    Path,
    /// A port number.
    Port,
    /// A number of bytes.
    Bytes,
    /// `true`, `false`, or `auto`.
    Slim,
    /// What the agents may use: `auto`, `off`, or a size such as `200M`.
    AgentMemory,
    /// A number, not below 0.
    Number,
    /// A share, 0 to 1.
    Rate,
    /// Any text.
    Text,
    /// Fingerprints of keys, 40 hex digits each.
    Fingerprints,
    /// The id of a commit.
    Commit,
    /// A URL.
    Url,
}

impl Kind {
    /// What it may hold, for a person.
    #[cfg(feature = "cli")]
    pub fn expected(self) -> &'static str {
        match self {
            Self::ApiKey => "an API key, 32 hex digits; read from standard input",
            Self::Secret => "a secret; read from standard input",
            Self::Site => "one of Datadog's sites: datadoghq.com, datadoghq.eu, us3.datadoghq.com, …",
            Self::Bool => "true or false",
            Self::AnyValue => "anything: every value turns it on, false too; only unsetting turns it off",
            Self::AgentVersion => "a version that exists, such as 7.81.2, or 7, or latest",
            Self::AgentMajor => "7 or 6",
            Self::PythonMajor => "3 or 2",
            Self::Percentiles => "percentiles such as `0.95 0.99`",
            Self::Tags => "tags, `key:value`, separated by spaces or commas",
            Self::TagValue => "the value of a tag: letters, digits and `_-:./`",
            Self::Level => "trace, debug, info, warn, error, critical or off",
            Self::VarNames => "names of config vars, separated by commas; never their values",
            Self::HostName => "a host name",
            Self::DynoTypes => "dyno types, separated by commas; a `*` at the end matches the rest of a name",
            Self::Leader => "true for web.1, or the name of one dyno",
            Self::Path => "a path",
            Self::Port => "a port, 1 to 65535",
            Self::Bytes => "a number of bytes",
            Self::Slim => "true, false, or auto",
            Self::AgentMemory => "auto, off, or a size such as 200M",
            Self::Number => "a number",
            Self::Rate => "a number between 0 and 1",
            Self::Text => "text",
            Self::Fingerprints => "whole fingerprints of keys, 40 hex digits each, separated by commas",
            Self::Commit => "the id of a commit",
            Self::Url => "a URL",
        }
    }
}
