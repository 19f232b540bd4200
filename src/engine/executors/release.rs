//! Releases that are waited for: the release phase of a build or a promotion, its output followed to its end.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use super::tail::Tail;
use super::{Undone, unknown};
use crate::app::facts::{Release, Status};
use crate::engine::Services;
use crate::failure::{Code, Failure, Result};
use crate::heroku::{self, Reader};
use crate::ui::Progress;

/// How often it is looked whether the run is to stop.
const GLANCE: Duration = Duration::from_millis(100);
/// How often a pending release is read.
const POLL: Duration = Duration::from_secs(1);
/// A release phase ends after an hour at the latest (<https://devcenter.heroku.com/articles/release-phase>).
const LONGEST: Duration = Duration::from_secs(3700);

/// Takes a line of an output, and returns whether to go on.
pub(super) type Sink<'s> = dyn FnMut(&str) -> ControlFlow<()> + 's;

/// Waits until a release of `app` has ended, and gives it back when it succeeded.
pub(super) fn wait(
    services: &dyn Services,
    progress: &Progress,
    app: &str,
    id: &str,
) -> Result<Release, Undone> {
    let reader = Reader::new(services.heroku()?.as_ref());
    let started = Instant::now();
    let mut tail = Tail::default();
    let mut is_followed = false;
    loop {
        let release = reader
            .through_outages(&|| services.stop().is_requested(), |reader| reader.release(app, id))
            .map_err(|error| unknown(error.into()))?;
        match release.status {
            Status::Succeeded => return Ok(release),
            Status::Failed => return Err(failed(app, &release, &tail).into()),
            Status::Pending => {}
        }
        progress.now(&format!("waiting for release v{} of {app}", release.version));
        if started.elapsed() > LONGEST {
            let message = format!("release v{} of `{app}` is still pending", release.version);
            return Err(unknown(
                Failure::new(Code::Failed, message).hint(format_args!("heroku releases -a {app}")),
            ));
        }
        if release.output_stream_url.is_some() && !is_followed {
            is_followed = true;
            let following = release.clone();
            let stream = move |client: &heroku::Client, line: &mut Sink<'_>| {
                Reader::new(client).stream_release(&following, line).map(drop)
            };
            follow(services, stream, &mut |line| {
                progress.line(line);
                tail.push(line);
            })?;
        } else {
            thread::sleep(POLL);
        }
        services.stop().check().map_err(|_| unknown(interrupted(app, &release)))?;
    }
}

fn failed(app: &str, release: &Release, tail: &Tail) -> Failure {
    let message =
        format!("release v{} of `{app}` failed; the previous release keeps running", release.version);
    Failure::new(Code::ReleaseFailed, tail.below(&message))
        .hint(format_args!("heroku releases:output v{} -a {app}", release.version))
}

fn interrupted(app: &str, release: &Release) -> Failure {
    let message = format!("interrupted; release v{} of `{app}` continues at Heroku", release.version);
    Failure::new(Code::Interrupted, message).hint(format_args!("dd-heroku status -a {app}"))
}

/// Follows an output to its end, or until the run is to stop. It may be silent for minutes, so that it is read by a
/// thread of its own, which ends with the program.
pub(super) fn follow(
    services: &dyn Services,
    stream: impl FnOnce(&heroku::Client, &mut Sink<'_>) -> Result<(), heroku::Error> + Send + 'static,
    line: &mut dyn FnMut(&str),
) -> Result {
    let client = Arc::clone(services.heroku()?);
    let (sender, lines) = mpsc::channel();
    let reader = thread::spawn(move || {
        stream(&client, &mut |line| match sender.send(line.to_owned()) {
            Ok(()) => ControlFlow::Continue(()),
            Err(_) => ControlFlow::Break(()),
        })
    });
    while !services.stop().is_requested() {
        match lines.recv_timeout(GLANCE) {
            Ok(text) => line(&text),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => {
                if let Ok(Err(error)) = reader.join() {
                    // The output is for people to read: the status says how it ended.
                    services.ui().detail(format_args!("the output ended early: {error}"));
                }
                break;
            }
        }
    }
    Ok(())
}
