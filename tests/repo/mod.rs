//! The checkout: real git, real files.

mod files;
mod git;

use std::fs;
use std::path::Path;
use std::process::Command;

use dd_heroku::env::Environment;
use dd_heroku::repo::Checkout;
use tempfile::TempDir;

/// A repository of its own, under a configuration of its own.
struct Repository(TempDir);

impl Repository {
    fn new() -> Self {
        let repository = Self(tempfile::tempdir().unwrap());
        repository.git(&["init", "-q", "-b", "main", "."]);
        repository
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn env(&self) -> Environment {
        let path = std::ffi::OsString::from("/usr/local/bin:/usr/bin:/bin");
        let vars = [
            ("PATH", path),
            ("HOME", self.path().join("..").into_os_string()),
            ("GIT_CONFIG_GLOBAL", "/dev/null".into()),
            ("GIT_CONFIG_NOSYSTEM", "1".into()),
            ("GIT_AUTHOR_NAME", "A".into()),
            ("GIT_AUTHOR_EMAIL", "a@example.org".into()),
            ("GIT_COMMITTER_NAME", "A".into()),
            ("GIT_COMMITTER_EMAIL", "a@example.org".into()),
        ];
        let vars = vars.into_iter().map(|(name, value)| (name.into(), value));
        Environment::new(vars, Vec::new(), self.path().into())
    }

    fn git(&self, arguments: &[&str]) -> String {
        let mut command = Command::new("git");
        command.args(arguments).current_dir(self.path()).env_clear().envs(self.env().vars());
        let output = command.output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    fn write(&self, path: &str, content: impl AsRef<[u8]>) {
        let path = self.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    /// Commits everything and gives back the commit's hash.
    fn commit(&self) -> String {
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "--allow-empty", "-m", "x"]);
        self.git(&["rev-parse", "HEAD"])
    }

    fn checkout(&self) -> Checkout {
        Checkout::discover(&self.env()).expect("a checkout")
    }
}
