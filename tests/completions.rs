//! Completion in a real bash, and the committed `completions/` and `man/`, which are what the program prints.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use assert_cmd::Command;

use crate::support::sandbox;

/// The committed scripts, and the shell that each is for.
const SCRIPTS: [(&str, &str); 5] = [
    ("dd-heroku.bash", "bash"),
    ("_dd-heroku", "zsh"),
    ("dd-heroku.fish", "fish"),
    ("dd-heroku.ps1", "powershell"),
    ("dd-heroku.elv", "elvish"),
];

#[test]
fn verbs_are_completed() {
    assert_eq!(completed("dd-heroku ini"), ["init"]);
    let verbs = completed("dd-heroku ");
    assert!(["init", "sandbox", "completions", "man"].iter().all(|verb| verbs.contains(&(*verb).to_owned())));
    assert_eq!(completed("dd-heroku sandbox re"), ["reset"]);
}

#[test]
fn options_are_completed_but_the_hidden_one() {
    assert_eq!(completed("dd-heroku init --int"), ["--integrations"]);
    assert_eq!(completed("dd-heroku init --api-key"), ["--api-key-stdin"]);
    assert_eq!(completed("dd-heroku init --color "), ["auto", "always", "never"]);
}

#[test]
fn the_names_of_the_sandbox_s_apps_are_completed() {
    let all = ["fjord", "imagery", "legacy", "mobile-api", "shop", "shop-staging", "vault"];
    assert_eq!(completed("dd-heroku --sandbox init -a "), all);
    assert_eq!(completed("dd-heroku init --sandbox --app sh"), ["shop", "shop-staging"]);
}

#[test]
fn without_a_token_no_app_is_completed_and_nothing_is_said() {
    assert!(completed("dd-heroku init -a ").is_empty());
}

#[test]
fn the_committed_scripts_are_those_that_are_printed() {
    for (file, shell) in SCRIPTS {
        let printed = dd_heroku().args(["completions", shell]).output().unwrap().stdout;
        assert!(
            fs::read(root().join("completions").join(file)).ok() == Some(printed),
            "completions/{file} is old; run: cargo run -- completions {shell} > completions/{file}"
        );
    }
}

#[test]
fn the_committed_man_pages_are_those_that_are_made() {
    let folder = tempfile::tempdir().unwrap();
    dd_heroku().args(["man", "--dir"]).arg(folder.path()).assert().success();
    let (made, committed) = (pages(folder.path()), pages(&root().join("man")));
    let differ: Vec<_> =
        made.keys().chain(committed.keys()).filter(|name| made.get(*name) != committed.get(*name)).collect();
    assert!(differ.is_empty(), "old are {differ:?}; run: rm man/*.1; cargo run -- man --dir man");
}

#[test]
fn the_man_page_of_a_verb_is_readable() {
    let page = fs::read_to_string(root().join("man/dd-heroku-init.1")).unwrap();
    assert!(
        page.starts_with(".ie") && page.contains(".SH OPTIONS") && page.contains("\\-\\-api\\-key\\-stdin")
    );
}

/// What bash offers for a line, the cursor at its end.
fn completed(line: &str) -> Vec<String> {
    let home = tempfile::tempdir().unwrap();
    let mut words: Vec<_> = line.split_whitespace().collect();
    if line.ends_with(' ') {
        words.push("");
    }
    let script = "source \"$1\"; shift; COMP_WORDS=(\"$@\"); COMP_CWORD=$(($# - 1)); COMP_TYPE=9
        _clap_complete_dd_heroku dd-heroku \"${@: -1}\" \"\" && printf '%s\\n' \"${COMPREPLY[@]}\"";
    let folder = assert_cmd::cargo::cargo_bin("dd-heroku").parent().unwrap().to_owned();
    let output = Command::new("bash")
        .args(["--norc", "--noprofile", "-c", script, "bash"])
        .arg(root().join("completions/dd-heroku.bash"))
        .args(words)
        .env_clear()
        .env("PATH", format!("{}:{}", folder.display(), sandbox::path().display()))
        .env("HOME", home.path())
        .current_dir(home.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.is_empty(), "{line}: {said}");
    let offered = String::from_utf8(output.stdout).unwrap();
    offered.lines().filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

fn dd_heroku() -> Command {
    let mut command = Command::cargo_bin("dd-heroku").unwrap();
    command.env_clear();
    command
}

fn pages(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.map(|path| (path.file_name().unwrap().display().to_string(), fs::read(&path).unwrap())).collect()
}

fn root() -> PathBuf {
    env!("CARGO_MANIFEST_DIR").into()
}
