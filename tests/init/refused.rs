//! What bad input gets: a clear error with a hint and its exit code, and nothing changed.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use snapbox::{Data, assert_data_eq};

use super::init;
use crate::support::checkout::{create, git};
use crate::support::program::{CANARY, Program};
use crate::support::sandbox::Sandbox;

/// Runs it for people and for scripts: both say the same, and nothing is written. The text is held by a snapshot.
#[track_caller]
fn refused(sandbox: &Sandbox, name: &str, code: i32, word: &str, run: &dyn Fn() -> Program) {
    let output = run().args(["--yes"]).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(code), "{said}");
    let shown = String::from_utf8(output.stdout).unwrap();
    assert!(!shown.contains("done") && !shown.contains("failed"), "the plan at most: {shown}");
    let said = said
        .replace(sandbox.url(), "http://sandbox")
        .replace(&sandbox.folder().display().to_string(), "/folder");
    let known = format!("{}/tests/init/snapshots/refused/{name}.txt", env!("CARGO_MANIFEST_DIR"));
    assert_data_eq!(said, Data::read_from(Path::new(&known), None));

    let output = run().args(["--yes", "--json"]).output().unwrap();
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(code), "{document:#}");
    assert_eq!(document["error"]["code"], word);
    assert!(document["error"]["message"].as_str().is_some_and(|message| !message.is_empty()));
    assert!(document["error"]["hints"].as_array().is_some_and(|hints| !hints.is_empty()), "{document:#}");
    assert_eq!(document.as_object().unwrap().len(), 1);
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    let done: Vec<_> =
        sandbox.journal().into_iter().filter(|line| line["write"] == true && line["status"] != 403).collect();
    assert!(done.is_empty(), "{done:#?}");
}

/// A checkout of `shop` in the sandbox's folder.
fn checkout(sandbox: &Sandbox) -> PathBuf {
    let folder = sandbox.folder().join("checkout");
    create(&folder, "shop");
    folder
}

#[test]
fn no_app() {
    let sandbox = Sandbox::start();
    refused(&sandbox, "no-app", 2, "usage", &|| init(&sandbox, &[]));
}

#[test]
fn several_remotes() {
    let sandbox = Sandbox::start();
    let folder = checkout(&sandbox);
    git(&folder, &["remote", "add", "staging", "https://git.heroku.com/shop-staging.git"]);
    let run = || {
        let mut program = init(&sandbox, &[]);
        program.current_dir(&folder);
        program
    };
    refused(&sandbox, "several-remotes", 2, "usage", &run);
}

#[test]
fn an_unknown_app() {
    let sandbox = Sandbox::start();
    refused(&sandbox, "unknown-app", 5, "app_not_found", &|| init(&sandbox, &["-a", "shpo"]));
    refused(&sandbox, "unknown-pipeline", 5, "app_not_found", &|| init(&sandbox, &["--pipeline", "shpo"]));
}

#[test]
fn no_token_a_refused_one_and_one_that_may_only_read() {
    let sandbox = Sandbox::start();
    let with = |token: Option<&str>| {
        let mut program = init(&sandbox, &["-a", "shop"]);
        match token {
            Some(token) => program.env("HEROKU_API_KEY", token),
            None => program.env_remove("HEROKU_API_KEY"),
        };
        program
    };
    refused(&sandbox, "no-token", 4, "not_signed_in", &|| with(None));
    refused(&sandbox, "refused-token", 4, "not_signed_in", &|| with(Some("bad-token")));
}

#[test]
fn a_token_that_may_only_read_changes_nothing() {
    let sandbox = Sandbox::start();
    let before = sandbox.app("shop");
    let mut program = init(&sandbox, &["-a", "shop", "--yes"]);
    let output = program.env("HEROKU_API_KEY", dd_heroku::sandbox::READ_ONLY_TOKEN).output().unwrap();
    assert_eq!(output.status.code(), Some(5));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("nothing was changed"), "{said}");
    assert_eq!(sandbox.app("shop"), before);
}

#[test]
fn no_key_or_one_that_is_not_good() {
    let sandbox = Sandbox::start();
    let with = |key: Option<&str>| {
        let mut program = sandbox.command(&["init", "-a", "shop"]);
        if let Some(key) = key {
            program.env("DD_API_KEY", key);
        }
        program
    };
    refused(&sandbox, "no-key", 4, "key_refused", &|| with(None));
    refused(&sandbox, "key-too-short", 4, "key_refused", &|| with(Some("0123")));
    let application = "0123456789abcdef0123456789abcdef01234567";
    refused(&sandbox, "application-key", 4, "key_refused", &|| with(Some(application)));
    refused(&sandbox, "key-refused", 4, "key_refused", &|| with(Some("bad00000000000000000000000000bad")));
    refused(&sandbox, "key-of-another-site", 4, "key_refused", &|| {
        with(Some("e0000000000000000000000000000eee"))
    });
}

#[test]
fn values_that_cannot_be_meant() {
    let sandbox = Sandbox::start();
    let cases = [
        ("unknown-site", ["--site", "datadoghq.eo"]),
        ("malformed-tag", ["--tags", "team:web :x"]),
        ("malformed-env", ["--env", "pro duction"]),
        ("malformed-version", ["--agent-version", "seven"]),
        ("unknown-integration", ["--integrations", "redis,mysql"]),
        ("source-not-a-url", ["--source-url", "shop.tar.gz"]),
        ("source-in-clear", ["--source-url", "http://example.org/{commit}.tar.gz"]),
        ("ref-without-checkout", ["--ref", "main"]),
    ];
    for (name, flags) in cases {
        let run = || {
            let mut program = init(&sandbox, &["-a", "shop"]);
            program.args(flags);
            program
        };
        refused(&sandbox, name, 2, "usage", &run);
    }
}

#[test]
fn a_commit_that_the_checkout_lacks() {
    // Neither does Heroku have the source of the last build any more.
    let gone = serde_json::json!([{"path": "/uploads/*", "every": true, "fault": "status", "status": 404}]);
    let sandbox = Sandbox::with_faults(gone);
    let folder = checkout(&sandbox);
    let run = |arguments: &[&str]| {
        let mut program = init(&sandbox, arguments);
        program.current_dir(&folder);
        program
    };
    refused(&sandbox, "commit-lacking", 1, "failed", &|| run(&[]));
    refused(&sandbox, "ref-lacking", 1, "failed", &|| run(&["--ref", "nowhere"]));
    assert!(!folder.join("datadog").exists());
}

#[test]
fn submodules() {
    let sandbox = Sandbox::start();
    let folder = checkout(&sandbox);
    let inner = sandbox.folder().join("inner");
    create(&inner, "other");
    let url = inner.display().to_string();
    git(&folder, &["-c", "protocol.file.allow=always", "submodule", "--quiet", "add", &url, "inner"]);
    git(&folder, &["commit", "-q", "-m", "With a submodule"]);
    let run = || {
        let mut program = init(&sandbox, &["--ref", "HEAD"]);
        program.current_dir(&folder);
        program
    };
    refused(&sandbox, "submodules", 1, "failed", &run);
    assert!(!folder.join("datadog").exists());
}

#[test]
fn a_checkout_that_cannot_be_read() {
    let sandbox = Sandbox::start();
    let folder = checkout(&sandbox);
    // A folder in the file's place cannot be read by anybody, root too.
    fs::create_dir_all(folder.join("datadog/prerun.sh")).unwrap();
    let run = || {
        let mut program = init(&sandbox, &["--ref", "HEAD"]);
        program.current_dir(&folder);
        program
    };
    refused(&sandbox, "checkout-unreadable", 1, "failed", &run);
}

#[test]
fn git_that_refuses_the_checkout() {
    let sandbox = Sandbox::start();
    let folder = checkout(&sandbox);
    let run = |name: &str, value: &str| {
        let mut program = init(&sandbox, &[]);
        program.current_dir(&folder).env(name, value);
        program
    };
    // Git's own tests pretend so that the folder belongs to another user.
    let distrusted = || run("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1");
    refused(&sandbox, "git-distrusts", 1, "failed", &distrusted);
    refused(&sandbox, "git-missing", 1, "failed", &|| run("PATH", "/nowhere"));
    fs::write(folder.join(".git/config"), "[broken").unwrap();
    refused(&sandbox, "git-fails", 1, "failed", &|| run("LANG", "C"));
}

#[test]
fn a_datadog_that_cannot_be_reached() {
    let sandbox = Sandbox::start();
    refused(&sandbox, "datadog-unreachable", 1, "unreachable", &|| {
        let mut program = init(&sandbox, &["-a", "shop"]);
        program.env("DD_HEROKU_DATADOG_URL", "http://127.0.0.1:1");
        program
    });
}

#[test]
fn an_edited_managed_block() {
    let sandbox = Sandbox::start();
    let folder = checkout(&sandbox);
    let run = || {
        let mut program = init(&sandbox, &["--ref", "HEAD", "--skip-dynos", "run"]);
        program.current_dir(&folder);
        program
    };
    let other = Sandbox::start();
    init(&other, &["--ref", "HEAD", "--yes"]).current_dir(&folder).assert().success();
    let file = folder.join("datadog/prerun.sh");
    let edited = fs::read_to_string(&file).unwrap().replace("release", "rel");
    fs::write(&file, &edited).unwrap();
    refused(&sandbox, "edited-block", 1, "failed", &run);
    assert_eq!(fs::read_to_string(&file).unwrap(), edited);
}

#[test]
fn answers_of_a_proxy() {
    for (name, fault) in [("html", "html"), ("truncated", "truncate")] {
        let sandbox = Sandbox::with_faults(
            json!([{"method": "GET", "path": "/apps/*", "every": true, "fault": fault}]),
        );
        refused(&sandbox, &format!("proxy-{name}"), 1, "unreachable", &|| init(&sandbox, &["-a", "shop"]));
    }
}

#[test]
fn a_key_among_the_arguments_is_refused_and_never_repeated() {
    let sandbox = Sandbox::start();
    let assigned = format!("--api-key={CANARY}");
    let of_site = format!("--site={CANARY}");
    let cases: [&[&str]; 12] = [
        &["init", "--api-key", CANARY],
        &["init", &assigned],
        &["init", CANARY],
        &["init", "--site", CANARY],
        &["init", &of_site],
        &["init", "--env", CANARY],
        &["init", "--tags", CANARY],
        &["init", "-a", CANARY],
        &["init", "--pipeline", CANARY],
        &["init", "--color", CANARY],
        &["init", "--api-key-stdin", CANARY],
        &[CANARY],
    ];
    for arguments in cases {
        for more in [&[][..], &["--json"]] {
            let output = sandbox.command(arguments).args(more).output().unwrap();
            assert_eq!(output.status.code(), Some(2), "{arguments:?}");
            if !more.is_empty() {
                let document: Value = serde_json::from_slice(&output.stdout).unwrap();
                assert_eq!(document["error"]["code"], "usage", "{arguments:?}");
            }
        }
    }
    assert!(sandbox.journal().is_empty(), "nobody was asked anything");
    refused(&sandbox, "key-as-argument", 2, "usage", &|| {
        sandbox.command(&["init", "-a", "shop", "--api-key", CANARY])
    });
}

#[test]
fn usage_errors_are_json_where_that_is_asked_for() {
    let sandbox = Sandbox::start();
    let cases: [&[&str]; 4] = [&["init", "--sitte", "x"], &["initt"], &[], &["init", "-a"]];
    for arguments in cases {
        let plain = sandbox.command(arguments).output().unwrap();
        assert_eq!(plain.status.code(), Some(2), "{arguments:?}");
        assert!(plain.stdout.is_empty());
        let output = sandbox.command(&["--json"]).args(arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        let document: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(document["error"]["code"], "usage", "{arguments:?}");
        let message = document["error"]["message"].as_str().unwrap();
        assert!(!message.contains('\n') && !message.starts_with("error"), "{message}");
    }
}
