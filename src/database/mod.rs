//! The only code that connects to a database: Database Monitoring needs grants in it, and checks whether they exist.
//! It must never show a URL, run a statement that a plan did not show, or stay connected longer than a command takes.

mod error;
mod inspect;
mod tls;

use std::str::FromStr;
use std::time::Duration;

use tokio::runtime::{Builder, Runtime};
use tokio_postgres::config::{Host, SslMode};
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Config, Row};

use crate::secret::Secret;

pub use error::Error;
pub use inspect::{explains, inspect, reads_statements};

const CONNECT_WITHIN: Duration = Duration::from_secs(10);
/// The database ends a statement after 20 s itself, so that one without an answer is no longer there.
const ANSWER_WITHIN: Duration = Duration::from_secs(30);

/// A connection to a PostgreSQL database.
pub struct Session {
    runtime: Runtime,
    client: Client,
    /// How long an answer is waited for.
    answer: Duration,
}

impl Session {
    /// Connects to the database of a URL, over TLS unless it is on this machine and has none.
    pub fn open(url: &Secret) -> Result<Self, Error> {
        let mut config = Config::from_str(url.expose()).map_err(|_| Error::NotAUrl)?;
        let is_local = config.get_hosts().iter().all(|host| match host {
            Host::Tcp(name) => matches!(name.as_str(), "localhost" | "127.0.0.1" | "::1"),
            Host::Unix(_) => true,
        });
        config
            .ssl_mode(if is_local { SslMode::Prefer } else { SslMode::Require })
            .connect_timeout(CONNECT_WITHIN)
            .application_name("dd-heroku")
            .options("-c statement_timeout=20s -c lock_timeout=5s");
        let runtime = Builder::new_current_thread().enable_all().build().map_err(Error::Runtime)?;
        let client = runtime.block_on(async {
            let connecting = config.connect(tls::Connector::new());
            let (client, connection) =
                tokio::time::timeout(2 * CONNECT_WITHIN, connecting).await.map_err(|_| Error::Silent)??;
            // It ends when the client is dropped, and an error in it reaches the caller that waits for an answer.
            tokio::spawn(async move { drop(connection.await) });
            Ok::<_, Error>(client)
        })?;
        Ok(Self { runtime, client, answer: ANSWER_WITHIN })
    }

    /// Runs a statement that gives nothing back.
    pub fn run(&self, statement: &str) -> Result<(), Error> {
        self.wait(self.client.batch_execute(statement))
    }

    /// The one row that a query gives.
    fn row(&self, query: &str, parameters: &[&(dyn ToSql + Sync)]) -> Result<Row, Error> {
        self.wait(self.client.query_one(query, parameters))
    }

    fn wait<T>(&self, answer: impl Future<Output = Result<T, tokio_postgres::Error>>) -> Result<T, Error> {
        let answer = async { tokio::time::timeout(self.answer, answer).await };
        Ok(self.runtime.block_on(answer).map_err(|_| Error::Silent)??)
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::TcpListener;

    use super::*;

    #[test]
    fn a_database_that_stops_answering_is_left() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("postgres://app:secret@{}/shop", listener.local_addr().unwrap());
        let server = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut request = [0; 1024];
            let _ = stream.read(&mut request).unwrap();
            // No TLS; then: the user is welcome, and ready for a query.
            stream.write_all(b"N").unwrap();
            let _ = stream.read(&mut request).unwrap();
            stream.write_all(b"R\0\0\0\x08\0\0\0\0Z\0\0\0\x05I").unwrap();
            // Silent until the client leaves.
            while stream.read(&mut request).is_ok_and(|length| length > 0) {}
        });
        let mut session = Session::open(&Secret::new(url)).unwrap();
        session.answer = Duration::from_millis(50);
        assert!(matches!(session.run("SELECT 1"), Err(Error::Silent)));
        drop(session);
        server.join().unwrap();
    }
}
