//! Who may call whom. An exception that nothing needs any more fails its test.

use std::collections::BTreeSet;

use super::source::{Module, Source};

/// What the whole CLI may use.
const FOR_ALL: [&str; 5] = ["env", "program", "secret", "temporary", "transport"];

/// What fails for a person to read: the layers below have errors of their own, which `cli/messages` turns into it.
const FAILURE: &str = "failure";

/// The layers that a person deals with.
const EDGE: [&str; 4] = ["cli", "commands", "engine", "ui"];

/// What the pure modules may use of it: names of variables, and the type of secrets.
const FOR_PURE: [&str; 2] = ["env", "secret"];

const PURE: [&str; 3] = ["app", "datadog", "platform"];

/// What the lean build has.
const LEAN: [&str; 4] = ["datadog", "env", "platform", "runtime"];

/// Whom each module may call in addition to these.
const MAY_CALL: [(&str, &[&str]); 16] = [
    ("app", &["datadog", "platform"]),
    ("buildpack", &["datadog", "platform", "runtime"]),
    (
        "cli",
        &[
            "app",
            "buildpack",
            "database",
            "datadog",
            "datadog_api",
            "engine",
            "heroku",
            "keychain",
            "platform",
            "repo",
            "ui",
        ],
    ),
    ("commands", &["app", "cli", "datadog", "engine", "platform", "ui"]),
    ("database", &["app", "datadog", "platform"]),
    ("datadog", &[]),
    ("datadog_api", &["app", "datadog", "platform"]),
    ("engine", &["app", "database", "datadog", "datadog_api", "heroku", "platform", "repo", "ui"]),
    (
        "fuzzing",
        &["app", "buildpack", "datadog", "datadog_api", "heroku", "platform", "repo", "runtime", "ui"],
    ),
    ("heroku", &["app", "datadog", "keychain", "platform"]),
    ("keychain", &[]),
    ("platform", &[]),
    ("repo", &["app", "datadog", "platform"]),
    ("runtime", &["datadog", "platform"]),
    ("sandbox", &["buildpack", "datadog", "platform", "runtime"]),
    ("ui", &["app", "datadog", "platform"]),
];

/// Calls of single verbs that the table forbids, for good: their subject is that part of the program. `auth` is about
/// tokens and keys, `agent` reaches into dynos, `dbm check` asks a database, `checks`, `integrations` and `prerun` are about the checkout.
const DOORS: [(&str, &str); 13] = [
    ("cli/context", "sandbox"),
    ("cli/sandboxed", "sandbox"),
    ("commands/agent", "heroku"),
    ("commands/auth", "datadog_api"),
    ("commands/auth", "heroku"),
    ("commands/auth", "keychain"),
    ("commands/buildpack", "buildpack"),
    ("commands/checks", "repo"),
    ("commands/dbm", "database"),
    ("commands/flare", "heroku"),
    ("commands/integrations", "repo"),
    ("commands/prerun", "repo"),
    ("commands/sandbox", "sandbox"),
];

/// What the pure modules must not name, as the beginning of a path.
const IMPURE: [&str; 16] = [
    "clap",
    "jiff::Timestamp::now",
    "jiff::Zoned::now",
    "reqwest",
    "rustix",
    "std::env",
    "std::fs",
    "std::net",
    "std::os",
    "std::process",
    "std::sync::Mutex",
    "std::sync::RwLock",
    "std::thread",
    "std::time::Instant",
    "std::time::SystemTime",
    "tokio",
];

#[test]
fn modules_call_only_whom_they_may() {
    let source = Source::get();
    let mut unused: BTreeSet<_> = DOORS.iter().collect();
    let mut wrong = Vec::new();
    for module in source.program().filter(|module| !module.name.is_empty()) {
        let top = module.name[0].as_str();
        let for_all: &[&str] = match top {
            "platform" => &[],
            top if PURE.contains(&top) => &FOR_PURE,
            top if LEAN.contains(&top) => &["env"],
            _ => &FOR_ALL,
        };
        let Some((_, allowed)) = MAY_CALL.iter().find(|(of, _)| *of == top) else { continue };
        for called in source.called(module).into_iter().filter_map(|called| called.first()) {
            let may_fail = called == FAILURE && EDGE.contains(&top);
            if called == top
                || may_fail
                || allowed.contains(&called.as_str())
                || for_all.contains(&called.as_str())
            {
                continue;
            }
            let path = module.name.join("/");
            let exception = DOORS
                .iter()
                .find(|(from, to)| to == called && (path == *from || path.starts_with(&format!("{from}/"))));
            match exception {
                Some(exception) => drop(unused.remove(exception)),
                None => wrong.push(format!("{} calls {called}", module.file.display())),
            }
        }
    }
    wrong.extend(
        unused.iter().map(|(from, to)| format!("{from} no longer calls {to}: take the exception out")),
    );
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn every_module_has_its_rule() {
    let source = Source::get();
    for module in source.modules.keys().filter(|name| name.len() == 1) {
        let is_ruled = MAY_CALL.iter().any(|(of, _)| *of == module[0])
            || FOR_ALL.contains(&module[0].as_str())
            || module[0] == FAILURE;
        assert!(is_ruled, "src/{} has no rule in tests/tidy", module[0]);
    }
}

#[test]
fn the_pure_modules_reach_nothing_outside() {
    let source = Source::get();
    let mut wrong = Vec::new();
    let is_pure = |module: &&Module| module.name.first().is_some_and(|top| PURE.contains(&top.as_str()));
    for module in source.program().filter(is_pure) {
        for path in &module.paths {
            let path = path.join("::");
            let is_impure = |start: &&str| path == **start || path.starts_with(&format!("{start}::"));
            if IMPURE.iter().any(is_impure) {
                wrong.push(format!("{} names {path}", module.file.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn no_verb_calls_another_verb() {
    let source = Source::get();
    let mut wrong = Vec::new();
    for module in source.program() {
        let [top, verb, ..] = module.name.as_slice() else { continue };
        if top != "commands" {
            continue;
        }
        for called in source.called(module) {
            let [top, called, ..] = called.as_slice() else { continue };
            if top == "commands" && called != verb {
                wrong.push(format!("{} calls the verb {called}", module.file.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}
