//! The release phase: runs the release command of a new release in a dyno of its own. The release becomes current when
//! the command succeeds, and never when it fails (<https://devcenter.heroku.com/articles/release-phase>).

use std::io::Read;
use std::path::Path;
use std::process::{Child, ExitStatus};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::time::{Duration, Instant};

use anyhow::{Context, anyhow};
use flate2::read::GzDecoder;

use super::building;
use super::dyno::{self, Dyno};
use super::shared::Shared;
use super::store;
use super::world::app::{App, Release, Slug, Status};
use crate::env;
use crate::temporary;

/// Heroku's own limit, in seconds.
const LONGEST: u64 = 3600;
/// Output is kept up to this many bytes.
const LARGEST_OUTPUT: usize = 1_000_000;
/// How long output is waited for after the end of the dyno: a process that left its group may hold the pipe.
const DRAIN: Duration = Duration::from_secs(2);

/// Ends the dyno's process group when the sandbox is gone: stdin is a pipe that only the sandbox can close. The watcher is
/// a child of a child, so that a `wait` of the command does not wait for it.
const WATCH: &str = "exec 3<&0 </dev/null
( ( exec >/dev/null 2>&1; read -r -u 3; kill -KILL -- -$$ ) & )
exec 3<&-
";

/// What the release phase of one release works on.
struct Job {
    app: App,
    slug: Slug,
    release: Release,
    command: String,
    source: Option<String>,
}

/// Runs the release command of a pending release, and ends the release.
pub(crate) fn run(shared: &Shared, id: &str) {
    // A process that was killed may have left the command running.
    dyno::kill_all(id);
    let outcome = attempt(shared, id).unwrap_or_else(|error| {
        print(shared, id, &format!(" !     The release command cannot be run: {error:#}\n"));
        Status::Failed
    });
    shared.with(|store| {
        if let Some((app, _)) = store.world.release_mut(id) {
            app.end_release(id, outcome);
            // Where the disk is full the state is lost with the process; the next request says so.
            let _ = store.save();
        }
    });
    shared.notify();
}

fn attempt(shared: &Shared, id: &str) -> anyhow::Result<Status> {
    let job = shared.with(|store| job(store, id)).context("its slug is gone")?;
    let slugs = shared.with(|store| store.slugs());
    std::fs::create_dir_all(&slugs)?;
    let work = temporary::Folder::inside(&slugs, store::WORK)?;
    let home = work.path().join("app");
    lay_out(shared, &job, &slugs.join(job.slug.origin()), &home)?;
    let name = job.release.dyno_name();
    let dyno = Dyno {
        app: &job.app,
        slug: &job.slug,
        version: job.release.version,
        config: &job.release.config,
        name: &name,
        home: &home,
        path: &shared.path,
    };
    execute(shared, id, &dyno, &job.command)
}

fn job(store: &mut store::Store, id: &str) -> Option<Job> {
    let (app, place) = store.world.release_mut(id)?;
    let (app, release) = (app.clone(), app.releases[place].clone());
    let slug = app.slug(release.slug.as_deref()?)?.clone();
    let command = slug.release_command()?.to_owned();
    let source = store.world.source_of(&slug).map(str::to_owned);
    Some(Job { app, slug, release, command, source })
}

/// Fills the dyno's home: with the slug where it was kept, else with the source that it was built from.
fn lay_out(shared: &Shared, job: &Job, slug: &Path, home: &Path) -> anyhow::Result<()> {
    if slug.is_dir() {
        return dyno::copy(slug, home).context("its slug cannot be copied");
    }
    let source = job.source.as_deref().and_then(|source| building::fetch(shared, source));
    let source = source.context("its source is gone")?;
    tar::Archive::new(GzDecoder::new(&source[..])).unpack(home).context("its source cannot be unpacked")
}

/// Runs the command until it ends or its time is over, and hands its output on as it comes.
fn execute(shared: &Shared, id: &str, dyno: &Dyno, command: &str) -> anyhow::Result<Status> {
    let (stdin, alive) = std::io::pipe()?;
    let (printed, stdout) = std::io::pipe()?;
    let mut bash = dyno.command(&format!("{WATCH}{command}"), id);
    let mut child = bash
        .stdin(stdin)
        .stderr(stdout.try_clone()?)
        .stdout(stdout)
        .spawn()
        .map_err(|error| anyhow!("bash cannot be started: {error}"))?;
    // The command holds the writing ends of the pipe.
    drop(bash);
    let limit = dyno
        .config
        .get(env::DD_HEROKU_SANDBOX_RELEASE_TIMEOUT)
        .and_then(|seconds| seconds.parse().ok())
        .unwrap_or(LONGEST);
    let chunks = chunks(printed)?;
    let mut output = Output { shared, id, rest: Vec::new(), length: 0 };
    let ended = wait(&mut child, &chunks, &mut output, Instant::now() + Duration::from_secs(limit))?;
    dyno::end_all(id, &mut child);
    drop(alive);
    let until = Instant::now() + DRAIN;
    while let Ok(bytes) = chunks.recv_timeout(until.saturating_duration_since(Instant::now())) {
        output.add(&bytes);
    }
    match ended {
        Some(status) if status.success() => Ok(Status::Succeeded),
        Some(_) => Ok(Status::Failed),
        None => {
            print(shared, id, &format!(" !     Release command stopped after {limit} seconds\n"));
            Ok(Status::Failed)
        }
    }
}

/// The exit status of the command; `None` when its time is over.
fn wait(
    child: &mut Child,
    chunks: &Receiver<Vec<u8>>,
    output: &mut Output,
    deadline: Instant,
) -> anyhow::Result<Option<ExitStatus>> {
    while Instant::now() < deadline {
        match chunks.recv_timeout(dyno::TICK) {
            Ok(bytes) => output.add(&bytes),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => std::thread::sleep(dyno::TICK),
        }
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
    }
    Ok(None)
}

/// What comes out of a pipe, read on a thread of its own.
fn chunks(mut pipe: std::io::PipeReader) -> anyhow::Result<Receiver<Vec<u8>>> {
    let (sender, receiver) = sync_channel(16);
    let read = move || {
        let mut buffer = [0; 8192];
        while let Ok(length @ 1..) = pipe.read(&mut buffer) {
            if sender.send(buffer[..length].to_vec()).is_err() {
                return;
            }
        }
    };
    std::thread::Builder::new().name("sandbox-output".into()).spawn(read)?;
    Ok(receiver)
}

/// The output of a release command on its way into the state.
struct Output<'a> {
    shared: &'a Shared,
    id: &'a str,
    /// The beginning of a character whose end has not come yet.
    rest: Vec<u8>,
    /// Bytes kept so far.
    length: usize,
}

impl Output<'_> {
    fn add(&mut self, bytes: &[u8]) {
        if self.length > LARGEST_OUTPUT {
            return;
        }
        self.rest.extend_from_slice(bytes);
        let (text, rest) = decode(&self.rest);
        self.rest = rest;
        self.length += text.len();
        print(self.shared, self.id, &text);
        if self.length > LARGEST_OUTPUT {
            print(self.shared, self.id, "\n !     The sandbox keeps no more of this output\n");
        }
    }
}

/// The whole characters in `bytes`, and the beginning of one at their end.
fn decode(bytes: &[u8]) -> (String, Vec<u8>) {
    match std::str::from_utf8(bytes) {
        Err(error) if error.error_len().is_none() => {
            let (whole, rest) = bytes.split_at(error.valid_up_to());
            (String::from_utf8_lossy(whole).into_owned(), rest.to_vec())
        }
        _ => (String::from_utf8_lossy(bytes).into_owned(), Vec::new()),
    }
}

fn print(shared: &Shared, id: &str, text: &str) {
    shared.with(|store| {
        if let Some((app, place)) = store.world.release_mut(id) {
            app.releases[place].output.get_or_insert_default().push_str(text);
        }
    });
    shared.notify();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_character_that_comes_in_two_pieces_stays_whole() {
        let bytes = "é".as_bytes();
        assert_eq!(decode(&bytes[..1]), (String::new(), bytes[..1].to_vec()));
        assert_eq!(decode(b"a\xff"), ("a\u{fffd}".to_owned(), Vec::new()));
        assert_eq!(decode(b"a\xffb"), ("a\u{fffd}b".to_owned(), Vec::new()));
    }
}
