//! The source of the apps that are there from the start: a tarball for builds, and the commits for checkouts.

use std::collections::BTreeMap;

use flate2::Compression;
use flate2::write::GzEncoder;
use jiff::Timestamp;

use super::world::World;
use super::world::app::{App, Build};
use super::world::seed::SOURCES;
use super::world::source::{Files, files};

/// The tarball behind a path below [`SOURCES`], when an app of `world` was built from it.
pub(crate) fn at(world: &World, path: &str) -> Option<Vec<u8>> {
    let (app, build) = world.apps.iter().find_map(|app| Some((app, deploy(app, |it| it.source == path)?)))?;
    tarball(&built_files(app, build)).ok()
}

/// One of the commits of the start, and when it was made.
pub(crate) struct Commit {
    pub(crate) hash: String,
    pub(crate) files: Files,
    /// Seconds since 1970.
    pub(crate) at: i64,
}

/// The commits that lead to `hash`, oldest first; none where it is not one of the start.
pub(crate) fn commits(world: &World, hash: &str) -> Vec<Commit> {
    let is_it = |build: &Build| build.version.as_deref() == Some(hash);
    let Some(app) = world.apps.iter().find(|app| deploy(app, is_it).is_some()) else { return Vec::new() };
    let deploys = app.builds.iter().filter(|build| build.source.starts_with(SOURCES));
    let mut commits: Vec<Commit> = Vec::new();
    for build in deploys {
        let hash_of_build = build.version.clone().unwrap_or_default();
        if commits.iter().any(|commit| commit.hash == hash_of_build) {
            continue;
        }
        let at = build.created_at.parse::<Timestamp>().map_or(0, Timestamp::as_second);
        commits.push(Commit { hash: hash_of_build, files: built_files(app, build), at });
        if is_it(build) {
            break;
        }
    }
    commits
}

/// The first build of the start for which `is_it` holds.
fn deploy(app: &App, is_it: impl Fn(&Build) -> bool) -> Option<&Build> {
    app.builds.iter().find(|build| build.source.starts_with(SOURCES) && is_it(build))
}

fn built_files(app: &App, build: &Build) -> Files {
    let slug = app.slugs.iter().find(|slug| Some(&slug.id) == build.slug.as_ref());
    let none = BTreeMap::new();
    let process_types = slug.map_or(&none, |slug| &slug.process_types);
    files(&app.name, slug.and_then(|slug| slug.language.as_deref()), &build.buildpacks, process_types)
}

fn tarball(files: &Files) -> std::io::Result<Vec<u8>> {
    let mut archive = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
    for (path, content) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        header.set_mtime(1_700_000_000);
        archive.append_data(&mut header, path, content.as_bytes())?;
    }
    archive.into_inner()?.finish()
}
