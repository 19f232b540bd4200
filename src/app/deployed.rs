//! What runs on an app now, and whether it needs a rebuild. Derived from the snapshot.

use std::collections::BTreeSet;

use super::buildpack::Buildpack;
use super::change::{Rebuild, Source};
use super::facts::{Build, Facts, Release, Status};
use crate::datadog::{AgentRequest, AgentVersion, boolean, options};
use crate::env;

/// From this size of a slug on, in bytes, a slim build is worth a thought: where `DD_HEROKU_SLIM=auto` makes one.
const LARGE: u64 = 300_000_000;

/// The release that runs: the current one, else the newest that succeeded.
pub fn release(facts: &Facts) -> Option<&Release> {
    let releases = facts.releases.as_deref()?;
    releases
        .iter()
        .find(|release| release.current)
        .or_else(|| releases.iter().find(|release| release.status == Status::Succeeded))
}

/// The UUID of the slug that runs.
pub fn slug(facts: &Facts) -> Option<&str> {
    release(facts)?.slug.as_deref()
}

/// The release that first ran the slug that runs now: the deploy.
pub fn deploy(facts: &Facts) -> Option<&Release> {
    let slug = slug(facts)?;
    let releases = facts.releases.as_deref()?;
    releases
        .iter()
        .rfind(|release| release.slug.as_deref() == Some(slug) && release.status == Status::Succeeded)
}

/// The build that made the slug that runs, when this app built it.
pub fn build(facts: &Facts) -> Option<&Build> {
    let slug = slug(facts)?;
    facts.builds.as_deref()?.iter().find(|build| build.slug.as_deref() == Some(slug))
}

/// The commit that runs.
pub fn commit(facts: &Facts) -> Option<&str> {
    build(facts)
        .and_then(|build| build.commit.as_deref())
        .or_else(|| facts.slug.as_ref().and_then(|slug| slug.commit.as_deref()))
        .filter(|commit| !commit.is_empty())
}

/// The newest release, when it failed: its release phase did, as a rule, and an older release keeps running.
pub fn failed_release(facts: &Facts) -> Option<&Release> {
    facts.releases.as_deref()?.first().filter(|release| release.status == Status::Failed)
}

/// What has been started, and will run unless it fails.
#[derive(Clone, Copy, Debug)]
pub enum UnderWay<'f> {
    /// A build.
    Build(&'f Build),
    /// The release of a build that has succeeded: its release phase runs.
    Release(&'f Release),
}

/// The newest build or release, when it has not ended.
pub fn under_way(facts: &Facts) -> Option<UnderWay<'_>> {
    let build = facts.builds.as_deref().and_then(<[_]>::first);
    let release = facts.releases.as_deref().and_then(<[_]>::first);
    // Builds and releases are read at the same time: a build that ended in between has a release that was not read.
    let is_unread = |id: &String| facts.releases.iter().flatten().all(|release| release.id != *id);
    let has_just_ended = |build: &Build| {
        build.status == Status::Succeeded
            && release.is_some_and(|release| release.created_at <= build.created_at)
            && build.release.as_ref().is_some_and(is_unread)
    };
    build
        .filter(|build| build.status == Status::Pending || has_just_ended(build))
        .map(UnderWay::Build)
        .or_else(|| release.filter(|release| release.status == Status::Pending).map(UnderWay::Release))
}

/// What was changed since the slug was compiled, and takes effect only when it is compiled again: names of config vars,
/// and `buildpacks`.
pub fn rebuild_due(facts: &Facts) -> Vec<&str> {
    let Some(build) = build(facts) else { return Vec::new() };
    let mut reasons: Vec<_> =
        compiled_changes(facts, build).filter(|name| is_other_now(facts, name)).collect();
    let buildpacks = facts.buildpacks.as_deref().unwrap_or_default();
    let had_agent = build.buildpacks.iter().any(|url| Buildpack::of(url).installs_agent());
    let has_agent = buildpacks.iter().any(Buildpack::installs_agent);
    if facts.buildpacks.is_some() && (had_agent || has_agent) && !built_with(build, buildpacks) {
        reasons.push("buildpacks");
    }
    reasons
}

/// The config vars that are compiled into the slug, and were set or unset since `build` was started.
pub fn compiled_changes<'f>(facts: &'f Facts, build: &Build) -> impl Iterator<Item = &'f str> {
    changed_since(facts, build).into_iter().filter(|name| is_compiled_in(facts, name))
}

/// Whether a change of this config var takes effect only with a recompiled slug: a slim one lacks the checks that are off.
pub fn is_compiled_in(facts: &Facts, name: &str) -> bool {
    options::needs_rebuild(name) || (options::switches_check(name) && is_slim(facts))
}

/// Whether the app's builds leave out the Python packages of checks that it does not use.
pub fn is_slim(facts: &Facts) -> bool {
    let value = facts.config.as_ref().and_then(|config| config.get(env::DD_HEROKU_SLIM));
    let asks =
        value.is_some_and(|value| value.eq_ignore_ascii_case("auto") || boolean::parse(value) == Some(true));
    asks && facts.has_our_buildpack()
}

/// The build of what runs, where the slug is large and dd-heroku's buildpack made it with all Python packages.
pub fn could_be_slim(facts: &Facts) -> Option<&Build> {
    let size = facts.slug.as_ref().and_then(|slug| slug.size).or(facts.app.slug_size)?;
    build(facts).filter(|_| size >= LARGE && facts.has_our_buildpack() && !is_slim(facts))
}

/// Whether a config var has another value than when the slug was built, as far as that is known: what was set and rolled back
/// has not.
fn is_other_now(facts: &Facts, name: &str) -> bool {
    let (Some(then), Some(now)) = (&facts.built_config, &facts.config) else { return true };
    then.raw(name) != now.raw(name)
}

/// The config vars that were set or unset since `build` was started, by the descriptions of the releases.
pub fn changed_since<'o>(facts: &'o Facts, build: &Build) -> BTreeSet<&'o str> {
    changed_in(facts.releases.as_deref().unwrap_or_default(), build)
}

/// The build that another run started since these builds were `known`, when it makes the slug that `rebuild` would: of the
/// same commit, with `buildpacks` where those were set by the plan, after the last setting that is compiled in was changed.
pub fn started_meanwhile<'b>(
    builds: &'b [Build],
    releases: &[Release],
    known: &[String],
    rebuild: &Rebuild,
    buildpacks: Option<&[Buildpack]>,
) -> Option<&'b Build> {
    if rebuild.clear_cache || matches!(rebuild.source, Source::Url(_)) {
        return None;
    }
    let newest =
        builds.first().filter(|build| build.status != Status::Failed && !known.contains(&build.id))?;
    let is_of_commit = newest.commit.as_deref() == Some(&rebuild.commit);
    let has_buildpacks = buildpacks.is_none_or(|list| built_with(newest, list));
    // Whether the app is slim is not read again: the state of a check counts in any case.
    let is_compiled_in = |name: &&str| options::needs_rebuild(name) || options::switches_check(name);
    let is_later = !changed_in(releases, newest).iter().any(is_compiled_in);
    (is_of_commit && has_buildpacks && is_later).then_some(newest)
}

fn changed_in<'o>(releases: &'o [Release], build: &Build) -> BTreeSet<&'o str> {
    let built = releases.iter().find(|release| build.release.as_ref() == Some(&release.id));
    // Heroku's times are exact to the second: what is numbered after the build's own release is later in any case.
    let is_later = |release: &Release| {
        release.created_at > build.created_at || built.is_some_and(|built| release.version > built.version)
    };
    releases
        .iter()
        .filter(|release| release.status != Status::Failed && is_later(release))
        .flat_map(|release| names(&release.description))
        .collect()
}

/// The names in `Set A, B config vars` and `Unset A config vars`.
fn names(description: &str) -> impl Iterator<Item = &str> {
    let listed = description
        .strip_prefix("Set ")
        .or_else(|| description.strip_prefix("Unset "))
        .or_else(|| description.strip_prefix("Remove "))
        .and_then(|rest| rest.strip_suffix(" config vars"))
        .unwrap_or_default();
    listed.split([',', ' ']).filter(|name| !name.is_empty() && *name != "and")
}

/// Whether a build ran these buildpacks, in this order and with these pins.
pub fn built_with(build: &Build, buildpacks: &[Buildpack]) -> bool {
    build.buildpacks.len() == buildpacks.len()
        && build.buildpacks.iter().zip(buildpacks).all(|(url, now)| {
            let then = Buildpack::of(url);
            then.is_same(now) && then.pin() == now.pin()
        })
}

/// The version of the Agent that an app asks for: exact, or `7` or `6` for what its buildpack takes by itself. `None`
/// where no buildpack installs one.
pub fn agent_requested(facts: &Facts) -> Option<&str> {
    facts.agent_buildpack()?;
    let config = facts.config.as_ref()?;
    config.get(env::DD_AGENT_VERSION).or_else(|| config.get(env::DD_AGENT_MAJOR_VERSION)).or(Some("7"))
}

/// The version of the Agent in the slug that runs, as far as the settings of its build show: exact when an
/// exact version was set before the build and not changed since.
pub fn agent(facts: &Facts) -> Option<&str> {
    let build = build(facts)?;
    if !build.buildpacks.iter().any(|url| Buildpack::of(url).installs_agent()) {
        return None;
    }
    let asked = facts
        .config
        .as_ref()?
        .get(env::DD_AGENT_VERSION)
        .filter(|asked| AgentVersion::parse(asked).is_some())?;
    let changed = changed_since(facts, build);
    (!changed.contains(env::DD_AGENT_VERSION)).then_some(asked)
}

/// The version of the Agent that a line of a build's output says is being installed: `7.81.2-1`.
pub fn agent_installed(line: &str) -> Option<&str> {
    let small = line.to_ascii_lowercase();
    if !small.contains("installing datadog") && !small.contains("downloading datadog") {
        return None;
    }
    line.split_whitespace()
        .find(|word| AgentVersion::reported(word).is_some_and(|version| matches!(version.major, 6 | 7)))
}

/// Whether an installed version is the one asked for, which may lack the revision: `7.81.2-1` is `7.81.2`.
pub fn is_version(installed: &str, asked: &str) -> bool {
    match (AgentVersion::parse(installed), AgentVersion::parse(asked)) {
        (Some(installed), Some(asked)) => AgentRequest::Exactly(asked).is_met_by(installed),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_agents_version_is_read_from_a_builds_output() {
        for (line, version) in [
            ("-----> Downloading Datadog Agent 7.80.0-1", Some("7.80.0-1")),
            ("remote: -----> Installing datadog-heroku-agent 7.81.2-1", Some("7.81.2-1")),
            ("-----> Installing Datadog runner", None),
            ("       Installing puma 7.1.0", None),
        ] {
            assert_eq!(agent_installed(line), version, "{line}");
        }
        assert!(is_version("7.80.0-1", "7.80.0") && is_version("7.80.0-1", "1:7.80.0-1"));
        assert!(!is_version("7.80.0-1", "7.8") && !is_version("7.80.0-1", "7.80.0-2"));
    }

    #[test]
    fn what_was_set_in_the_second_of_a_build_counts_once_the_build_is_released() {
        let release = |version: u64, description: &str| Release {
            id: format!("release-{version}"),
            version,
            description: description.into(),
            status: Status::Succeeded,
            current: version == 3,
            slug: None,
            created_at: "2026-11-20T10:00:00Z".into(),
            output_stream_url: None,
        };
        let build = Build {
            id: "build".into(),
            status: Status::Succeeded,
            commit: None,
            source_url: None,
            buildpacks: Vec::new(),
            slug: None,
            release: Some("release-2".into()),
            stack: "heroku-24".into(),
            created_at: "2026-11-20T10:00:00Z".into(),
            output_stream_url: None,
        };
        let releases = vec![
            release(3, "Set DD_AGENT_VERSION config vars"),
            release(2, "Deploy 60883d9f"),
            release(1, "Set DD_APM_ENABLED config vars"),
        ];
        let facts = Facts { releases: Some(releases), ..Facts::default() };
        assert_eq!(changed_since(&facts, &build), ["DD_AGENT_VERSION"].into());
    }

    #[test]
    fn names_are_read_from_the_descriptions_of_releases() {
        for (description, expected) in [
            ("Set DD_SITE config vars", vec!["DD_SITE"]),
            ("Set DD_SITE, DD_API_KEY config vars", vec!["DD_SITE", "DD_API_KEY"]),
            ("Unset DD_TAGS config vars", vec!["DD_TAGS"]),
            ("Deploy 60883d9f", vec![]),
        ] {
            assert_eq!(names(description).collect::<Vec<_>>(), expected, "{description}");
        }
    }
}
