//! `auth`: what is found, checked, kept and forgotten.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::support::sandbox::{Sandbox, TOKEN};
use crate::support::scripted::{Reply, Scripted};

const KEY: &str = "0123456789abcdef0123456789ab3f9a";
const APP_KEY: &str = "0123456789abcdef0123456789abcdef01234567";

/// Exit code, stdout and stderr.
fn run(sandbox: &Sandbox, arguments: &[&str], vars: &[(&str, &str)], stdin: &str) -> (i32, String, String) {
    let mut command = sandbox.command(arguments);
    command.env_remove("HEROKU_API_KEY").envs(vars.iter().copied()).write_stdin(stdin);
    let output = command.output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

#[test]
fn without_a_keyring_login_names_the_variable_to_set() {
    let sandbox = Sandbox::start();
    for (flag, variable) in [
        ("--heroku", "HEROKU_API_KEY"),
        ("--datadog-api-key", "DD_API_KEY"),
        ("--datadog-app-key", "DD_APP_KEY"),
    ] {
        let (code, out, err) = run(&sandbox, &["auth", "login", flag, "--stdin"], &[], KEY);
        assert_eq!((code, out.as_str()), (1, ""), "{err}");
        assert!(err.contains("no keyring") && err.contains(&format!("set {variable} instead")), "{err}");
    }
    assert!(!fs::read_dir(sandbox.home()).unwrap().any(|_| true), "nothing is kept in a file");
}

#[test]
fn the_status_says_where_each_comes_from_and_whether_it_is_accepted() {
    let sandbox = Sandbox::start();
    let vars = [("HEROKU_API_KEY", TOKEN), ("DD_API_KEY", KEY), ("DD_APP_KEY", APP_KEY)];
    let (code, out, err) = run(&sandbox, &["auth", "status", "--json"], &vars, "");
    assert_eq!(code, 0, "{err}");
    let report: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(
        report["datadog_api_key"],
        json!({"source": "DD_API_KEY of your environment", "last4": "3f9a", "accepted": true, "by": "datadoghq.com"})
    );
    assert_eq!(report["heroku"]["accepted"], true);
    assert_eq!(report["datadog_app_key"]["last4"], "4567");
    let (_, out, err) = run(&sandbox, &["auth", "status"], &vars, "");
    for secret in [KEY, APP_KEY, TOKEN] {
        assert!(!out.contains(secret) && !err.contains(secret), "{out}{err}");
    }
}

#[test]
fn the_status_exits_with_four_when_something_is_missing_or_refused() {
    let sandbox = Sandbox::start();
    let refused = format!("bad{}", &KEY[3..]);
    let (code, out, _) = run(&sandbox, &["auth", "status"], &[], "");
    assert_eq!(code, 4);
    assert!(out.starts_with("Heroku token            none\n"), "{out}");
    let vars = [("HEROKU_API_KEY", TOKEN), ("DD_API_KEY", refused.as_str())];
    let (code, out, _) = run(&sandbox, &["auth", "status"], &vars, "");
    assert_eq!(code, 4);
    assert!(out.contains("REFUSED") && !out.contains(&refused), "{out}");
}

#[test]
fn a_secret_given_as_an_argument_is_refused_and_not_repeated() {
    let sandbox = Sandbox::start();
    let (code, out, err) = run(&sandbox, &["auth", "login", "--datadog-api-key", KEY], &[], "");
    assert_eq!(code, 2);
    assert!(err.contains("--stdin") && !err.contains(KEY) && !out.contains(KEY), "{out}{err}");
    assert!(sandbox.journal().is_empty());
}

#[test]
fn a_key_in_the_wrong_place_is_not_repeated() {
    let sandbox = Sandbox::start();
    let equals = format!("--datadog-api-key={KEY}");
    let app_key = format!("--datadog-app-key={APP_KEY}");
    for arguments in [
        &["auth", "login", &equals][..],
        &["auth", "login", &app_key],
        &["init", KEY],
        &["init", "--site", KEY],
        &["init", "--app", KEY, "--site", KEY, "--json"],
        &["frobnicate", KEY],
    ] {
        let (code, out, err) = run(&sandbox, arguments, &[], "");
        assert_eq!(code, 2, "{arguments:?}: {out}{err}");
        for secret in [KEY, APP_KEY] {
            assert!(!out.contains(secret) && !err.contains(secret), "{out}{err}");
        }
    }
}

#[test]
fn the_sandbox_checks_and_keeps_nothing() {
    let sandbox = Sandbox::start();
    let state = sandbox.home().join("state.json");
    let vars = [("DD_HEROKU_SANDBOX_STATE", state.to_str().unwrap())];
    let login = ["--sandbox", "auth", "login", "--datadog-api-key", "--stdin", "--json"];
    let (code, out, err) = run(&sandbox, &login, &vars, KEY);
    assert_eq!(code, 0, "{err}");
    let report: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(
        report,
        json!({"secret": "datadog_api_key", "verdict": "datadoghq.com takes it", "kept": false})
    );
}

#[test]
fn the_proxy_of_the_environment_is_used_and_sees_no_token() {
    let proxy = Scripted::start(|_, _| Reply::Raw(407, vec![], b"<html>Who are you?</html>".to_vec()));
    let sandbox = Sandbox::start();
    let vars = [
        ("HEROKU_API_KEY", TOKEN),
        ("HEROKU_API_URL", "https://api.heroku.com"),
        ("HTTPS_PROXY", proxy.url().as_str()),
    ]
    .map(|(name, value)| (name, value.to_owned()));
    let vars = vars.each_ref().map(|(name, value)| (*name, value.as_str()));
    let (_, out, _) = run(&sandbox, &["auth", "status"], &vars, "");
    assert!(out.contains("not checked"), "{out}");
    assert_eq!(proxy.lines()[0], "CONNECT api.heroku.com:443");
    assert!(proxy.asked().iter().all(|request| request.header("authorization").is_none()));
}

#[test]
fn a_real_keyring_keeps_gives_and_forgets_but_not_for_the_sandbox() {
    let sandbox = Sandbox::start();
    let script = sandbox.home().join("session.sh");
    let binary = assert_cmd::cargo::cargo_bin("dd-heroku");
    fs::write(&script, SESSION.replace("dd-heroku", binary.to_str().unwrap())).unwrap();
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).unwrap();

    let output = Command::new("dbus-run-session")
        .args(["--", "bash", script.to_str().unwrap()])
        .env_clear()
        .envs([("HOME", sandbox.home()), ("XDG_RUNTIME_DIR", sandbox.home())])
        .envs([("PATH", "/usr/local/bin:/usr/bin:/bin"), ("HEROKU_API_URL", sandbox.url())])
        .envs([("KEY", KEY), ("APP_KEY", APP_KEY), ("TOKEN", TOKEN)])
        .env("DD_HEROKU_DATADOG_URL", format!("{}/datadog", sandbox.url()))
        .current_dir(Path::new("/"))
        .output()
        .expect("dbus-run-session (tests/run installs it)");

    let (out, err) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8_lossy(&output.stderr));
    let documents: Vec<Value> =
        serde_json::Deserializer::from_str(&out).into_iter().map(|document| document.expect(&out)).collect();
    let [api, app, heroku, in_sandbox, status, by_the_cli, logout, again] = documents.as_slice() else {
        panic!("{out}\n{err}")
    };
    for login in [api, app, heroku] {
        assert_eq!(login["kept"], true, "{err}");
    }
    assert_eq!(in_sandbox["forgotten"], json!([]));
    for secret in ["heroku", "datadog_api_key", "datadog_app_key"] {
        assert_eq!(status[secret]["accepted"], true, "{status}");
        assert!(status[secret]["source"].as_str().unwrap().starts_with("the keyring"), "{status}");
    }
    assert_eq!(by_the_cli["heroku"]["source"], "`heroku login` as me@example.org");
    assert_eq!(logout["forgotten"], json!(["datadog_api_key", "datadog_app_key"]));
    assert_eq!(again["forgotten"], json!([]));
    assert!(!out.contains(KEY) && !err.contains(KEY));
}

/// `dd-heroku` stands for the binary. The token of the official CLI is put where `heroku login` puts it.
const SESSION: &str = r#"
set -eu
printf pw | gnome-keyring-daemon --unlock --components=secrets > /dev/null
printf '%s' "$KEY" | dd-heroku auth login --datadog-api-key --stdin --json
printf '%s' "$APP_KEY" | dd-heroku auth login --datadog-app-key --stdin --json
printf '%s' "$TOKEN" | dd-heroku auth login --heroku --stdin --json
dd-heroku --sandbox auth logout --json
dd-heroku auth status --json
dd-heroku auth logout --heroku > /dev/null
mkdir -p "$HOME/.local/share/heroku"
printf '{"account":"me@example.org"}' > "$HOME/.local/share/heroku/login.json"
printf '%s' "$TOKEN" | secret-tool store --label=heroku-cli service heroku-cli account me@example.org
dd-heroku auth status --json
dd-heroku auth logout --json
dd-heroku auth logout --json
"#;

#[test]
fn a_site_is_suggested_only_for_a_name_that_is_near_one() {
    let sandbox = Sandbox::start();
    for (site, near) in
        [("us4", Some("us3.datadoghq.com")), ("datadoghq.co", Some("datadoghq.com")), ("moon", None)]
    {
        let (code, _, message) =
            run(&sandbox, &["init", "-a", "shop", "--site", site, "--yes"], &[("DD_API_KEY", KEY)], "");
        let hint = message.lines().find(|line| line.contains("did you mean"));
        assert_eq!((code, hint.is_some()), (2, near.is_some()), "{site}: {message}");
        assert!(near.is_none_or(|near| message.contains(near)), "{message}");
    }
}
