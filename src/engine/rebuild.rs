//! A rebuild: the source goes to Heroku, the build's output is followed, its status tells how it went.

use std::collections::VecDeque;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use super::source::Prepared;
use crate::app::change::{Outcome, Rebuild};
use crate::app::facts::{Build, Status};
use crate::app::{Plan, deployed};
use crate::cli::Context;
use crate::failure::{Code, Failure, Result};
use crate::heroku::{StartBuild, Writer};
use crate::ui::Progress;
use crate::ui::plan_view::short;

/// How often it is looked whether somebody asked to stop.
const GLANCE: Duration = Duration::from_millis(100);

/// Builds what `rebuild` names from its prepared source, and waits for the end of it.
pub fn run(
    context: &Context,
    plan: &Plan,
    rebuild: &Rebuild,
    prepared: &Prepared,
    progress: &Progress,
) -> Result<Outcome> {
    let app = &plan.app.name;
    let writer = Writer::new(context.heroku()?);
    let (url, checksum) = match prepared {
        Prepared::Url(url) => (url.clone(), None),
        Prepared::Archive(archive) => {
            progress.now("uploading the source");
            let blob = writer.create_source()?;
            writer.upload(&blob.put_url, &archive.file)?;
            (blob.get_url, Some(format!("SHA256:{}", archive.sha256)))
        }
        Prepared::Nothing => return Err(Failure::new(Code::Failed, "the rebuild has no source")),
    };
    if rebuild.clear_cache {
        progress.now("clearing the build cache");
        writer.clear_build_cache(app)?;
    }
    let commit = short(&rebuild.commit);
    progress.now(&format!("building {commit}"));
    let version = rebuild.commit.clone();
    let build =
        writer.start_build(app, &StartBuild { url, version, checksum, known: plan.known_builds.clone() })?;
    let mut tail = Tail::default();
    let mut agent = None;
    follow(context, &build, &mut |line| {
        progress.line(line);
        agent = deployed::agent_installed(line).map(str::to_owned).or(agent.take());
        tail.push(line);
    })?;
    if context.interrupts.is_stopping() {
        let message = format!("interrupted; the build of {commit} goes on at Heroku");
        return Err(
            Failure::new(Code::Interrupted, message).hint(format_args!("heroku builds:info -a {app}"))
        );
    }
    let build = writer.finish_build(app, &build.id)?;
    if build.status == Status::Succeeded {
        if let (Some(expected), Some(agent)) = (&rebuild.expects, &agent)
            && !deployed::is_version(agent, expected)
        {
            let message = format!("the build of {commit} installed Agent {agent}, not {expected}");
            return Err(Failure::new(Code::Failed, message)
                .hint(format_args!("dd-heroku rebuild --clear-cache -a {app}"))
                .hint("the buildpack may be too old to know the version: dd-heroku buildpacks show"));
        }
        return Ok(Outcome::Built { id: build.id, release: build.release, version: None });
    }
    let message = format!("the build of {commit} failed; what ran before runs on\n{}", tail.text());
    Err(Failure::new(Code::BuildFailed, message.trim_end()))
}

/// Follows a build's output to its end, or until somebody asks to stop. A build may be silent for minutes, so that its
/// output is read by a thread of its own, which then ends with the program.
fn follow(context: &Context, build: &Build, line: &mut dyn FnMut(&str)) -> Result {
    let (client, build) = (Arc::clone(context.shared_heroku()?), build.clone());
    let (told, lines) = mpsc::channel();
    let reader = thread::spawn(move || {
        Writer::new(&client).stream_build(&build, &mut |line| match told.send(line.to_owned()) {
            Ok(()) => ControlFlow::Continue(()),
            Err(_) => ControlFlow::Break(()),
        })
    });
    while !context.interrupts.is_stopping() {
        match lines.recv_timeout(GLANCE) {
            Ok(text) => line(&text),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => {
                if let Ok(Err(error)) = reader.join() {
                    // The output is for the eye: the build's own status tells how it went.
                    context.ui.detail(format_args!("the build's output broke off: {error}"));
                }
                break;
            }
        }
    }
    Ok(())
}

/// The last lines of a build's output.
#[derive(Default)]
struct Tail(VecDeque<String>);

impl Tail {
    const LINES: usize = 12;

    fn push(&mut self, line: &str) {
        if self.0.len() == Self::LINES {
            self.0.pop_front();
        }
        self.0.push_back(format!("  {}", console::strip_ansi_codes(line)));
    }

    fn text(&self) -> String {
        self.0.iter().map(String::as_str).collect::<Vec<_>>().join("\n")
    }
}
