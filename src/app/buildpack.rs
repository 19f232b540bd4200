//! Buildpacks as the platform lists them, and when two references mean the same one.

use std::fmt;

use super::archive::Archive;

/// Datadog's official buildpack, as its guide has it.
pub const DATADOG: &str = "https://github.com/DataDog/heroku-buildpack-datadog.git";

/// What a buildpack is to the order rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Datadog's official one.
    Datadog,
    /// Ours, as `buildpack pack` makes it.
    Ours,
    /// Someone's fork of Datadog's.
    Fork,
    /// Installs system packages: belongs before Datadog's.
    Apt,
    /// Changes what `/app` is: belongs before Datadog's.
    Monorepo,
    /// Everything else: languages and tools, which come after.
    Other,
}

/// A buildpack of an app.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Buildpack {
    /// Its URL: `urn:buildpack:heroku/ruby`, a tarball's or a git repository's.
    pub url: String,
    /// Its name, when it is an official or registry one: `heroku/ruby`.
    pub name: Option<String>,
}

impl Buildpack {
    /// A buildpack known by a reference alone.
    pub fn of(reference: &str) -> Self {
        Self { url: reference.to_owned(), name: None }
    }

    /// The one that installs the Agent: the official one unless a URL is given, pinned when a release is named.
    pub fn agent(url: Option<&str>, release: Option<&str>) -> Self {
        let url = url.unwrap_or(DATADOG);
        match release {
            Some(release) => Self::of(url).pinned(Some(release)),
            None => Self::of(url),
        }
    }

    /// The reference that puts it back into the list unchanged: official and registry ones by name, others by URL.
    pub fn reference(&self) -> &str {
        if let Some(name) = self.url.strip_prefix("urn:buildpack:") {
            return name;
        }
        registry_name(&self.url).unwrap_or(&self.url)
    }

    /// The same, without a user name and password that may be in it.
    pub fn shown_reference(&self) -> String {
        without_credentials(self.reference())
    }

    /// The release or branch that it is pinned to: what follows the `#`, or what an archive is of.
    pub fn pin(&self) -> Option<&str> {
        if let Some(archive) = Archive::of(&self.url) {
            return archive.git_ref;
        }
        self.url.split_once('#').map(|(_, pin)| pin).filter(|pin| !pin.is_empty())
    }

    /// The same, pinned to another release, or with `None` to none.
    #[must_use]
    pub fn pinned(&self, release: Option<&str>) -> Self {
        if let Some(archive) = Archive::of(&self.url) {
            return Self::of(&archive.at(release));
        }
        let place = self.reference().split('#').next().unwrap_or_default();
        Self::of(&release.map_or_else(|| place.to_owned(), |release| format!("{place}#{release}")))
    }

    /// What it is to the order rule.
    pub fn role(&self) -> Role {
        let id = identity(self.reference());
        let last = id.rsplit('/').next().unwrap_or_default();
        match id.as_str() {
            "github.com/datadog/heroku-buildpack-datadog" | "datadog/heroku-buildpack-datadog" => {
                Role::Datadog
            }
            _ if last.contains("dd-heroku") => Role::Ours,
            _ if last == "heroku-buildpack-datadog" || last == "datadog-heroku-buildpack" => Role::Fork,
            _ if last.contains("monorepo") || last.contains("subdir") => Role::Monorepo,
            _ if last == "apt"
                || last.ends_with("-apt")
                || last.contains("puppeteer")
                || last.contains("chrome") =>
            {
                Role::Apt
            }
            _ => Role::Other,
        }
    }

    /// Whether it runs the buildpacks that the file `.buildpacks` of the repository lists.
    pub fn runs_others(&self) -> bool {
        let id = identity(self.reference());
        let last = id.rsplit('/').next().unwrap_or_default();
        // heroku-buildpack-multi-procfile is another one.
        last == "multi" || last.ends_with("buildpack-multi") || last.contains("buildpack-subdir")
    }

    /// Whether it installs the Datadog Agent.
    pub fn installs_agent(&self) -> bool {
        matches!(self.role(), Role::Datadog | Role::Ours | Role::Fork)
    }

    /// Whether two references mean the same buildpack, with any pin.
    pub fn is_same(&self, other: &Self) -> bool {
        identity(self.reference()) == identity(other.reference())
    }
}

impl fmt::Display for Buildpack {
    /// As a person reads it: `heroku/ruby`, `DataDog/heroku-buildpack-datadog#2.44`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = self.shown_reference();
        let (place, pin) =
            shown.split_once('#').map_or((shown.as_str(), None), |(place, pin)| (place, Some(pin)));
        if let Some(Archive { repository: (owner, name), git_ref }) = Archive::of(&shown) {
            let pin = git_ref.map(|pin| format!("#{pin}")).unwrap_or_default();
            return write!(f, "{owner}/{name}{pin} (archive)");
        }
        let short = place
            .strip_prefix("https://github.com/")
            .or_else(|| place.strip_prefix("git@github.com:"))
            .map_or(place, |repo| repo.strip_suffix(".git").unwrap_or(repo));
        match pin {
            Some(pin) => write!(f, "{short}#{pin}"),
            None => f.write_str(short),
        }
    }
}

/// What distinguishes buildpacks: the platform treats `x.git`, `x` and `x#tag` as different; we do not.
fn identity(reference: &str) -> String {
    if let Some(Archive { repository: (owner, name), .. }) = Archive::of(reference) {
        return format!("github.com/{owner}/{name}").to_ascii_lowercase();
    }
    let place = reference.split('#').next().unwrap_or_default();
    let place = place
        .trim_start_matches("urn:buildpack:")
        .trim_start_matches("https://")
        .trim_start_matches("http://")
        .trim_start_matches("git://")
        .trim_start_matches("ssh://")
        .replace(':', "/");
    let place = place.rsplit_once('@').map_or(place.as_str(), |(_, host)| host);
    place.trim_end_matches('/').trim_end_matches(".git").to_ascii_lowercase()
}

/// `ns/name` of a tarball in Heroku's buildpack registry.
fn registry_name(url: &str) -> Option<&str> {
    url.strip_prefix("https://buildpack-registry.s3.amazonaws.com/buildpacks/")?.strip_suffix(".tgz")
}

/// A URL without the user name and password that some people put into it.
fn without_credentials(reference: &str) -> String {
    match reference.split_once("://").and_then(|(scheme, rest)| {
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        authority.rsplit_once('@').map(|(_, host)| format!("{scheme}://{host}/{path}"))
    }) {
        Some(clean) => clean,
        None => reference.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_buildpack_is_recognized_however_it_is_written() {
        let datadog = Buildpack::of(DATADOG);
        for same in [
            "https://github.com/DataDog/heroku-buildpack-datadog",
            "https://github.com/datadog/heroku-buildpack-datadog.git#2.44",
            "git@github.com:DataDog/heroku-buildpack-datadog.git",
            "https://token@github.com/DataDog/heroku-buildpack-datadog.git",
            "https://github.com/DataDog/heroku-buildpack-datadog/",
            "https://github.com/DataDog/heroku-buildpack-datadog/archive/refs/tags/2.44.tar.gz",
            "https://codeload.github.com/datadog/heroku-buildpack-datadog/tar.gz/master",
        ] {
            assert!(Buildpack::of(same).is_same(&datadog), "{same}");
            assert_eq!(Buildpack::of(same).role(), Role::Datadog, "{same}");
        }
        assert_eq!(Buildpack::of("https://github.com/acme/heroku-buildpack-datadog.git").role(), Role::Fork);
    }

    #[test]
    fn the_reference_puts_a_buildpack_back_as_it_was() {
        for (url, reference) in [
            ("urn:buildpack:heroku/ruby", "heroku/ruby"),
            (
                "https://buildpack-registry.s3.amazonaws.com/buildpacks/heroku-community/apt.tgz",
                "heroku-community/apt",
            ),
            ("https://github.com/a/b.git#v1", "https://github.com/a/b.git#v1"),
        ] {
            assert_eq!(Buildpack::of(url).reference(), reference);
        }
    }

    #[test]
    fn buildpacks_that_run_others_are_known() {
        for (reference, runs_others) in [
            ("https://github.com/heroku/heroku-buildpack-multi.git", true),
            ("https://github.com/ddollar/heroku-buildpack-multi#v1", true),
            ("heroku/multi", true),
            ("https://github.com/negativetwelve/heroku-buildpack-subdir", true),
            ("heroku-community/multi-procfile", false),
            ("https://github.com/heroku/heroku-buildpack-multi-procfile", false),
            ("https://github.com/lstoll/heroku-buildpack-monorepo", false),
            ("heroku/ruby", false),
        ] {
            assert_eq!(Buildpack::of(reference).runs_others(), runs_others, "{reference}");
        }
    }

    #[test]
    fn roles_follow_the_order_rule() {
        for (reference, role) in [
            ("heroku-community/apt", Role::Apt),
            ("https://github.com/heroku/heroku-buildpack-apt", Role::Apt),
            ("https://github.com/jontewks/puppeteer-heroku-buildpack", Role::Apt),
            ("https://github.com/heroku/heroku-buildpack-apt/archive/refs/heads/main.tar.gz", Role::Apt),
            ("https://github.com/lstoll/heroku-buildpack-monorepo", Role::Monorepo),
            ("https://github.com/timanovsky/subdir-heroku-buildpack", Role::Monorepo),
            ("https://example.org/dd-heroku-buildpack.tgz", Role::Ours),
            ("heroku/nodejs", Role::Other),
        ] {
            assert_eq!(Buildpack::of(reference).role(), role, "{reference}");
        }
    }

    #[test]
    fn a_person_sees_a_short_name_without_credentials() {
        for (url, shown) in [
            (
                "https://github.com/DataDog/heroku-buildpack-datadog.git#2.44",
                "DataDog/heroku-buildpack-datadog#2.44",
            ),
            ("https://user:pass@git.example.org/x.git", "https://git.example.org/x.git"),
            ("urn:buildpack:heroku/ruby", "heroku/ruby"),
            (
                "https://github.com/DataDog/heroku-buildpack-datadog/archive/refs/tags/2.44.tar.gz",
                "DataDog/heroku-buildpack-datadog#2.44 (archive)",
            ),
        ] {
            assert_eq!(Buildpack::of(url).to_string(), shown);
        }
    }
}
