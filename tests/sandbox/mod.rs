//! The sandbox, through its own `sandbox serve` and a plain HTTP client.

mod booting;
mod buildpacks;
pub(crate) mod client;
mod clients;
mod cloning;
mod data;
mod database;
mod datadog;
mod datadog_bodies;
mod faults;
mod headers;
mod hyper_schema;
mod official_cli;
mod platform;
mod rebuilding;
mod release_phase;
mod state;
mod stopping;
mod strictness;
