//! Datadog: the only code that speaks HTTP to it. A key goes into the header `DD-API-KEY`, only to `https://api.<site>`
//! or to the address that `DD_HEROKU_DATADOG_URL` names, and nowhere else.

mod client;
mod error;
mod keys;

pub use client::Client;
pub use error::Error;
pub use keys::Verdict;
