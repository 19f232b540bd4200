//! What a person sees: whole screens of 80 columns, answer and messages in the order in which they come, plain and in color.
//! `plain/` holds text, `color/` pictures of the same screens.

mod redact;
mod script;
mod widths;

use std::collections::BTreeSet;
use std::fs;
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use snapbox::data::DataFormat;
use snapbox::{Assert, Data};
use tempfile::TempDir;

use crate::support::checkout;
use crate::support::postgres::Postgres;
use crate::support::program::assert_no_canary;
use crate::support::sandbox::{Sandbox, TOKEN, path};

const KEY: &str = "c0ffee00c0ffee00c0ffee00c0ff3f9a";
const APPLICATION_KEY: &str = "0123456789abcdef0123456789abcdef01234567";

/// How the screens look.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Look {
    Plain,
    Color,
}

impl Look {
    fn folder(self) -> PathBuf {
        let name = if self == Self::Plain { "plain" } else { "color" };
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/screens").join(name)
    }
}

/// A person's machine: a sandbox behind the environment, and a checkout of `shop`.
struct Machine {
    sandbox: Sandbox,
    /// Outlives the apps that use it.
    _postgres: Postgres,
    folder: TempDir,
    look: Look,
    seen: BTreeSet<String>,
    differing: Vec<String>,
}

impl Machine {
    fn new(look: Look) -> Self {
        let (sandbox, postgres) = (Sandbox::start(), Postgres::start());
        let url = serde_json::json!({ "url": postgres.url("app") });
        crate::sandbox::client::write(&sandbox, "PUT", "/sandbox/apps/shop/database", url);
        let folder = tempfile::tempdir().unwrap();
        checkout::create(&folder.path().join("shop"), "shop");
        Self { sandbox, _postgres: postgres, folder, look, seen: BTreeSet::new(), differing: Vec::new() }
    }

    /// Runs a line as it is typed, and compares the screen.
    fn screen(&mut self, name: &str, line: &str) {
        self.screen_with(name, line, &[]);
    }

    /// The same in the checkout of `shop`.
    fn screen_in_checkout(&mut self, name: &str, line: &str) {
        let shown = self.run(line, &[], &self.checkout());
        self.compare(name, &shown);
    }

    /// The same with other variables than usual; an empty value unsets one.
    fn screen_with(&mut self, name: &str, line: &str, variables: &[(&str, &str)]) {
        let shown = self.run(line, variables, self.folder.path());
        self.compare(name, &shown);
    }

    fn compare(&mut self, name: &str, shown: &str) {
        assert!(self.seen.insert(name.to_owned()), "two screens are called {name}");
        assert_no_canary(name, shown.as_bytes());
        let shown = redact::redact(
            shown,
            &[(self.folder.path(), "~"), (&self.sandbox.home(), "~")],
            self.sandbox.url(),
        );
        let (actual, ending) = match self.look {
            Look::Plain => (Data::text(shown), "txt"),
            Look::Color => (Data::text(shown).coerce_to(DataFormat::TermSvg), "svg"),
        };
        let file = self.look.folder().join(format!("{name}.{ending}"));
        let result = Assert::new().action_env("SNAPSHOTS").try_eq(
            Some(&name),
            actual,
            Data::read_from(&file, None).raw(),
        );
        if let Err(difference) = result {
            self.differing.push(difference.to_string());
        }
    }

    /// Runs a line without a look at its screen.
    fn quietly(&self, line: &str) {
        self.run(line, &[], self.folder.path());
    }

    fn checkout(&self) -> PathBuf {
        self.folder.path().join("shop")
    }

    /// Commits a file in the checkout.
    fn commit(&self, file: &str, text: &str) {
        fs::write(self.checkout().join(file), text).unwrap();
        checkout::git(&self.checkout(), &["commit", "-q", "-a", "-m", "Change it"]);
    }

    /// Installs a stand-in for the official CLI: a script that has the dyno's name as `$5`.
    fn official_cli(&self, script: &str) {
        let bin = self.folder.path().join("bin");
        fs::create_dir_all(&bin).unwrap();
        fs::write(bin.join("heroku"), format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(bin.join("heroku"), fs::Permissions::from_mode(0o755)).unwrap();
    }

    /// Lets the dynos of `shop` be entered.
    fn enable_exec(&self) {
        let feature = serde_json::json!({ "enabled": true });
        crate::sandbox::client::write(
            &self.sandbox,
            "PATCH",
            "/apps/shop/features/runtime-heroku-exec",
            feature,
        );
    }

    /// What a line shows on stdout and stderr, and how it ends unless it succeeds.
    fn run(&self, line: &str, variables: &[(&str, &str)], place: &Path) -> String {
        let (mut reader, writer) = std::io::pipe().unwrap();
        let mut command = Command::new(assert_cmd::cargo::cargo_bin("dd-heroku"));
        let mut search = self.folder.path().join("bin").into_os_string();
        search.push(":");
        search.push(path());
        command
            .args(words(line))
            .env_clear()
            .env("PATH", search)
            // For help texts: what is not a terminal has no width of its own.
            .env("COLUMNS", "80")
            .env("HOME", self.folder.path())
            .env("HEROKU_API_URL", self.sandbox.url())
            .env("HEROKU_API_KEY", TOKEN)
            .env("HEROKU_DATA_HOST", "127.0.0.1")
            .env("DD_HEROKU_DATADOG_URL", format!("{}/datadog", self.sandbox.url()))
            .env("DD_HEROKU_APT_URL", format!("{}/apt", self.sandbox.url()))
            .env("DD_HEROKU_APT_KEYS_URL", format!("{}/keys", self.sandbox.url()))
            .env("DD_HEROKU_APT_KEY_FINGERPRINTS", dd_heroku::sandbox::fingerprint())
            .env("DD_HEROKU_SANDBOX_STATE", self.folder.path().join("sandbox.json"))
            .env("DD_API_KEY", KEY)
            .env("DD_APP_KEY", APPLICATION_KEY)
            // GitHub cannot be reached.
            .env("GIT_CONFIG_COUNT", "1")
            .env("GIT_CONFIG_KEY_0", "url.file:///nowhere/.insteadOf")
            .env("GIT_CONFIG_VALUE_0", "https://github.com/")
            .current_dir(place)
            .stdin(Stdio::null())
            .stdout(writer.try_clone().unwrap())
            .stderr(writer);
        if self.look == Look::Color {
            command.args(["--color", "always"]);
        }
        for (name, value) in variables {
            if value.is_empty() {
                command.env_remove(name);
            } else {
                command.env(name, value);
            }
        }
        let mut child = command.spawn().unwrap();
        // Only the program holds the other end now: its end is the end of the screen.
        drop(command);
        let mut shown = String::new();
        reader.read_to_string(&mut shown).unwrap();
        let code = child.wait().unwrap().code().unwrap();
        let end = if code == 0 { String::new() } else { format!("[exit {code}]\n") };
        format!("$ dd-heroku {line}\n{shown}{end}")
    }

    /// Fails when a screen differs, or when a file is of no screen.
    fn finish(self) {
        assert!(self.differing.is_empty(), "{}", self.differing.join("\n"));
        let files = fs::read_dir(self.look.folder()).unwrap().map(|entry| entry.unwrap().path());
        let names: BTreeSet<_> = files.map(|file| file.file_stem().unwrap().display().to_string()).collect();
        assert_eq!(names, self.seen, "tests/screens has files of no screen");
    }
}

/// The words of a line; single quotes keep spaces.
fn words(line: &str) -> Vec<String> {
    let quoted = line.split('\'').enumerate().flat_map(|(nth, part)| match nth % 2 {
        0 => part.split_whitespace().map(str::to_owned).collect(),
        _ => vec![part.to_owned()],
    });
    quoted.collect()
}

#[test]
fn the_screens_without_color() {
    let mut machine = Machine::new(Look::Plain);
    script::walk(&mut machine);
    machine.finish();
}

#[test]
fn the_screens_in_color() {
    let mut machine = Machine::new(Look::Color);
    script::walk(&mut machine);
    machine.finish();
}
