//! Datadog's words as types: keys, sites, tags. Pure; calls nothing.

pub mod boolean;
#[cfg(feature = "cli")]
pub mod drain;
#[cfg(feature = "cli")]
pub mod integrations;
pub mod key;
pub mod options;
pub mod site;
pub mod tags;

#[cfg(feature = "cli")]
pub use drain::DrainUrl;
pub use key::ApiKey;
pub use site::Site;
