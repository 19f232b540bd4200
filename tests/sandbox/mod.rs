//! The sandbox, through its own `sandbox serve` and a plain HTTP client.

mod booting;
mod client;
mod datadog;
mod faults;
mod platform;
mod rebuilding;
mod state;
mod strictness;
