//! `sandbox clone`: a checkout of an app, whose HEAD is the commit that runs.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, bail};

use super::options::Options;
use super::source_tree::commits;
use super::store;
use super::world::source::{AUTHOR, MESSAGE};
use crate::env::Environment;
use crate::program;

/// Git needs far less for a few files.
const WITHIN: Duration = Duration::from_secs(60);

/// A checkout that was made.
#[derive(Debug)]
pub struct Cloned {
    /// Where it is.
    pub folder: PathBuf,
    /// Its HEAD.
    pub commit: String,
}

/// Makes a checkout of `app` in `folder`, or in a new folder named after the app, with a remote that names the app.
pub fn clone(env: &Environment, app: &str, folder: Option<PathBuf>) -> anyhow::Result<Cloned> {
    let world = store::read(&Options::from_env(env)?.state, 0)?;
    let known = world.apps.iter().find(|known| known.name == app);
    let known = known.with_context(|| format!("the sandbox has no app `{app}` (dd-heroku sandbox show)"))?;
    let commit = known.current_slug().and_then(|slug| slug.commit.clone());
    let commit = commit.with_context(|| format!("`{app}` was not built from a commit"))?;
    let history = commits(&world, &commit);
    if history.is_empty() {
        bail!("`{app}` runs {}, which was built from a checkout of yours", &commit[..7.min(commit.len())]);
    }
    let folder = env.cwd().join(folder.unwrap_or_else(|| app.into()));
    if fs::read_dir(&folder).is_ok_and(|mut entries| entries.next().is_some()) || folder.is_file() {
        bail!("`{}` exists and is not empty", folder.display());
    }
    fs::create_dir_all(&folder).with_context(|| format!("`{}` cannot be made", folder.display()))?;
    git(env, &folder, 0, &["init", "-q", "-b", "main", "--template="])?;
    for commit in history {
        for (name, content) in &commit.files {
            fs::write(folder.join(name), content)
                .with_context(|| format!("`{name}` cannot be written to `{}`", folder.display()))?;
        }
        git(env, &folder, commit.at, &["add", "-A"])?;
        git(env, &folder, commit.at, &["commit", "-q", "--allow-empty", "-m", MESSAGE])?;
    }
    git(env, &folder, 0, &["remote", "add", "heroku", &format!("https://git.heroku.com/{app}.git")])?;
    Ok(Cloned { folder, commit })
}

/// Runs git without the user's settings, which could change the commit and with it its hash.
fn git(env: &Environment, folder: &Path, at: i64, arguments: &[&str]) -> anyhow::Result<()> {
    let mut command = program::command(env, "git", arguments);
    for inherited in ["GIT_DIR", "GIT_WORK_TREE", "GIT_COMMON_DIR", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY"]
    {
        command.env_remove(inherited);
    }
    let (name, mail) = AUTHOR;
    command.current_dir(folder).env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
    command.env("GIT_AUTHOR_NAME", name).env("GIT_AUTHOR_EMAIL", mail);
    command.env("GIT_COMMITTER_NAME", name).env("GIT_COMMITTER_EMAIL", mail);
    command.env("GIT_AUTHOR_DATE", format!("{at} +0000")).env("GIT_COMMITTER_DATE", format!("{at} +0000"));
    let output = program::run(&mut command, WITHIN).context("git cannot be run")?;
    if !output.status.success() {
        bail!("`git {}` failed: {}", arguments[0], output.stderr);
    }
    Ok(())
}
