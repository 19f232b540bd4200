//! Symbolic links of a package: where they may lead, and what becomes of them on a dyno, where the package does not lie
//! at the root.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Component, Path, PathBuf};

use anyhow::ensure;

/// Whether a symbolic link at `path` stays in the package, or has a full path, which [`settle`] looks at.
pub(super) fn stays_inside(path: &Path, target: &Path) -> bool {
    let mut depth = path.components().count().saturating_sub(1);
    for part in target.components() {
        match part {
            Component::RootDir | Component::Prefix(_) => return true,
            Component::CurDir => {}
            Component::Normal(_) => depth += 1,
            Component::ParentDir if depth == 0 => return false,
            Component::ParentDir => depth -= 1,
        }
    }
    true
}

/// Where the Agent's own files are in the package.
const AGENT: &str = "opt/datadog-agent";

/// Makes the Agent's own links by full paths into the package relative, and removes the links whose target was pruned, and those by a
/// full path elsewhere: what the build machine has there, a dyno need not have, and `/usr/bin/datadog-agent` would start an
/// Agent without what `agent-wrapper` brings. Refuses a link that leaves
/// `root` by way of other links. `links` are paths below `root`, `is_in_package` says whether the package has a path.
/// Gives back how many were removed.
pub(super) fn settle(
    root: &Path,
    mut links: Vec<PathBuf>,
    is_in_package: impl Fn(&Path) -> bool,
) -> anyhow::Result<usize> {
    links.sort();
    links.dedup();
    let before = links.len();
    let mut inside = Vec::with_capacity(before);
    for link in links {
        let place = root.join(&link);
        if let Ok(target) = fs::read_link(&place)?.strip_prefix("/") {
            fs::remove_file(&place)?;
            if !link.starts_with(AGENT) || !is_in_package(target) {
                continue;
            }
            symlink(from_link(&link, target), &place)?;
        }
        inside.push(link);
    }
    let mut links = inside;
    let real_root = root.canonicalize()?;
    // A link may lead to a link that goes: until none does.
    loop {
        let (mut stay, mut is_settled) = (Vec::with_capacity(links.len()), true);
        for link in links {
            if let Ok(target) = root.join(&link).canonicalize() {
                ensure!(target.starts_with(&real_root), "the link `{}` leaves the package", link.display());
                stay.push(link);
            } else {
                fs::remove_file(root.join(link))?;
                is_settled = false;
            }
        }
        links = stay;
        if is_settled {
            return Ok(before - links.len());
        }
    }
}

/// The way from a link to a target, both paths in the package.
fn from_link(link: &Path, target: &Path) -> PathBuf {
    let folder = link.parent().unwrap_or(Path::new(""));
    let shared = folder.components().zip(target.components()).take_while(|(a, b)| a == b).count();
    let up = folder.components().skip(shared).map(|_| Component::ParentDir);
    let way: PathBuf = up.chain(target.components().skip(shared)).collect();
    if way.as_os_str().is_empty() { PathBuf::from(".") } else { way }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_may_climb_as_far_as_the_package_reaches() {
        let inside = |path: &str, target: &str| stays_inside(path.as_ref(), target.as_ref());
        assert!(inside("opt/a/b", "../c/d"));
        assert!(inside("opt/a/b", "../../x"));
        assert!(!inside("opt/a/b", "../../../x"));
        assert!(!inside("b", ".."));
        assert!(inside("b", "/etc/hosts"));
    }

    #[test]
    fn a_link_by_a_full_path_gets_a_way_through_the_folders_between() {
        for (link, target, way) in [
            ("usr/bin/agent", "opt/a/agent", "../../opt/a/agent"),
            ("opt/a/bin/pip", "opt/a/bin/pip3", "pip3"),
            ("opt/a/x", "opt/a", "."),
            ("opt/a/b/x", "opt/a", ".."),
            ("x", "opt/y", "opt/y"),
        ] {
            assert_eq!(from_link(link.as_ref(), target.as_ref()), Path::new(way), "{link}");
        }
    }

    #[test]
    fn links_that_lead_nowhere_go_and_so_do_links_to_them() {
        let root = tempfile::tempdir().unwrap();
        let place = |path: &str| root.path().join(path);
        fs::create_dir(place("bin")).unwrap();
        fs::create_dir_all(place(AGENT)).unwrap();
        fs::write(place("bin/agent"), "").unwrap();
        let links = [
            ("a", "b"),
            ("b", "c"),
            ("c", "gone"),
            ("opt/datadog-agent/d", "/bin/agent"),
            ("e", "opt/datadog-agent/d"),
            // The command of the package.
            ("i", "/bin/agent"),
            ("f", "/no/such"),
            // Every build machine has it.
            ("g", "/etc/passwd"),
            ("h", "/"),
        ];
        for (link, target) in links {
            symlink(target, place(link)).unwrap();
        }
        let paths = links.iter().map(|(link, _)| PathBuf::from(link)).collect();
        assert_eq!(settle(root.path(), paths, |path| path == Path::new("bin/agent")).unwrap(), 7);
        assert_eq!(fs::read_link(place("opt/datadog-agent/d")).unwrap(), Path::new("../../bin/agent"));
        assert!(place("e").exists());
        assert_eq!(fs::read_dir(root.path()).unwrap().count(), 3);
    }

    #[test]
    fn a_link_that_leaves_the_package_by_way_of_another_is_refused() {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir_all(root.path().join("a/b/c")).unwrap();
        let links = [("a/b/c/top", "../../.."), ("out", "a/b/c/top/../..")];
        for (link, target) in links {
            assert!(stays_inside(link.as_ref(), target.as_ref()), "{link}");
            symlink(target, root.path().join(link)).unwrap();
        }
        let paths = links.iter().map(|(link, _)| PathBuf::from(link)).collect();
        let refused = settle(root.path(), paths, |_| true).unwrap_err();
        assert_eq!(refused.to_string(), "the link `out` leaves the package");
    }
}
