//! A rebuild: the source goes to Heroku, the build's output is followed, its status shows how it ended, and then the
//! same of the release that it made, whose release phase may fail.

use super::tail::Tail;
use super::{Executor, Undone, release, skipped, unknown};
use crate::app::change::{Change, Outcome, Rebuild, Source};
use crate::app::deployed::{self, UnderWay};
use crate::app::facts::{Build, Status};
use crate::engine::Services;
use crate::engine::source::Prepared;
use crate::failure::{Code, Failure, Result};
use crate::heroku::{self, Reader, StartBuild, Writer};
use crate::secret::Secret;
use crate::ui::Progress;
use crate::ui::format::short_commit;

/// Builds what `rebuild` names from its prepared source, and waits for the build and its release.
pub(super) fn execute(executor: &Executor<'_>, rebuild: &Rebuild) -> Result<Outcome, Undone> {
    let Executor { services, plan, prepared: _, progress, nth: _, heeds_stop: _ } = *executor;
    let (app, commit) = (&plan.app.name, short_commit(&rebuild.commit));
    let writer = Writer::new(services.heroku()?);
    let build = match &rebuild.source {
        Source::UnderWay(id) => Reader::new(services.heroku()?.as_ref()).build(app, id)?,
        _ => start(executor, rebuild, &writer)?,
    };
    let ended = finish(services, progress, app, &build, rebuild.release)?;
    let outcome = Outcome::Built { id: build.id, release: ended.release, version: ended.version };
    // The slug runs all the same.
    match require_agent(app, commit, rebuild.expects.as_deref(), ended.agent.as_deref()) {
        Ok(()) => Ok(outcome),
        Err(failure) => Err(Undone { outcome, failure }),
    }
}

/// Gives Heroku the source, and starts its build.
fn start(executor: &Executor<'_>, rebuild: &Rebuild, writer: &Writer<'_>) -> Result<Build, Undone> {
    let Executor { services, plan, prepared: _, progress, nth: _, heeds_stop: _ } = *executor;
    let (app, commit) = (&plan.app.name, short_commit(&rebuild.commit));
    let (url, checksum) = upload(executor, writer)?;
    if rebuild.clear_cache {
        services.stop().check().map_err(skipped)?;
        progress.now("clearing the build cache");
        writer.clear_build_cache(app)?;
    }
    if let Some(build) = started_meanwhile(executor, rebuild)? {
        progress.now(&format!("another run is building {commit}; waiting for it"));
        return Ok(build);
    }
    services.stop().check().map_err(skipped)?;
    progress.now(&format!("building {commit}"));
    let start =
        StartBuild { url, version: rebuild.commit.clone(), checksum, known: plan.known_builds.clone() };
    Ok(writer.start_build(app, &start)?)
}

/// The build that another run has started since the plan was made, and that this one would only repeat. Read right before the
/// start: what is left is the time between two requests.
fn started_meanwhile(executor: &Executor<'_>, rebuild: &Rebuild) -> Result<Option<Build>, Undone> {
    let plan = executor.plan;
    let reader = Reader::new(executor.services.heroku()?.as_ref());
    let builds = reader.builds(&plan.app.name)?;
    if builds.first().is_none_or(|build| plan.known_builds.contains(&build.id)) {
        return Ok(None);
    }
    let releases = reader.releases(&plan.app.name)?;
    let buildpacks = plan.changes.iter().find_map(|change| match change {
        Change::BuildpacksSet { after, .. } => Some(&after[..]),
        _ => None,
    });
    let build = deployed::started_meanwhile(&builds, &releases, &plan.known_builds, rebuild, buildpacks);
    Ok(build.cloned())
}

/// Follows what is under way in an app to its end: a build with the release that it makes, or a release phase.
pub(crate) fn watch(
    services: &dyn Services,
    progress: &Progress,
    app: &str,
    under_way: UnderWay<'_>,
) -> Result {
    let ended = match under_way {
        UnderWay::Build(build) => finish(services, progress, app, build, None).map(drop),
        UnderWay::Release(release) => release::wait(services, progress, app, &release.id).map(drop),
    };
    ended.map_err(|undone| undone.failure)
}

/// How a build that succeeded ended.
struct Ended {
    /// The UUID of its release.
    release: Option<String>,
    /// The release's number.
    version: Option<u64>,
    /// The Agent's version, where the output names it.
    agent: Option<String>,
}

/// Follows a build and the release that it makes to their ends. `running` is the number of the release that runs.
fn finish(
    services: &dyn Services,
    progress: &Progress,
    app: &str,
    build: &Build,
    running: Option<u64>,
) -> Result<Ended, Undone> {
    let commit =
        build.commit.as_deref().map_or_else(|| app.to_owned(), |commit| short_commit(commit).to_owned());
    let mut tail = Tail::default();
    let mut agent = None;
    let stream = {
        let build = build.clone();
        move |client: &heroku::Client, line: &mut release::Sink<'_>| {
            Writer::new(client).stream_build(&build, line).map(drop)
        }
    };
    release::follow(services, stream, &mut |line| {
        progress.line(line);
        agent = deployed::agent_installed(line).map(str::to_owned).or(agent.take());
        tail.push(line);
    })?;
    let writer = Writer::new(services.heroku()?);
    let build = writer
        .finish_build(app, &build.id, &|| services.stop().is_requested())
        .map_err(|error| unknown(Failure::from(error).hint(watching(app))))?;
    if build.status == Status::Pending {
        return Err(unknown(still_building(app, &commit)));
    }
    if build.status == Status::Failed {
        let running = running.map(|version| format!(" (v{version})")).unwrap_or_default();
        let message = format!("build of {commit} failed; the previous release{running} keeps running");
        return Err(Failure::new(Code::BuildFailed, tail.below(&message)).into());
    }
    let version = match &build.release {
        Some(id) => Some(release::wait(services, progress, app, id)?.version),
        None => None,
    };
    Ok(Ended { release: build.release, version, agent })
}

/// Where Heroku gets the source: the packed commit is uploaded first.
fn upload(executor: &Executor<'_>, writer: &Writer<'_>) -> Result<(Secret, Option<String>), Undone> {
    match executor.prepared {
        Prepared::Url(url) => Ok((url.clone(), None)),
        Prepared::Archive(archive) => {
            executor.progress.now("uploading the source");
            let blob = writer.create_source()?;
            executor.services.stop().check().map_err(skipped)?;
            writer.upload(&blob.put_url, &archive.file)?;
            Ok((blob.get_url, Some(format!("SHA256:{}", archive.sha256))))
        }
        Prepared::Nothing => Err(Failure::new(Code::Failed, "the rebuild has no source").into()),
    }
}

fn still_building(app: &str, commit: &str) -> Failure {
    Failure::new(Code::Interrupted, format_args!("interrupted; the build of {commit} continues at Heroku"))
        .hint(watching(app))
}

/// The command that follows what is under way in an app.
pub(in crate::engine) fn watching(app: &str) -> String {
    format!("dd-heroku status -a {app} --watch")
}

/// Fails when the build installed another Agent than was asked for.
fn require_agent(app: &str, commit: &str, expected: Option<&str>, installed: Option<&str>) -> Result {
    let (Some(expected), Some(installed)) = (expected, installed) else { return Ok(()) };
    if deployed::is_version(installed, expected) {
        return Ok(());
    }
    let message = format!("the build of {commit} installed Agent {installed}, not {expected}");
    Err(Failure::new(Code::Failed, message)
        .hint(format_args!("dd-heroku rebuild --clear-cache -a {app}"))
        .hint(format_args!(
            "the buildpack may be too old to know the version: dd-heroku buildpacks show -a {app}"
        )))
}
