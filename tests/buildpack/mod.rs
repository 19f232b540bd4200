//! The build step, through the real `dd-heroku buildpack`.

mod archives;
mod booleans;
mod cache;
mod carried;
mod carried_trust;
mod community;
mod eras;
mod network;
mod options;
mod pack;
mod programs;
mod signals;
mod slim;
mod slim_libraries;
mod slim_saving;
mod slim_wheels;
mod slug;
mod tree;
mod trust;
mod upstream;
mod verify;
mod versions;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::support::package::{AGENT, debian_package};
use crate::support::package_repository::PackageRepository;
use crate::support::run;

const HEROKU: &str = "datadog-heroku-agent";

/// The three folders that Heroku gives a buildpack, and the variables around it.
pub(crate) struct Build {
    folder: TempDir,
    program: PathBuf,
    variables: Vec<(String, String)>,
}

/// How a build ended.
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) log: String,
}

impl Build {
    pub(crate) fn of(repository: &PackageRepository) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for name in ["build", "cache", "env"] {
            fs::create_dir(folder.path().join(name)).unwrap();
        }
        let program = PathBuf::from(env!("CARGO_BIN_EXE_dd-heroku"));
        let build = Self { folder, program, variables: Vec::new() };
        build.write("build/Procfile", "web: run\n");
        repository.variables().into_iter().fold(build, |build, (name, value)| build.with(name, &value))
    }

    /// Builds with the program of a pack.
    pub(crate) fn by(mut self, program: &Path) -> Self {
        program.clone_into(&mut self.program);
        self
    }

    /// Sets a variable of the build machine.
    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.into(), value.into()));
        self
    }

    /// Sets a config var of the app.
    pub(crate) fn config(self, name: &str, value: &str) -> Self {
        self.write(&format!("env/{name}"), value);
        self
    }

    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    pub(crate) fn apt(&self, path: &str) -> PathBuf {
        self.path("build/.apt").join(path)
    }

    pub(crate) fn agent(&self, path: &str) -> PathBuf {
        self.apt("opt/datadog-agent").join(path)
    }

    pub(crate) fn write(&self, path: &str, content: &str) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    pub(crate) fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).unwrap_or_else(|error| format!("<{error}>"))
    }

    pub(crate) fn compile(&self) -> Ended {
        let folders = ["build", "cache", "env"].map(|name| self.path(name));
        let output = self.command(&["buildpack", "compile"]).args(folders).output().unwrap();
        let log = String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap();
        Ended { code: output.status.code(), log }
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        command
            .args(arguments)
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            .env("HOME", self.folder.path())
            .env("STACK", "heroku-24")
            .envs(self.variables.iter().map(|(name, value)| (name, value)));
        command
    }

    /// Compiles and expects the Agent in the slug.
    #[track_caller]
    pub(crate) fn succeeds(&self) -> String {
        let ended = self.compile();
        assert_eq!(ended.code, Some(0), "{}", ended.log);
        assert!(self.agent("bin/agent/agent").is_file(), "{}", ended.log);
        ended.log
    }

    /// Compiles and expects a refusal that says `why`, tells what to do, and leaves the build folder as it was.
    #[track_caller]
    pub(crate) fn fails(&self, why: &str) -> String {
        let before = listing(&self.path("build"));
        let ended = self.compile();
        assert_eq!(ended.code, Some(1), "{}", ended.log);
        assert_eq!(listing(&self.path("build")), before, "{}", ended.log);
        let complaint: Vec<&str> =
            ended.log.lines().filter_map(|line| line.strip_prefix(" !     ")).collect();
        assert!(complaint.join("\n").contains(why), "{}", ended.log);
        assert!(complaint.len() >= 2, "no remedy: {}", ended.log);
        ended.log
    }
}

/// A repository with one Agent.
pub(crate) fn repository() -> PackageRepository {
    let mut repository = PackageRepository::new();
    repository.add(HEROKU, "1:7.81.2-1", agent());
    repository.publish();
    repository
}

pub(crate) fn agent() -> Vec<u8> {
    debian_package(HEROKU, "1:7.81.2-1", "xz", AGENT)
}

/// Everything below a folder: kind, mode, path, link target, time, and the content's hash.
pub(crate) fn listing(folder: &Path) -> String {
    run(Command::new("sh").arg("-c").current_dir(folder).arg(
        "find . -mindepth 1 \\( -type l -printf '%y %P -> %l\\n' -o -type d -printf '%y %m %P\\n' -o -printf '%y %m %T@ %P\\n' \\) | sort
         find . -type f -print0 | sort -z | xargs -0r sha256sum",
    ))
}
