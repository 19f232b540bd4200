//! The output of a one-off dyno: Heroku's rendezvous protocol, which is a secret sent over TLS, a greeting, and then
//! the bytes of the dyno's terminal (<https://devcenter.heroku.com/articles/one-off-dynos>). Only to a loopback address
//! may it go without TLS.

use std::io::{self, Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, StreamOwned};
use rustls_platform_verifier::ConfigVerifierExt;
use url::Url;

use crate::secret::Secret;

/// As much output as is read.
const MOST: usize = 4 * 1024 * 1024;
const CONNECT_WITHIN: Duration = Duration::from_secs(10);

/// Attaches to the dyno and reads its output to the end, for as long as `within`.
pub fn output(attach_url: &Secret, within: Duration) -> io::Result<String> {
    let bad = || io::Error::new(io::ErrorKind::InvalidInput, "Heroku gave no address to attach to");
    let url = Url::parse(attach_url.expose()).map_err(|_| bad())?;
    let (Some(host), Some(port)) = (url.host_str(), url.port()) else { return Err(bad()) };
    let address = (host, port).to_socket_addrs()?.next().ok_or_else(bad)?;
    let socket = TcpStream::connect_timeout(&address, CONNECT_WITHIN)?;
    socket.set_read_timeout(Some(Duration::from_secs(1)))?;
    socket.set_write_timeout(Some(CONNECT_WITHIN))?;
    let secret = url.path().trim_start_matches('/');
    if address.ip().is_loopback() {
        return talk(socket, secret, Instant::now() + within);
    }
    // Fails when another thread was first, which serves as well.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let config = ClientConfig::with_platform_verifier().map_err(io::Error::other)?;
    let name = ServerName::try_from(host.to_owned()).map_err(io::Error::other)?;
    let connection = ClientConnection::new(Arc::new(config), name).map_err(io::Error::other)?;
    talk(StreamOwned::new(connection, socket), secret, Instant::now() + within)
}

fn talk(mut stream: impl Read + Write, secret: &str, deadline: Instant) -> io::Result<String> {
    stream.write_all(format!("{secret}\r\n").as_bytes())?;
    stream.flush()?;
    let mut bytes = Vec::new();
    let mut buffer = [0; 16 * 1024];
    while bytes.len() < MOST {
        match stream.read(&mut buffer) {
            Ok(0) => break,
            Ok(read) => bytes.extend_from_slice(&buffer[..read]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut) => {
                if Instant::now() >= deadline {
                    return Err(io::ErrorKind::TimedOut.into());
                }
            }
            // Heroku closes without a word of TLS.
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => break,
            Err(error) => return Err(error),
        }
    }
    let text = String::from_utf8_lossy(&bytes).into_owned();
    // The greeting is a line of its own.
    Ok(text.split_once("rendezvous\r\n").map_or(text.clone(), |(_, rest)| rest.to_owned()))
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;
    use std::thread;

    use super::*;

    #[test]
    fn the_output_follows_the_secret_and_the_greeting() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let server = thread::spawn(move || {
            let (mut socket, _) = listener.accept().unwrap();
            let mut asked = [0; 8];
            socket.read_exact(&mut asked).unwrap();
            socket.write_all(b"rendezvous\r\n").unwrap();
            socket.write_all("Agent\r\n§\r\n".as_bytes()).unwrap();
            asked
        });
        let url = Secret::new(format!("rendezvous://127.0.0.1:{port}/s3cret"));
        assert_eq!(output(&url, Duration::from_secs(20)).unwrap(), "Agent\r\n§\r\n");
        assert_eq!(&server.join().unwrap(), b"s3cret\r\n");
    }

    #[test]
    fn an_address_that_is_none_is_refused() {
        for url in ["", "rendezvous://host/secret", "nonsense"] {
            assert!(output(&Secret::new(url), Duration::from_secs(1)).is_err(), "{url}");
        }
    }
}
