//! Datadog's words as types: keys, sites, tags. Pure; calls nothing.

pub mod key;
pub mod site;
pub mod tags;

pub use key::ApiKey;
pub use site::Site;
