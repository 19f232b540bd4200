//! Datadog's words as types: keys, sites, tags. Pure; calls nothing.

pub(crate) mod agent_memory;
#[cfg(feature = "cli")]
pub(crate) mod agent_request;
pub(crate) mod agent_version;
pub(crate) mod boolean;
#[cfg(feature = "cli")]
pub(crate) mod drain;
#[cfg(feature = "cli")]
pub(crate) mod fingerprints;
#[cfg(feature = "cli")]
pub mod integrations;
#[cfg(feature = "cli")]
pub mod key;
#[cfg(feature = "cli")]
pub(crate) mod options;
pub(crate) mod service_url;
#[cfg(feature = "cli")]
pub mod site;
pub(crate) mod skip_dynos;
#[cfg(feature = "cli")]
pub(crate) mod slim_saving;
pub(crate) mod tags;

pub use agent_memory::AgentMemory;
#[cfg(feature = "cli")]
pub use agent_request::AgentRequest;
pub use agent_version::AgentVersion;
#[cfg(feature = "cli")]
pub use drain::DrainUrl;
#[cfg(feature = "cli")]
pub use key::ApiKey;
pub use service_url::ServiceUrl;
#[cfg(feature = "cli")]
pub use site::Site;
