//! What no compiler holds: who may call whom, and how long a file may be.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The longest a file may be, in lines.
const LONGEST: usize = 400;

/// The longest a verb's file may be: more than that is logic that belongs elsewhere.
const LONGEST_VERB: usize = 150;

/// Whom a module may call. `env`, `failure`, `secret`, `transport` and `program` are for all of the CLI.
const MAY_CALL: [(&str, &[&str]); 15] = [
    ("app", &["datadog", "platform"]),
    ("buildpack", &["datadog", "platform", "runtime"]),
    (
        "cli",
        &[
            "app",
            "buildpack",
            "datadog",
            "datadog_api",
            "engine",
            "heroku",
            "keychain",
            "platform",
            "repo",
            "sandbox",
            "ui",
        ],
    ),
    (
        "commands",
        &[
            "app",
            "buildpack",
            "cli",
            "database",
            "datadog",
            "datadog_api",
            "engine",
            "heroku",
            "keychain",
            "platform",
            "repo",
            "sandbox",
            "ui",
        ],
    ),
    ("database", &["app"]),
    ("datadog", &[]),
    ("datadog_api", &["app", "datadog"]),
    ("engine", &["app", "database", "datadog", "datadog_api", "heroku", "repo", "ui"]),
    ("heroku", &["app", "datadog", "keychain", "platform"]),
    ("repo", &["app", "datadog"]),
    ("runtime", &["datadog", "platform"]),
    ("sandbox", &["buildpack", "datadog", "platform", "runtime"]),
    ("ui", &["app", "datadog", "platform"]),
    ("keychain", &[]),
    ("platform", &[]),
];

const FOR_ALL: [&str; 5] = ["env", "failure", "program", "secret", "transport"];

/// What the lean build has.
const LEAN: [&str; 4] = ["datadog", "env", "platform", "runtime"];

#[test]
fn modules_call_only_whom_they_may() {
    let mut wrong = Vec::new();
    for (module, allowed) in MAY_CALL {
        let for_all: &[&str] = if LEAN.contains(&module) { &["env", "secret"] } else { &FOR_ALL };
        for file in files_of(module) {
            let text = fs::read_to_string(&file).expect("a source file");
            for called in called(&text) {
                if called != module
                    && !allowed.contains(&called.as_str())
                    && !for_all.contains(&called.as_str())
                {
                    wrong.push(format!("{} calls {called}", file.display()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_module_has_its_rule() {
    let ruled: BTreeSet<_> = MAY_CALL.iter().map(|(module, _)| *module).collect();
    for entry in fs::read_dir(root().join("src")).expect("src") {
        let name = entry.expect("an entry").file_name().into_string().expect("a name");
        let module = name.trim_end_matches(".rs");
        let is_known = ruled.contains(module)
            || FOR_ALL.contains(&module)
            || ["keychain", "lib", "main"].contains(&module);
        assert!(is_known, "src/{name} has no rule in tests/tidy");
    }
}

#[test]
fn files_stay_short() {
    let mut long = Vec::new();
    for file in rust_files(&root().join("src")).into_iter().chain(rust_files(&root().join("tests"))) {
        let lines = fs::read_to_string(&file).expect("a source file").lines().count();
        // The list of the verbs is no verb.
        let is_verb =
            file.parent().is_some_and(|folder| folder.ends_with("src/commands")) && !file.ends_with("mod.rs");
        let most = if is_verb { LONGEST_VERB } else { LONGEST };
        if lines > most {
            long.push(format!("{}: {lines} lines, {most} at most", file.display()));
        }
    }
    assert!(long.is_empty(), "{}", long.join("\n"));
}

#[test]
fn the_architecture_fits_on_a_few_screens() {
    let text = fs::read_to_string(root().join("ARCHITECTURE.md")).expect("ARCHITECTURE.md");
    assert!(text.lines().count() <= 150);
}

/// The modules of this crate that a text names: `crate::x`, `use crate::{x, y}`.
fn called(text: &str) -> BTreeSet<String> {
    let code = text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
    let mut called = BTreeSet::new();
    for (at, _) in code.match_indices("crate::") {
        let line_start = code[..at].rfind('\n').map_or(0, |end| end + 1);
        if code[line_start..at].trim_start().starts_with("//") {
            continue;
        }
        let rest = &code[at + "crate::".len()..];
        if let Some(list) = rest.strip_prefix('{') {
            let mut depth = 0;
            for part in list.split_inclusive([',', '{', '}']) {
                let name: String =
                    part.trim().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
                if depth == 0 && !name.is_empty() {
                    called.insert(name);
                }
                depth += i32::from(part.ends_with('{')) - i32::from(part.ends_with('}'));
                if depth < 0 {
                    break;
                }
            }
        } else {
            called.insert(rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect());
        }
    }
    // Types and functions at the crate's root.
    called.retain(|name| name.chars().next().is_some_and(char::is_lowercase) && name != "run");
    called
}

fn files_of(module: &str) -> Vec<PathBuf> {
    let folder = root().join("src").join(module);
    if folder.is_dir() { rust_files(&folder) } else { vec![root().join("src").join(format!("{module}.rs"))] }
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}
