//! Runs a build that `POST builds` recorded: fetches the source, checks it, compiles, and makes slug and release. Its
//! log can be followed while it grows.

use super::agent_step::Workshop;
use super::compile::{self, Compiled, Failed, Job};
use super::ids;
use super::shared::Shared;
use super::world::app::{App, Build, Slug, Status};

/// Runs the build to its end.
pub(crate) fn run(shared: &Shared, build: &str) {
    let outcome = attempt(shared, build);
    finish(shared, build, outcome);
}

/// The slug's UUID and what was compiled.
fn attempt(shared: &Shared, id: &str) -> Result<(String, Compiled), Failed> {
    let mut log = |line: &str| write(shared, id, line);
    let Some((source, checksum, mut job)) = shared.with(|store| {
        let app = store.world.apps.iter().find(|app| app.builds.iter().any(|build| build.id == id))?;
        let build = app.builds.iter().find(|build| build.id == id)?;
        let workshop =
            Workshop { base: shared.url.clone(), slugs: store.slugs(), cache: store.cache(&app.name) };
        Some((build.source.clone(), build.checksum.clone(), job(app, build, workshop)))
    }) else {
        return Err(Failed);
    };
    let Some(bytes) = fetch(shared, &source) else {
        log(" !     Could not fetch the source archive: the URL did not answer with 200.");
        log(" !     Push rejected, no source to build.");
        return Err(Failed);
    };
    let expected = checksum.as_deref().and_then(|sum| sum.get(7..)).map(str::to_ascii_lowercase);
    if expected.is_some_and(|expected| expected != ids::sha256(&bytes)) {
        log(" !     The source archive does not match its checksum.");
        log(" !     Push rejected, no source to build.");
        return Err(Failed);
    }
    job.source = bytes;
    compile::compile(&job, &mut log).map(|compiled| (job.slug, compiled))
}

fn job(app: &App, build: &Build, workshop: Workshop) -> Job {
    let slug = app.current_slug();
    let agent =
        slug.and_then(|slug| slug.agent_bytes.or_else(|| slug.agent.as_deref().map(compile::agent_size)));
    let agent = agent.unwrap_or_default();
    let processes = app.formation.iter().map(|process| (process.kind.clone(), process.command.clone()));
    Job {
        slug: ids::fresh(),
        workshop,
        stack: build.stack.clone(),
        buildpacks: build.buildpacks.clone(),
        config: app.config.clone(),
        source: Vec::new(),
        process_types: processes.collect(),
        size: slug.map_or(30_000_000, |slug| slug.size.saturating_sub(agent)),
        doomed: build.doomed,
    }
}

/// The source behind a path of this server; the sandbox reaches nothing else.
pub(crate) fn fetch(shared: &Shared, source: &str) -> Option<Vec<u8>> {
    let url = url::Url::parse(source);
    let local = url.as_ref().is_ok_and(|url| matches!(url.host_str(), Some("127.0.0.1" | "localhost")));
    let path = if local { url.as_ref().map_or(source, url::Url::path) } else { source };
    shared.with(|store| store.source(path))
}

fn write(shared: &Shared, id: &str, line: &str) {
    shared.with(|store| {
        if let Some(build) = store.world.build_mut(id).filter(|build| build.status == Status::Pending) {
            build.log.push_str(line);
            build.log.push('\n');
        }
    });
    shared.notify();
}

fn finish(shared: &Shared, id: &str, outcome: Result<(String, Compiled), Failed>) {
    shared.with(|store| {
        let owner = store.world.apps.iter_mut().find(|app| app.builds.iter().any(|build| build.id == id));
        if let Some(app) = owner {
            conclude(app, id, outcome);
            // Where the disk is full the state is lost with the process; the next request says so.
            let _ = store.save();
        }
    });
    shared.notify();
}

/// Puts the outcome into the app, unless the build was cancelled meanwhile.
fn conclude(app: &mut App, id: &str, outcome: Result<(String, Compiled), Failed>) {
    let Some(place) = app.builds.iter().position(|build| build.id == id && build.status == Status::Pending)
    else {
        return;
    };
    app.builds[place].updated_at = ids::now();
    let Ok((slug, compiled)) = outcome else {
        app.builds[place].status = Status::Failed;
        return;
    };
    let commit = app.builds[place].version.clone();
    let slug = Slug {
        id: slug,
        commit: commit.clone(),
        size: compiled.size,
        stack: app.builds[place].stack.clone(),
        language: app.language.clone(),
        process_types: compiled.process_types,
        agent_bytes: compiled.agent.as_ref().map(|agent| agent.bytes),
        agent: compiled.agent.map(|agent| agent.version),
        original: None,
        created_at: ids::now(),
    };
    let label = commit.as_deref().unwrap_or(id);
    let description = format!("Deploy {}", label.get(..8).unwrap_or(label));
    app.slugs.push(slug.clone());
    let release = app.deploy(description, &slug, app.config.clone());
    let version = app.releases.last().map_or(0, |release| release.version);
    let build = &mut app.builds[place];
    build.status = Status::Succeeded;
    build.slug = Some(slug.id.clone());
    build.release = Some(release);
    build.log.push_str("-----> Launching...\n");
    if slug.release_command().is_some() {
        build.log.push_str(
            " !     Release command declared: this new release will not be available until the command succeeds.\n",
        );
    }
    build.log.push_str("       Released v");
    build.log.push_str(&version.to_string());
    build.log.push('\n');
}
