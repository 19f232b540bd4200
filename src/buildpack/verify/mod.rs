//! Checks a slug that a build has made: the Agent is there and starts, no link of it dangles, no library is missing, every
//! check can be imported by the Python that was kept, and the app's own files are as they were. Writes nothing.

mod app;
pub(super) mod imports;
mod libraries;
mod links;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use super::error::{Error, Kind, Result};
use crate::env::Environment;

pub use imports::Check;

/// The Agent in a slug.
const AGENT: &str = ".apt/opt/datadog-agent";
const PROGRAM: &str = ".apt/opt/datadog-agent/bin/agent/agent";
const SCRIPTS: [&str; 2] = [".profile.d/datadog.sh", ".profile.d/datadog-heroku.sh"];
const RUNTIME: &str = ".dd-heroku/bin/dd-heroku";

/// What is wrong with a slug.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// `agent`, `link`, `library`, `import` or `app`.
    pub kind: &'static str,
    /// What it is about: a path in the slug, or a check.
    pub subject: String,
    /// What is wrong with it.
    pub what: String,
}

/// What was looked at, and what is wrong with it.
#[derive(Clone, Debug, Default)]
pub struct Verified {
    /// Links that were followed.
    pub links: usize,
    /// Programs and libraries whose needs were looked up. None where there is no `ldd` to ask.
    pub libraries: Option<usize>,
    /// The checks that were imported.
    pub checks: Vec<Check>,
    /// The app's files that were compared. None when there was nothing to compare with.
    pub app: Option<usize>,
    /// What is wrong.
    pub problems: Vec<Problem>,
    /// What is not as it could be, and known: checks whose packages Datadog's buildpack leaves out too.
    pub notes: Vec<String>,
}

impl Verified {
    fn problem(&mut self, kind: &'static str, subject: impl Into<String>, what: impl Into<String>) {
        self.problems.push(Problem { kind, subject: subject.into(), what: what.into() });
    }
}

/// Whether a folder has an Agent that could be verified.
pub fn has_agent(slug: &Path) -> bool {
    slug.join(AGENT).is_dir()
}

/// Verifies the slug in `slug`. `app` is the app's folder as it was before the build. Blocks.
pub fn verify(env: &Environment, slug: &Path, app: Option<&Path>) -> Result<Verified> {
    if !has_agent(slug) {
        return Err(Error::new(Kind::Options, format!("`{}` has no Agent in it", slug.display())).remedy(
            "Give the folder of a build: `dd-heroku buildpack compile DIR CACHE_DIR ENV_DIR` makes one.",
        ));
    }
    let mut verified = Verified::default();
    programs(slug, &mut verified);
    let unreadable = |cause: std::io::Error| Error::because(Kind::Disk, "the slug cannot be read", cause);
    links::verify(slug, &mut verified).map_err(unreadable)?;
    libraries::verify(env, slug, &mut verified).map_err(unreadable)?;
    imports::verify(env, slug, &mut verified);
    if let Some(app) = app {
        app::verify(app, slug, &mut verified).map_err(unreadable)?;
    }
    Ok(verified)
}

/// The programs that a boot starts.
fn programs(slug: &Path, verified: &mut Verified) {
    let is_program = |path: &str| {
        slug.join(path)
            .metadata()
            .is_ok_and(|metadata| metadata.is_file() && metadata.permissions().mode() & 0o111 != 0)
    };
    if !is_program(PROGRAM) {
        verified.problem("agent", PROGRAM, "is not a program");
    }
    if !SCRIPTS.iter().any(|script| slug.join(script).is_file()) {
        verified.problem("agent", SCRIPTS[0], "is missing: no dyno will start the Agent");
    }
    // Datadog's buildpack has no program of its own there.
    if slug.join(".dd-heroku").is_dir() && !is_program(RUNTIME) {
        verified.problem("agent", RUNTIME, "is not a program");
    }
}

/// Every file, folder and link below `folder`, by its full path, in the order of their names.
fn walk(folder: &Path, see: &mut dyn FnMut(&Path, &fs::Metadata)) -> std::io::Result<()> {
    let mut entries: Vec<PathBuf> =
        fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?;
    entries.sort();
    for path in entries {
        let metadata = path.symlink_metadata()?;
        see(&path, &metadata);
        if metadata.is_dir() {
            walk(&path, see)?;
        }
    }
    Ok(())
}

/// A path in the slug, as it is shown.
fn shown(slug: &Path, path: &Path) -> String {
    path.strip_prefix(slug).unwrap_or(path).display().to_string()
}
