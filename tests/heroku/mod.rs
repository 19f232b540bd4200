//! The Heroku client against a server that answers as the test sets up.

mod build;
mod credentials;
mod read;
mod refusals;
mod sandbox;
mod sources;
mod tls;
mod write;

use std::time::Duration;

use dd_heroku::heroku::{Client, Endpoints, Pace};
use dd_heroku::secret::Secret;

use crate::support::scripted::Scripted;

const TOKEN: &str = "HRKU-canary-0123456789abcdef";

/// A client of `server` that waits for nothing longer than it must.
fn client(server: &Scripted) -> Client {
    let pace = Pace {
        backoff: Duration::from_millis(1),
        answer: Duration::from_millis(500),
        silence: Duration::from_millis(500),
        unsaid: Duration::from_millis(1),
        refill: Duration::from_millis(1),
        poll: Duration::from_millis(1),
        ..Pace::default()
    };
    Client::new(Endpoints::at(server.url()), Secret::new(TOKEN)).with_pace(pace)
}
