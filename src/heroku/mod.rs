//! Heroku: the only code that sends HTTP requests to it, and that knows where its CLI keeps things. It must never send a
//! token to another origin, nor repeat a write blindly.

mod addons;
mod answered;
pub(crate) mod build;
mod call;
mod client;
pub mod credentials;
mod dynos;
mod endpoints;
mod error;
pub(crate) mod exec;
#[cfg(any(test, fuzzing))]
pub(crate) mod fuzzing;
mod gate;
mod pipelines;
mod read;
pub(crate) mod remotes;
pub(crate) mod rendezvous;
mod retry;
mod snapshot;
mod source;
mod stream;
mod telemetry;
mod wire;
mod write;

pub use build::{SourceBlob, StartBuild};
pub use client::{Client, LONGEST_BUILD, Notice, Pace};
pub use credentials::{Source, Token};
pub use dynos::{OneOff, Run};
pub use endpoints::{BadEndpoint, Endpoints, Headers};
pub use error::{Error, Kind};
pub use gate::RESERVE;
pub use pipelines::{Pipeline, Promotion};
pub use read::Reader;
pub use source::answers;
pub use stream::Streamed;
pub use telemetry::NewTelemetryDrain;
pub use write::{ConfigPatch, Writer};

/// Whose token it is.
#[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize)]
pub struct Account {
    /// The account's e-mail address.
    pub email: String,
}
