//! GitHub's archives of a repository, which Heroku takes as a buildpack like the repository itself: `…/archive/refs/tags/2.44.tar.gz`.

/// The endings of an archive.
const ENDINGS: [&str; 3] = [".tar.gz", ".tgz", ".zip"];

/// An archive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Archive<'u> {
    /// `owner/name`.
    pub repository: (&'u str, &'u str),
    /// The tag, branch or commit; `None` for the newest state of the default branch.
    pub git_ref: Option<&'u str>,
}

impl<'u> Archive<'u> {
    /// The archive that a URL names; `None` for every other URL.
    pub fn of(url: &'u str) -> Option<Self> {
        let place = url.split(['?', '#']).next()?.split_once("://")?.1;
        let (authority, path) = place.split_once('/')?;
        let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
        let is = |other: &str| host.eq_ignore_ascii_case(other);
        let path = match () {
            () if is("github.com") || is("www.github.com") || is("codeload.github.com") => path,
            () if is("api.github.com") => path.strip_prefix("repos/")?,
            () => return None,
        };
        let mut parts = path.splitn(4, '/');
        let repository = (parts.next()?, parts.next()?);
        let (kind, rest) = (parts.next()?, parts.next().unwrap_or_default());
        let git_ref = match kind {
            "archive" => without_ending(rest),
            "tarball" | "zipball" | "tar.gz" | "legacy.tar.gz" | "zip" | "legacy.zip" => rest,
            "releases" => rest.strip_prefix("download/")?.split('/').next()?,
            _ => return None,
        };
        let git_ref = ["refs/tags/", "refs/heads/"]
            .iter()
            .find_map(|kind| git_ref.strip_prefix(kind))
            .unwrap_or(git_ref);
        Some(Self { repository, git_ref: Some(git_ref).filter(|text| !text.is_empty() && *text != "HEAD") })
    }

    /// The archive of another tag, branch or commit of the repository.
    pub fn at(&self, git_ref: Option<&str>) -> String {
        let (owner, name) = self.repository;
        let place = match git_ref {
            None => "HEAD".to_owned(),
            Some(tag) if super::versions::is_release(tag) => format!("refs/tags/{tag}"),
            Some(other) => other.to_owned(),
        };
        format!("https://github.com/{owner}/{name}/archive/{place}.tar.gz")
    }
}

fn without_ending(text: &str) -> &str {
    ENDINGS.iter().find_map(|ending| text.strip_suffix(ending)).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_archive_is_read_in_every_form_that_github_has() {
        for (url, git_ref) in [
            ("https://github.com/a/b/archive/refs/heads/master.tar.gz", Some("master")),
            ("https://github.com/a/b/archive/refs/tags/2.44.tar.gz", Some("2.44")),
            ("https://github.com/a/b/archive/2.44.zip", Some("2.44")),
            ("https://github.com/a/b/archive/HEAD.tar.gz", None),
            ("https://github.com/a/b/tarball/2.44", Some("2.44")),
            ("https://github.com/a/b/tarball", None),
            ("https://codeload.github.com/a/b/tar.gz/refs/tags/2.44", Some("2.44")),
            ("https://codeload.github.com/a/b/legacy.tar.gz/master", Some("master")),
            ("https://api.github.com/repos/a/b/tarball/2.44", Some("2.44")),
            ("https://token@github.com/a/b/releases/download/2.44/b.tgz?raw=1", Some("2.44")),
        ] {
            let archive = Archive::of(url).unwrap_or_else(|| panic!("{url}"));
            assert_eq!((archive.repository, archive.git_ref), (("a", "b"), git_ref), "{url}");
            let pinned = archive.at(Some("2.45"));
            assert_eq!(Archive::of(&pinned).and_then(|archive| archive.git_ref), Some("2.45"));
        }
        for url in [
            "https://github.com/a/b.git#2.44",
            "https://github.com/a/b",
            "https://github.com/a/b/tree/master",
            "https://example.org/a/b/archive/2.44.tar.gz",
            "heroku/ruby",
        ] {
            assert_eq!(Archive::of(url), None, "{url}");
        }
    }
}
