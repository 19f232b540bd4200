//! What runs on an app now, and whether its slug is due to be compiled again. Derived from the snapshot.

use std::collections::BTreeSet;

use super::buildpack::Buildpack;
use super::observed::{Build, Observed, Release, Status};

/// The release that runs: the current one, else the newest that succeeded.
pub fn release(observed: &Observed) -> Option<&Release> {
    let releases = observed.releases.as_deref()?;
    releases
        .iter()
        .find(|release| release.current)
        .or_else(|| releases.iter().find(|release| release.status == Status::Succeeded))
}

/// The UUID of the slug that runs.
pub fn slug(observed: &Observed) -> Option<&str> {
    release(observed)?.slug.as_deref()
}

/// The release that first ran the slug that runs now: the deploy.
pub fn deploy(observed: &Observed) -> Option<&Release> {
    let slug = slug(observed)?;
    let releases = observed.releases.as_deref()?;
    releases
        .iter()
        .rfind(|release| release.slug.as_deref() == Some(slug) && release.status == Status::Succeeded)
}

/// The build that made the slug that runs, when this app built it.
pub fn build(observed: &Observed) -> Option<&Build> {
    let slug = slug(observed)?;
    observed.builds.as_deref()?.iter().find(|build| build.slug.as_deref() == Some(slug))
}

/// The commit that runs.
pub fn commit(observed: &Observed) -> Option<&str> {
    build(observed)
        .and_then(|build| build.commit.as_deref())
        .or_else(|| observed.slug.as_ref().and_then(|slug| slug.commit.as_deref()))
        .filter(|commit| !commit.is_empty())
}

/// A build that is under way.
pub fn pending_build(observed: &Observed) -> Option<&Build> {
    observed.builds.as_deref()?.first().filter(|build| build.status == Status::Pending)
}

/// The config vars that were set or unset since `build` was started, by the descriptions of the releases.
pub fn changed_since<'o>(observed: &'o Observed, build: &Build) -> BTreeSet<&'o str> {
    let releases = observed.releases.as_deref().unwrap_or_default();
    releases
        .iter()
        .filter(|release| release.status != Status::Failed && release.created_at > build.created_at)
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

#[cfg(test)]
mod tests {
    use super::*;

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
