use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use dd_heroku::env::Environment;
use dd_heroku::heroku::{Endpoints, Source, credentials};
use tempfile::TempDir;

/// A home folder with programs of its own, and nothing of this machine.
struct Home(TempDir);

impl Home {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn file(self, name: &str, content: &str) -> Self {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
        self
    }

    fn program(self, name: &str, script: &str) -> Self {
        let home = self.file(&format!("bin/{name}"), &format!("#!/bin/sh\n{script}\n"));
        let path = home.path().join("bin").join(name);
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
        home
    }

    fn env(&self, vars: &[(&str, &str)]) -> Environment {
        let vars_given = [("HOME", self.path().into()), ("PATH", self.path().join("bin").into_os_string())];
        let vars = vars.iter().map(|(name, value)| (*name, OsString::from(value)));
        let all = vars_given.into_iter().chain(vars).map(|(name, value)| (name.into(), value));
        Environment::new(all, Vec::new(), self.path().into())
    }

    fn find(&self, vars: &[(&str, &str)]) -> Option<(String, Source)> {
        let env = self.env(vars);
        let endpoints = Endpoints::from_env(&env).unwrap();
        let token = credentials::find(&env, &endpoints).unwrap()?;
        Some((token.secret.expose().to_owned(), token.source))
    }
}

const LOGIN: &str = r#"{"account":"me@example.org"}"#;
const STORE: &str =
    r#"[ "$*" = "lookup service heroku-cli account me@example.org" ] && printf HRKU-from-the-store"#;
const NETRC: &str = "machine api.heroku.com\n  login me@example.org\n  password HRKU-from-netrc\n\
                     machine localhost:5001\n  login me@example.org\n  password HRKU-from-local\n";

fn signed_in_everywhere() -> Home {
    Home::new()
        .file(".local/share/heroku/login.json", LOGIN)
        .program("secret-tool", STORE)
        .file(".netrc", NETRC)
        .program("heroku", r#"[ "$1" = auth:token ] && echo HRKU-from-the-command"#)
}

#[test]
fn the_variable_goes_first() {
    let expected = signed_in_everywhere().find(&[("HEROKU_API_KEY", " HRKU-from-the-variable ")]);
    assert_eq!(expected, Some(("HRKU-from-the-variable".into(), Source::Variable)));
}

#[test]
fn heroku_login_is_enough() {
    let account = "me@example.org".to_owned();
    let expected = Some(("HRKU-from-the-store".to_owned(), Source::HerokuCli { account }));
    assert_eq!(signed_in_everywhere().find(&[]), expected);

    let elsewhere = Home::new().file("data/heroku/login.json", LOGIN).program("secret-tool", STORE);
    let data = elsewhere.path().join("data");
    assert_eq!(elsewhere.find(&[("XDG_DATA_HOME", data.to_str().unwrap())]), expected);
    let store = data.join("heroku");
    assert_eq!(elsewhere.find(&[("HEROKU_DATA_DIR", store.to_str().unwrap())]), expected);
}

#[test]
fn netrc_serves_where_the_store_has_nothing() {
    let home = signed_in_everywhere().program("secret-tool", "exit 1");
    let netrc = Source::Netrc(home.path().join(".netrc"));
    assert_eq!(home.find(&[]), Some(("HRKU-from-netrc".into(), netrc.clone())));
    let local = home.find(&[("HEROKU_HOST", "http://localhost:5001")]);
    assert_eq!(local, Some(("HRKU-from-local".into(), netrc)));
}

#[test]
fn an_encrypted_netrc_goes_before_a_plain_one() {
    let home = Home::new().file(".netrc", NETRC).file(".netrc.gpg", "sealed").program(
        "gpg",
        r#"[ "$*" = "--batch --quiet --decrypt $HOME/.netrc.gpg" ] && echo "machine api.heroku.com password HRKU-opened""#,
    );
    let sealed = Source::Netrc(home.path().join(".netrc.gpg"));
    assert_eq!(home.find(&[]), Some(("HRKU-opened".into(), sealed)));
}

#[test]
fn the_official_cli_is_asked_last_of_all() {
    let home =
        Home::new().program("heroku", "echo ' ›   Warning: token will expire'\necho HRKU-from-the-command");
    assert_eq!(home.find(&[]), Some(("HRKU-from-the-command".into(), Source::AuthToken)));
}

#[test]
fn nowhere_is_nothing() {
    assert_eq!(Home::new().find(&[]), None);
    let refusing = Home::new().program("heroku", "echo 'not logged in' >&2; exit 100");
    assert_eq!(refusing.find(&[]), None);
}

#[test]
fn a_place_that_cannot_be_read_is_named() {
    let home = Home::new().file(".netrc.gpg", "sealed").program("gpg", "echo 'no secret key' >&2; exit 2");
    let env = home.env(&[]);
    let error = credentials::find(&env, &Endpoints::from_env(&env).unwrap()).unwrap_err();
    assert!(error.to_string().contains(".netrc.gpg"), "{error}");
}
