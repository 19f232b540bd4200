//! Builds: a place for the source, its upload, the start and the end; the output in between is in
//! `stream`. The upload is on another origin: the token never goes there.

use std::fs::File;
use std::time::{Duration, Instant};

use reqwest::StatusCode;
use reqwest::blocking::{Body, Response};
use reqwest::header::{CONTENT_TYPE, HeaderValue};
use serde::Deserialize;
use serde_json::json;
use url::Url;

use super::call::{Call, network, retry_after, segment};
use super::error::{Error, Kind};
use super::retry::Patience;
use super::wire;
use super::write::Writer;
use crate::app::facts::{Build, Status};
use crate::secret::Secret;

/// Where a source is put and got. Both URLs are signed: anyone who knows them can use them.
#[derive(Debug)]
pub struct SourceBlob {
    /// Where to `PUT` the gzipped tarball.
    pub put_url: Secret,
    /// Where the build gets it from.
    pub get_url: Secret,
}

/// What to build.
#[derive(Debug)]
pub struct StartBuild {
    /// Where the gzipped tarball is.
    pub url: Secret,
    /// The commit it is of: Heroku calls it the source's version.
    pub version: String,
    /// `SHA256:` and the tarball's digest in hex, where it is known.
    pub checksum: Option<String>,
    /// The UUIDs of the builds that are known, so that a build whose start was not answered is recognized.
    pub known: Vec<String>,
}

#[derive(Deserialize)]
struct SourceWire {
    source_blob: SourceUrls,
}

#[derive(Deserialize)]
struct SourceUrls {
    put_url: String,
    get_url: String,
}

/// The slowest upload that is waited for, in bytes a second.
const SLOWEST_UPLOAD: u64 = 50_000;

/// How often the store of sources may ask to wait, and how long at most each time.
const DELAYS: u32 = 5;
const LONGEST_DELAY: Duration = Duration::from_secs(60);

impl Writer<'_> {
    /// Makes a place for a source. Repeating it makes another place, which harms nobody.
    pub fn create_source(&self) -> Result<SourceBlob, Error> {
        let SourceWire { source_blob } =
            self.client.write(&Call::post("/sources", json!({})), || Ok(None))?;
        let (put_url, get_url) = (Secret::new(source_blob.put_url), Secret::new(source_blob.get_url));
        Ok(SourceBlob { put_url, get_url })
    }

    /// Puts a gzipped tarball to its place: whole, with its length, an empty content type as the signature
    /// wants it, and without the token. Safe to repeat: it replaces what was put before.
    pub fn upload(&self, put_url: &Secret, tarball: &File) -> Result<(), Error> {
        let fail = |kind: Kind| kind.of("PUT", "the source's place");
        let unreadable = |error: std::io::Error| fail(Kind::Source(error.to_string()));
        let url = parse(put_url).map_err(fail)?;
        let size = tarball.metadata().map_err(unreadable)?.len();
        let within = self.client.pace.answer + Duration::from_secs(size / SLOWEST_UPLOAD);
        let mut patience = Patience::new(self.client);
        let mut delays = 0;
        loop {
            let mut content = tarball.try_clone().map_err(unreadable)?;
            std::io::Seek::rewind(&mut content).map_err(unreadable)?;
            let request = self.client.http(&url).map_err(fail)?.put(url.clone()).timeout(within);
            let request = request.header(CONTENT_TYPE, HeaderValue::from_static(""));
            match request.body(Body::sized(content, size)).send() {
                Ok(response) if is_page(&response) => return Err(fail(refused(&response))),
                Ok(response) if response.status().is_success() => return Ok(()),
                // The store is not Heroku's API: its rate limit is separate from the other requests'.
                Ok(response) if response.status() == StatusCode::TOO_MANY_REQUESTS && delays < DELAYS => {
                    delays += 1;
                    let wait = retry_after(&response).unwrap_or(self.client.pace.unsaid);
                    std::thread::sleep(wait.min(LONGEST_DELAY));
                }
                Ok(response) => patience.wait_after(fail(refused(&response)))?,
                Err(error) => patience.wait_after(fail(network(&error, &url)))?,
            }
        }
    }

    /// Throws away what earlier builds of the app kept.
    pub fn clear_build_cache(&self, app: &str) -> Result<(), Error> {
        self.remove(Call::delete(format!("/apps/{}/build-cache", segment(app))))
    }

    /// Starts a build. When its answer is lost, the build that was started is found among those not known
    /// before, by its source; a second one is never started.
    pub fn start_build(&self, app: &str, build: &StartBuild) -> Result<Build, Error> {
        let mut blob = json!({ "url": build.url.expose(), "version": build.version });
        if let Some(checksum) = &build.checksum {
            blob["checksum"] = checksum.as_str().into();
        }
        let call = Call::post(format!("/apps/{}/builds", segment(app)), json!({ "source_blob": blob }));
        let find = || {
            let existing = self.reader.newest_builds(app)?;
            Ok(existing.into_iter().find(|it| it.is_of(&build.url) && !build.known.contains(&it.id)))
        };
        let started: wire::Build =
            self.client.write(&call, find).map_err(|error| error.without(&[&build.url]))?;
        Ok(started.into())
    }

    /// Waits until a build has ended, and gives it back as it ended; as it is when `is_stopped` says so.
    pub fn finish_build(&self, app: &str, id: &str, is_stopped: &dyn Fn() -> bool) -> Result<Build, Error> {
        let began = Instant::now();
        let pace = self.client.pace;
        let mut wait = pace.poll / 8;
        loop {
            let build = self.reader.through_outages(is_stopped, |reader| reader.build(app, id))?;
            if build.status != Status::Pending || is_stopped() {
                return Ok(build);
            }
            if began.elapsed() > pace.build {
                let path = format!("/apps/{}/builds/{}", segment(app), segment(id));
                return Err(Kind::BuildTooLong { app: app.to_owned(), after: pace.build }.of("GET", &path));
            }
            std::thread::sleep(wait);
            wait = (wait * 2).min(pace.poll);
        }
    }
}

pub(super) fn parse(url: &Secret) -> Result<Url, Kind> {
    let garbled = Kind::Garbled { status: 200, what: "a URL that is none".into() };
    Url::parse(url.expose()).map_err(|_| garbled)
}

/// A web page, which neither a store nor a build answers with: a proxy does.
pub(super) fn is_page(response: &Response) -> bool {
    let kind = response.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    response.status().is_success() && kind.is_some_and(|kind| kind.starts_with("text/html"))
}

pub(super) fn refused(response: &Response) -> Kind {
    match response.status().as_u16() {
        status if is_page(response) => Kind::Garbled { status, what: "a web page".into() },
        status @ 500.. => Kind::Server { status },
        status => Kind::Garbled { status, what: "a refusal".into() },
    }
}
