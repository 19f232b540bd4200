//! Datadog: the only code that sends HTTP requests to it. Keys go into the headers `DD-API-KEY` and
//! `DD-APPLICATION-KEY`, only to `https://api.<site>`
//! or to the address that `DD_HEROKU_DATADOG_URL` names, and nowhere else.

mod assets;
mod client;
mod error;
#[cfg(any(test, fuzzing))]
pub(crate) mod fuzzing;
mod hosts;
mod keys;
mod reason;

pub use assets::{Named, Organization};
pub use client::Client;
pub use error::{BadUrl, Error};
pub use keys::Verdict;
