//! The output of a build, line by line as it comes. It is on another origin: the token never goes there.

use std::io::{BufRead, BufReader};
use std::ops::ControlFlow;

use reqwest::StatusCode;
use reqwest::blocking::Response;
use reqwest::header::{ACCEPT_ENCODING, RANGE};
use url::Url;

use super::build::{is_page, parse, refused};
use super::call::network;
use super::client::Client;
use super::error::{Error, Kind};
use super::read::Reader;
use super::retry::Patience;
use super::write::Writer;
use crate::app::facts::{Build, Release};
use crate::secret::Secret;
use crate::transport::Fault;

/// How the output of a build ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Streamed {
    /// It came to its end; the build is about to have a status.
    Ended,
    /// The caller had enough.
    Stopped,
}

/// Takes a line, and returns whether to go on.
type Sink<'a> = dyn FnMut(&str) -> ControlFlow<()> + 'a;

impl Writer<'_> {
    /// Gives every line of a build's output to `line` as it comes, colors and all. After a cut it goes on where
    /// it was. `Break` ends it early.
    ///
    /// Fails with [`Kind::StreamLost`] when there is no more output; the build goes on, and
    /// [`finish_build`](Self::finish_build) reports how it ends.
    pub fn stream_build(&self, build: &Build, line: &mut Sink<'_>) -> Result<Streamed, Error> {
        self.client.stream(build.output_stream_url.as_ref(), "the build's output", line)
    }
}

impl Reader<'_> {
    /// The same, of a build that has ended.
    pub fn stream_build(&self, build: &Build, line: &mut Sink<'_>) -> Result<Streamed, Error> {
        self.client.stream(build.output_stream_url.as_ref(), "the build's output", line)
    }

    /// The same of the output of a release phase
    /// (<https://devcenter.heroku.com/articles/platform-api-reference#release>).
    pub fn stream_release(&self, release: &Release, line: &mut Sink<'_>) -> Result<Streamed, Error> {
        self.client.stream(release.output_stream_url.as_ref(), "the output of the release phase", line)
    }
}

impl Client {
    fn stream(
        &self,
        url: Option<&Secret>,
        what: &'static str,
        line: &mut Sink<'_>,
    ) -> Result<Streamed, Error> {
        let fail = |kind: Kind| kind.of("GET", what);
        let Some(url) = url else { return Err(fail(Kind::StreamLost)) };
        let url = parse(url).map_err(fail)?;
        let http = self.http(&url).map_err(fail)?;
        let mut lines = Lines::default();
        let mut patience = Patience::new(self);
        loop {
            // Bytes are counted to go on after a cut: they must be those of the output, not of its compression.
            let mut request = http.get(url.clone()).header(ACCEPT_ENCODING, "identity");
            request = request.timeout(self.pace.silence);
            if lines.received > 0 {
                request = request.header(RANGE, format!("bytes={}-", lines.received));
            }
            let before = lines.received;
            let cut = match request.send() {
                Ok(response) if response.status() == StatusCode::RANGE_NOT_SATISFIABLE => None,
                Ok(response) if is_page(&response) => return Err(fail(Kind::StreamLost)),
                Ok(response) if response.status().is_success() => match lines.take_from(response, line) {
                    Ok(ControlFlow::Break(())) => return Ok(Streamed::Stopped),
                    Ok(ControlFlow::Continue(())) => None,
                    Err(_) => Some(broken(&url)),
                },
                // Streams expire some time after their build.
                Ok(response) if response.status().is_client_error() => return Err(fail(Kind::StreamLost)),
                Ok(response) => Some(refused(&response)),
                Err(error) => Some(network(&error, &url)),
            };
            let Some(cut) = cut else {
                return Ok(match lines.finish(line) {
                    ControlFlow::Continue(()) => Streamed::Ended,
                    ControlFlow::Break(()) => Streamed::Stopped,
                });
            };
            if lines.received > before {
                patience = Patience::new(self);
            }
            patience.wait_after(fail(cut)).map_err(|_| fail(Kind::StreamLost))?;
        }
    }
}

/// How much of a line is kept, in bytes.
const LONGEST: usize = 64 * 1024;

/// The output so far: complete lines go out, the rest waits for its end.
#[derive(Default)]
struct Lines {
    /// How many bytes of the output came, without the NULs that only keep a silent connection alive.
    received: u64,
    rest: Vec<u8>,
}

impl Lines {
    fn take_from(&mut self, response: Response, line: &mut Sink<'_>) -> std::io::Result<ControlFlow<()>> {
        // A server that ignores the range begins at the beginning: skip what is known.
        let mut known = if response.status() == StatusCode::PARTIAL_CONTENT { 0 } else { self.received };
        let mut output = BufReader::new(response);
        loop {
            let chunk = output.fill_buf()?;
            if chunk.is_empty() {
                return Ok(ControlFlow::Continue(()));
            }
            for byte in chunk.iter().copied().filter(|byte| *byte != 0) {
                if known > 0 {
                    known -= 1;
                    continue;
                }
                self.received += 1;
                if self.rest.len() < LONGEST || byte == b'\n' {
                    self.rest.push(byte);
                }
                if byte == b'\n' && self.finish(line).is_break() {
                    return Ok(ControlFlow::Break(()));
                }
            }
            let length = chunk.len();
            output.consume(length);
        }
    }

    /// Gives out what there is as a line, without its end.
    fn finish(&mut self, line: &mut Sink<'_>) -> ControlFlow<()> {
        let bytes = std::mem::take(&mut self.rest);
        if bytes.is_empty() {
            return ControlFlow::Continue(());
        }
        line(String::from_utf8_lossy(&bytes).trim_end_matches(['\n', '\r']))
    }
}

fn broken(url: &Url) -> Kind {
    Kind::Network { fault: Fault::Reset, host: url.host_str().unwrap_or_default().to_owned() }
}
