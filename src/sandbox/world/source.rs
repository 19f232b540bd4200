//! What the apps of the start consist of: a few files, in commits that have the hashes that git gives them.

use std::collections::BTreeMap;

use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};

use crate::sandbox::ids::hex;

/// Who made the commits, as git writes it.
pub(crate) const AUTHOR: (&str, &str) = ("dd-heroku sandbox", "sandbox@example.com");
/// What every commit's message says.
pub(crate) const MESSAGE: &str = "Deploy";

/// Contents by name; all are at the root.
pub(crate) type Files = BTreeMap<&'static str, String>;

/// What an app consists of.
pub(crate) fn files(
    app: &str,
    language: Option<&str>,
    buildpacks: &[String],
    process_types: &BTreeMap<String, String>,
) -> Files {
    let procfile: Vec<_> =
        process_types.iter().map(|(kind, command)| format!("{kind}: {command}\n")).collect();
    let mut files = Files::from([
        ("Procfile", procfile.concat()),
        ("README.md", format!("# {app}\n\nAn app of the dd-heroku sandbox.\n")),
    ]);
    if buildpacks.iter().any(|buildpack| buildpack == "heroku-community/apt") {
        files.insert("Aptfile", "libvips42\n".into());
    }
    let of_language: &[(&'static str, &str)] = match language {
        Some("Ruby") => &[
            ("Gemfile", "source \"https://rubygems.org\"\ngem \"puma\"\ngem \"sidekiq\"\n"),
            ("config.ru", "run ->(_env) { [200, {}, [\"hello\\n\"]] }\n"),
        ],
        Some("Node.js") => &[("package.json", "{\"name\": \"app\", \"private\": true}\n")],
        Some("Python") => &[("requirements.txt", "gunicorn\n")],
        Some("Java") => &[("pom.xml", "<project/>\n")],
        Some("Go") => &[("go.mod", "module example.com/app\n")],
        _ => &[("Dockerfile", "FROM debian:stable-slim\n")],
    };
    files.extend(of_language.iter().map(|(name, content)| (*name, (*content).to_owned())));
    files
}

/// The hash that git gives a commit of these files
/// (<https://git-scm.com/book/en/v2/Git-Internals-Git-Objects>).
pub(crate) fn commit_hash(files: &Files, parent: Option<&str>, at: i64) -> String {
    let mut tree = Vec::new();
    for (name, content) in files {
        tree.extend(format!("100644 {name}\0").into_bytes());
        tree.extend(object("blob", content.as_bytes()));
    }
    let tree = hex(&object("tree", &tree));
    let parent = parent.map(|parent| format!("parent {parent}\n")).unwrap_or_default();
    let (name, mail) = AUTHOR;
    let who = format!("{name} <{mail}> {at} +0000");
    let commit = format!("tree {tree}\n{parent}author {who}\ncommitter {who}\n\n{MESSAGE}\n");
    hex(&object("commit", commit.as_bytes()))
}

fn object(kind: &str, content: &[u8]) -> Vec<u8> {
    let mut whole = format!("{kind} {}\0", content.len()).into_bytes();
    whole.extend(content);
    digest(&SHA1_FOR_LEGACY_USE_ONLY, &whole).as_ref().to_owned()
}
