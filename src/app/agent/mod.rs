//! The Agent's status: its text read ([`read`]) and judged ([`verdict`]).
//!
//! The text is made for people and differs between versions: sections come in another order since 7.5x, moved and
//! renamed headings, new sections. So only headings and `name: value` lines are relied on, and what was not found is
//! said to be missing rather than guessed.

pub mod command;
pub mod read;
pub mod verdict;

/// What an Agent says of itself. `None` and empty mean that the text does not say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Status {
    /// Its version: `7.81.2`.
    pub version: Option<String>,
    /// The host name that it reports as.
    pub hostname: Option<String>,
    /// When the status was taken, as the Agent wrote it.
    pub taken_at: Option<String>,
    /// When it was started, as the Agent wrote it.
    pub started_at: Option<String>,
    /// Its API keys and what the site thinks of them.
    pub keys: Vec<Key>,
    /// The instances of its checks.
    pub checks: Vec<Check>,
    /// Checks that could not be loaded or configured: the name and why.
    pub broken: Vec<(String, String)>,
    /// The trace-agent.
    pub apm: Option<Apm>,
    /// `DogStatsD`.
    pub dogstatsd: Option<DogStatsD>,
}

/// An API key as the Agent shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// Its last four characters.
    pub last4: String,
    /// Whether the site takes it; `None` when the Agent could not find out.
    pub valid: Option<bool>,
}

/// How a check went when it ran last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Health {
    /// Well.
    Ok,
    /// With a warning.
    Warning,
    /// It failed.
    Error,
}

/// An instance of a check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// The check: `postgres`.
    pub name: String,
    /// How it went.
    pub health: Health,
    /// How often it ran.
    pub runs: Option<u64>,
    /// When it ran last, as the Agent wrote it.
    pub last_run: Option<String>,
    /// What it complains of.
    pub message: Option<String>,
}

/// The trace-agent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Apm {
    /// Whether it answers.
    pub running: bool,
    /// Where it listens: `localhost:8126`.
    pub receiver: Option<String>,
    /// Traces that it received in the minute before.
    pub traces: Option<u64>,
    /// Who sent them: `ruby 3.3.1, client 2.1.0`.
    pub clients: Vec<String>,
}

/// `DogStatsD`: counts since the Agent was started.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DogStatsD {
    /// Packets over UDP and over the socket.
    pub packets: u64,
    /// Metrics in them.
    pub metrics: u64,
    /// Packets that could not be read or understood.
    pub errors: u64,
}
