//! Moves what was built into the app's folder: all of it, or nothing. An app's own files stay, except where the Agent
//! or this program must have theirs.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

/// Where our files win over the app's.
const OURS: [&str; 3] = [".apt/opt/datadog-agent", ".dd-heroku", ".profile.d"];

/// The package in a slug, and the Agent in the package.
const PACKAGE: &str = ".apt";
const AGENT: &str = "opt/datadog-agent";

/// What was done at one place, so that it can be undone.
struct Move {
    /// Where ours came from. None: the app's file went, and nothing came.
    from: Option<PathBuf>,
    to: PathBuf,
    /// Where the app's file went that existed before.
    aside: Option<PathBuf>,
}

struct Placing<'a> {
    aside: &'a Path,
    moves: Vec<Move>,
    kept: Vec<PathBuf>,
}

/// Moves the content of `built` into `home`, a folder of the same file system; `aside` is an empty one on it too.
/// Gives back the app's files that stayed where the package has one of the same name. When something cannot be moved,
/// everything is moved back. What an earlier build left of the Agent goes where `forbidden` says so of its path in the
/// package.
pub(crate) fn install(
    built: &Path,
    home: &Path,
    aside: &Path,
    forbidden: &dyn Fn(&str) -> bool,
) -> anyhow::Result<Vec<PathBuf>> {
    let mut placing = Placing { aside, moves: Vec::new(), kept: Vec::new() };
    let placed =
        placing.leave_out(home, AGENT, forbidden).and_then(|()| placing.folder(built, home, Path::new("")));
    match placed {
        Ok(()) => Ok(placing.kept),
        Err(error) => Err(match placing.undo() {
            Ok(()) => error,
            Err(undo) => error.context(format!("the app's folder could not be restored ({undo})")),
        }),
    }
}

impl Placing<'_> {
    /// Sets aside what is forbidden below `path`, a path in the package.
    fn leave_out(&mut self, home: &Path, path: &str, forbidden: &dyn Fn(&str) -> bool) -> anyhow::Result<()> {
        let place = home.join(PACKAGE).join(path);
        // A link to elsewhere is not followed.
        if !place.symlink_metadata().is_ok_and(|metadata| metadata.is_dir()) {
            return Ok(());
        }
        for entry in fs::read_dir(&place)? {
            let entry = entry?;
            let Some(path) = entry.file_name().to_str().map(|name| format!("{path}/{name}")) else {
                continue;
            };
            if forbidden(&path) {
                let aside = self.aside.join(self.moves.len().to_string());
                fs::rename(entry.path(), &aside)
                    .with_context(|| format!("`{}` cannot be removed", entry.path().display()))?;
                self.moves.push(Move { from: None, to: entry.path(), aside: Some(aside) });
            } else {
                self.leave_out(home, &path, forbidden)?;
            }
        }
        Ok(())
    }

    fn folder(&mut self, from: &Path, to: &Path, below: &Path) -> anyhow::Result<()> {
        for entry in fs::read_dir(from)? {
            let name = entry?.file_name();
            self.install_entry(&from.join(&name), &to.join(&name), &below.join(&name))?;
        }
        Ok(())
    }

    fn install_entry(&mut self, from: &Path, to: &Path, below: &Path) -> anyhow::Result<()> {
        let is_folder = from.symlink_metadata()?.is_dir();
        match to.symlink_metadata() {
            Err(error) if error.kind() == io::ErrorKind::NotFound => self.rename(from, to, None)?,
            Err(error) => return Err(error).with_context(|| format!("`{}` cannot be read", below.display())),
            Ok(theirs) if is_folder && theirs.is_dir() => self.folder(from, to, below)?,
            Ok(theirs) if is_folder || theirs.is_dir() => {
                bail!(
                    "`{}` of the app is where the Agent needs a {}",
                    below.display(),
                    if is_folder { "folder" } else { "file" }
                )
            }
            Ok(_) if OURS.iter().any(|ours| below.starts_with(ours)) => {
                let aside = self.aside.join(self.moves.len().to_string());
                self.rename(from, to, Some(aside))?;
            }
            Ok(_) => self.kept.push(below.to_owned()),
        }
        Ok(())
    }

    fn rename(&mut self, from: &Path, to: &Path, aside: Option<PathBuf>) -> anyhow::Result<()> {
        let moved = aside.as_ref().map_or(Ok(()), |aside| fs::rename(to, aside)).and_then(|()| {
            self.moves.push(Move { from: Some(from.to_owned()), to: to.to_owned(), aside });
            fs::rename(from, to)
        });
        moved.with_context(|| format!("`{}` cannot be put in its place", to.display()))
    }

    fn undo(&self) -> io::Result<()> {
        for Move { from, to, aside } in self.moves.iter().rev() {
            // The last move may have got no further than setting the app's file aside.
            if let Some(from) = from.as_ref().filter(|from| from.symlink_metadata().is_err()) {
                fs::rename(to, from)?;
            }
            if let Some(aside) = aside {
                fs::rename(aside, to)?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Folders(tempfile::TempDir);

    impl Folders {
        fn new(built: &[&str], home: &[&str]) -> Self {
            let folders = Self(tempfile::tempdir().unwrap());
            for (side, paths) in [("built", built), ("home", home)] {
                for path in paths {
                    let path = folders.path(side).join(path);
                    fs::create_dir_all(path.parent().unwrap()).unwrap();
                    fs::write(path, side).unwrap();
                }
            }
            fs::create_dir_all(folders.path("home")).unwrap();
            fs::create_dir(folders.path("aside")).unwrap();
            folders
        }

        fn path(&self, name: &str) -> PathBuf {
            self.0.path().join(name)
        }

        fn install(&self) -> anyhow::Result<Vec<PathBuf>> {
            install(&self.path("built"), &self.path("home"), &self.path("aside"), &|path| {
                path.ends_with("/stale")
            })
        }

        fn home(&self, path: &str) -> String {
            fs::read_to_string(self.path("home").join(path)).unwrap_or_else(|_| "missing".into())
        }
    }

    #[test]
    fn the_apps_files_stay_outside_of_what_is_ours() {
        let agent = ".apt/opt/datadog-agent/version";
        let folders = Folders::new(
            &[".apt/usr/bin/tool", ".apt/usr/bin/new", agent, ".profile.d/datadog.sh"],
            &[".apt/usr/bin/tool", agent, ".profile.d/datadog.sh", ".profile.d/app.sh"],
        );
        assert_eq!(folders.install().unwrap(), [Path::new(".apt/usr/bin/tool")]);
        assert_eq!(folders.home(".apt/usr/bin/tool"), "home");
        assert_eq!(folders.home(".apt/usr/bin/new"), "built");
        assert_eq!(folders.home(agent), "built");
        assert_eq!(folders.home(".profile.d/datadog.sh"), "built");
        assert_eq!(folders.home(".profile.d/app.sh"), "home");
    }

    #[test]
    fn what_an_earlier_build_left_goes_where_it_is_forbidden() {
        let (stale, left) = (".apt/opt/datadog-agent/a/stale/x", ".apt/opt/datadog-agent/a/left");
        let others = ".apt/opt/other/stale";
        let folders = Folders::new(&[".apt/opt/datadog-agent/version"], &[stale, left, others]);
        folders.install().unwrap();
        assert_eq!([stale, left, others].map(|path| folders.home(path)), ["missing", "home", "home"]);
    }

    #[test]
    fn when_one_file_has_no_place_everything_is_as_it_was() {
        let agent = ".apt/opt/datadog-agent/a/version";
        let stale = ".apt/opt/datadog-agent/a/stale";
        let folders = Folders::new(
            &[agent, ".apt/opt/datadog-agent/b/c", ".dd-heroku/x", ".profile.d/z/y"],
            &[agent, stale, ".apt/opt/datadog-agent/b", ".profile.d/z"],
        );
        let why = folders.install().unwrap_err().to_string();
        assert!(why.ends_with("of the app is where the Agent needs a folder"), "{why}");
        assert_eq!([agent, stale].map(|path| folders.home(path)), ["home", "home"]);
        assert_eq!(folders.home(".apt/opt/datadog-agent/b"), "home");
        assert_eq!(folders.home(".dd-heroku/x"), "missing");
    }
}
