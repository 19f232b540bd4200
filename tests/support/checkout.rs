//! A checkout of an app, made by real git. Its commits have the same hashes each time.

use std::fs;
use std::path::Path;
use std::process::Command;

/// Makes `folder` a checkout with one commit and the remote `heroku` of `app`. Gives back the commit.
pub(crate) fn create(folder: &Path, app: &str) -> String {
    fs::create_dir_all(folder).unwrap();
    git(folder, &["init", "-q", "-b", "main", "."]);
    git(folder, &["remote", "add", "heroku", &format!("https://git.heroku.com/{app}.git")]);
    fs::write(
        folder.join("Procfile"),
        "web: bundle exec puma -C config/puma.rb\nworker: bundle exec sidekiq\n",
    )
    .unwrap();
    fs::write(folder.join("Gemfile"), "source 'https://rubygems.org'\n").unwrap();
    git(folder, &["add", "-A"]);
    git(folder, &["commit", "-q", "-m", "Begin"]);
    git(folder, &["rev-parse", "HEAD"])
}

/// Runs git in `folder`, away from the machine's configuration.
pub(crate) fn git(folder: &Path, arguments: &[&str]) -> String {
    let mut command = Command::new("git");
    command
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .env("PATH", super::sandbox::path())
        .env("HOME", folder);
    for name in ["AUTHOR", "COMMITTER"] {
        command.env(format!("GIT_{name}_NAME"), "A").env(format!("GIT_{name}_EMAIL"), "a@example.org");
        command.env(format!("GIT_{name}_DATE"), "2026-11-20T10:00:00Z");
    }
    super::run(&mut command).trim().to_owned()
}
