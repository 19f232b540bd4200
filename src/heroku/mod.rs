//! Heroku: the only code that speaks HTTP to it, and that knows where its CLI keeps things. It must never send a
//! token to another origin, nor repeat a write blindly.

mod addons;
pub mod build;
mod call;
mod client;
pub mod credentials;
mod endpoints;
mod error;
mod read;
pub mod remotes;
mod retry;
mod source;
mod wire;
mod words;
mod write;

pub use build::{SourceBlob, StartBuild, Streamed};
pub use client::{Client, Notice, Pace};
pub use credentials::{Source, Token};
pub use endpoints::{Endpoints, Headers};
pub use error::{Error, Kind};
pub use read::Reader;
pub use source::answers;
pub use write::Writer;

/// Whose token it is.
#[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize)]
pub struct Account {
    /// The account's e-mail address.
    pub email: String,
}

/// A pipeline and what is in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pipeline {
    /// Its UUID.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The apps by name (by UUID where the name is not to be seen), each with its stage.
    pub apps: Vec<(String, String)>,
}
