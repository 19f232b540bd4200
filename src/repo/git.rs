//! What git is asked. It runs with a list of arguments in the person's folder, so that it finds the same repository as
//! for them (by `GIT_DIR` too), and it never asks questions.

use std::process::Command;
use std::time::Duration;

use super::Checkout;
use super::error::Error;
use crate::env::Environment;
use crate::program;

/// Nothing that is asked here takes longer, on the largest repository and the slowest disk.
const WITHIN: Duration = Duration::from_secs(60);

impl Checkout {
    /// Every remote with the URL that is pushed to.
    pub fn remotes(&self) -> Result<Vec<(String, String)>, Error> {
        let listed = self.git(&["remote", "-v"])?;
        let push = |line: &str| {
            let (name, url) = line.strip_suffix(" (push)")?.split_once('\t')?;
            Some((name.to_owned(), url.to_owned()))
        };
        Ok(listed.lines().filter_map(push).collect())
    }

    /// A setting, such as `heroku.remote`. `None` when it is not set.
    pub fn config(&self, name: &str) -> Result<Option<String>, Error> {
        match self.git(&["config", "--get", name]) {
            Ok(value) => Ok(Some(value).filter(|value| !value.is_empty())),
            Err(Error::Silent { .. }) => Ok(None),
            Err(other) => Err(other),
        }
    }

    /// The commit that a branch, a tag or a (short) hash names, as 40 hex digits.
    pub fn resolve(&self, reference: &str) -> Result<String, Error> {
        let missing = || Error::NoCommit {
            reference: reference.to_owned(),
            shallow: self.git(&["rev-parse", "--is-shallow-repository"]).is_ok_and(|answer| answer == "true"),
        };
        if reference.is_empty() || reference.starts_with('-') {
            return Err(missing());
        }
        let spec = format!("{reference}^{{commit}}");
        match self.git(&["rev-parse", "--verify", "--quiet", &spec]) {
            Ok(commit) => Ok(commit),
            Err(Error::Silent { .. }) => Err(missing()),
            Err(other) => Err(other),
        }
    }

    /// Whether a commit has submodules, whose content an archive lacks.
    pub fn has_submodules(&self, commit: &str) -> Result<bool, Error> {
        let commit = self.resolve(commit)?;
        let tree = self.git(&["ls-tree", "-r", "--full-tree", &commit]);
        let tree = tree.map_err(|error| self.or_partial(&commit, error))?;
        let is_submodule = |line: &str| line.starts_with("160000 ") || line.ends_with("\t.gitmodules");
        Ok(tree.lines().any(is_submodule))
    }

    /// Why a commit could not be read: a partial clone has the files of few commits
    /// (<https://git-scm.com/docs/partial-clone>).
    pub(super) fn or_partial(&self, commit: &str, error: Error) -> Error {
        let promisors = self.git(&["config", "--get-regexp", r"^remote\..*\.promisor$", "true"]);
        if promisors.is_ok_and(|names| !names.is_empty()) {
            Error::Partial { commit: commit.to_owned() }
        } else {
            error
        }
    }

    pub(super) fn git(&self, arguments: &[&str]) -> Result<String, Error> {
        run(&self.env, arguments)
    }

    pub(super) fn git_command(&self, arguments: &[&str]) -> Command {
        command(&self.env, arguments)
    }
}

/// What git prints, without the line end.
pub(super) fn run(env: &Environment, arguments: &[&str]) -> Result<String, Error> {
    let ran = program::run(&mut command(env, arguments), WITHIN);
    let output = ran.map_err(|error| Error::not_run(&error))?;
    if !output.status.success() {
        return Err(Error::git(arguments, &output.stderr));
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim_end_matches(['\n', '\r']).to_owned())
}

fn command(env: &Environment, arguments: &[&str]) -> Command {
    let mut command = program::command(env, "git", arguments);
    command.env("GIT_TERMINAL_PROMPT", "0").env("GIT_OPTIONAL_LOCKS", "0").env("LC_ALL", "C");
    // The checkout's configuration names the program that would fetch what a partial clone lacks: it is not run unasked.
    command.env("GIT_NO_LAZY_FETCH", "1");
    command
}
