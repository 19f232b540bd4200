//! Datadog's words as types: keys, sites, tags. Pure; calls nothing.

pub mod agent_version;
pub mod boolean;
#[cfg(feature = "cli")]
pub mod drain;
#[cfg(feature = "cli")]
pub mod integrations;
pub mod key;
pub mod options;
pub mod site;
pub mod tags;

pub use agent_version::{AgentRequest, AgentVersion};
#[cfg(feature = "cli")]
pub use drain::DrainUrl;
pub use key::ApiKey;
pub use site::Site;
