//! Every command of the grammar with every flag that commands share: it is refused by the parser, or it works.

pub(crate) mod grammar;
mod help;
mod table;

use std::collections::BTreeMap;
use std::fs;
use std::io::BufReader;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::sandbox::client::write;
use crate::support::checkout;
use crate::support::postgres::Postgres;
use crate::support::sandbox::Sandbox;
use table::{CASES, Case};

const KEY: &str = "c0ffee00c0ffee00c0ffee00c0ff3f9a";
const APPLICATION_KEY: &str = "0123456789abcdef0123456789abcdef01234567";

/// The flags that many commands share, as they are typed. `nosuch` is the name of nothing.
const SHARED: [(&str, &[&str]); 8] = [
    ("dry-run", &["-n"]),
    ("yes", &["-y"]),
    ("exit-code", &["--exit-code"]),
    ("json", &["--json"]),
    ("app", &["-a", "nosuch"]),
    ("remote", &["-r", "nosuch"]),
    ("pipeline", &["--pipeline", "nosuch"]),
    ("team", &["--team", "nosuch"]),
];

/// A sandbox, a checkout of `shop`, and a folder for everything else.
struct World {
    sandbox: Sandbox,
    checkout: PathBuf,
    folder: TempDir,
}

impl World {
    fn new() -> Self {
        let sandbox = Sandbox::start();
        let checkout = sandbox.home().join("shop");
        checkout::create(&checkout, "shop");
        let folder = tempfile::tempdir().unwrap();
        for name in ["build", "env"] {
            fs::create_dir(folder.path().join(name)).unwrap();
        }
        let feature = json!({ "enabled": true });
        write(&sandbox, "PATCH", "/apps/shop/features/runtime-heroku-exec", feature);
        official_cli(&folder.path().join("bin"));
        Self { sandbox, checkout, folder }
    }

    /// Runs a command with these flags, on an app, with its other arguments.
    fn run(&self, case: &Case, flags: &[&str], app: &[&str], arguments: &[&str]) -> Output {
        let mut command = self.sandbox.command(&case.path.split(' ').collect::<Vec<_>>());
        // The sandbox's own commands work on a state file; only `boot` needs the one that is served.
        let state = match case.path {
            "sandbox boot" => self.sandbox.state_file(),
            _ => self.folder.path().join("sandbox.json"),
        };
        command
            .args(flags)
            .args(app)
            .args(arguments.iter().map(|argument| self.filled(argument)))
            .env("DD_API_KEY", KEY)
            .env("DD_APP_KEY", APPLICATION_KEY)
            .env("HEROKU_DATA_HOST", "127.0.0.1")
            .env("PATH", format!("{}:/usr/local/bin:/usr/bin:/bin", self.folder.path().join("bin").display()))
            .env("DD_HEROKU_SANDBOX_STATE", state)
            // A cache may be filled by a dry run too.
            .env("XDG_CACHE_HOME", self.folder.path().join("cache"))
            .current_dir(&self.checkout)
            .write_stdin(case.stdin);
        command.output().unwrap()
    }

    /// Runs a command as the table has it, with these flags.
    fn usual(&self, case: &Case, flags: &[&str]) -> Output {
        let app: &[&str] = if case.app.is_empty() { &[] } else { &["-a", case.app] };
        self.run(case, flags, app, case.arguments)
    }

    fn filled(&self, argument: &str) -> String {
        argument.replace("{dir}", self.folder.path().to_str().unwrap())
    }

    /// What a dry run must leave as it is: what was written at Heroku and Datadog, and every file of the user's.
    fn state(&self) -> (Vec<String>, BTreeMap<PathBuf, Vec<u8>>) {
        let mut files = BTreeMap::new();
        read_all(&self.sandbox.home(), &mut files);
        read_all(self.folder.path(), &mut files);
        files.retain(|path, _| !path.starts_with(self.folder.path().join("cache")));
        (self.sandbox.writes(), files)
    }
}

/// A stand-in for the official CLI: a dyno whose supervisor does all that it may be asked for.
fn official_cli(bin: &Path) {
    fs::create_dir(bin).unwrap();
    let text = "#!/bin/sh\nprintf 'restarted agent\\nstopped agent\\nstarted agent\\n'\n";
    fs::write(bin.join("heroku"), text).unwrap();
    fs::set_permissions(bin.join("heroku"), fs::Permissions::from_mode(0o755)).unwrap();
}

fn read_all(folder: &Path, files: &mut BTreeMap<PathBuf, Vec<u8>>) {
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let path = entry.path();
        if path.is_dir() {
            read_all(&path, files);
        } else {
            files.insert(path.clone(), fs::read(&path).unwrap());
        }
    }
}

/// The one JSON document that stdout must be.
fn document(name: &str, output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{name}: {error}\n{}", text(output)))
}

fn text(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// Fails unless the command failed with one JSON document.
fn assert_error(name: &str, output: &Output) -> Value {
    let document = document(name, output);
    let error = document["error"].clone();
    assert!(error["code"].is_string() && output.status.code() != Some(0), "{name}: {document:#}");
    error
}

#[test]
fn a_shared_flag_that_a_command_does_not_take_is_a_usage_error_also_in_json() {
    let world = World::new();
    let leaves = grammar::leaves();
    let before = world.state();
    for case in CASES {
        for (long, flag) in SHARED.iter().filter(|(long, _)| !leaves[case.path].contains_key(*long)) {
            let name = format!("{} {}", case.path, flag.join(" "));
            let output = world.usual(case, &[*flag, &["--json"]].concat());
            assert_eq!(assert_error(&name, &output)["code"], "usage", "{name}");
            assert_eq!(output.status.code(), Some(2), "{name} ({long})");
        }
    }
    assert_eq!(world.state(), before);
}

#[test]
fn every_command_honors_the_shared_flags_that_it_takes() {
    let world = World::new();
    let postgres = Postgres::start();
    write(&world.sandbox, "PUT", "/sandbox/apps/shop/database", json!({ "url": postgres.url("app") }));
    let leaves = grammar::leaves();
    for case in CASES.iter().filter(|case| grammar::parse(case, "--json").is_ok()) {
        let takes = |flag: &str| leaves[case.path].contains_key(flag);
        names_nothing(&world, case, &takes);
        if takes("dry-run") {
            dry_run(&world, case);
            apply(&world, case);
        } else {
            succeed(&world, case);
        }
        let failing = if case.failing.is_empty() { case.arguments } else { case.failing };
        let app: &[&str] = if case.failing.is_empty() { &["-a", "nosuch"] } else { &[] };
        assert_error(case.path, &world.run(case, &["--json"], app, failing));
    }
}

#[test]
fn what_only_reads_exits_with_three_for_a_problem_when_asked_to() {
    let world = World::new();
    let refused = json!({ "DD_API_KEY": format!("bad{}", &KEY[3..]) });
    write(&world.sandbox, "PATCH", "/apps/legacy/config-vars", refused);
    for (command, app) in [("agent status", "legacy"), ("logs status", "legacy"), ("metrics status", "shop")]
    {
        let case = CASES.iter().find(|case| case.path == command).unwrap();
        for (flags, code) in [(&[][..], 0), (&["--exit-code"], 3), (&["--exit-code", "--json"], 3)] {
            let output = world.run(case, flags, &["-a", app], case.arguments);
            assert_eq!(output.status.code(), Some(code), "{command} {flags:?}: {}", text(&output));
        }
    }
}

/// What a flag names is looked for: where it is missing nothing is done.
fn names_nothing(world: &World, case: &Case, takes: &dyn Fn(&str) -> bool) {
    let before = world.state();
    for (long, flag) in &SHARED[4..] {
        if takes(long) {
            let name = format!("{} {}", case.path, flag.join(" "));
            assert_error(&name, &world.run(case, &[*flag, &["--json"]].concat(), &[], case.arguments));
        }
    }
    assert_eq!(world.state(), before, "{}", case.path);
}

/// With `-n` nothing is written, and `--exit-code` says that something would be.
fn dry_run(world: &World, case: &Case) {
    let before = world.state();
    let output = world.usual(case, &["-n"]);
    // With any plan `doctor` exits with 3 while there are problems.
    let code = if case.path == "doctor" { 3 } else { 0 };
    assert_eq!(output.status.code(), Some(code), "{} -n: {}", case.path, text(&output));
    let output = world.usual(case, &["-n", "--json", "--exit-code"]);
    assert_eq!(output.status.code(), Some(3), "{} -n: {}", case.path, text(&output));
    let plan = document(case.path, &output);
    assert_eq!(plan["applied"], false, "{}: {plan:#}", case.path);
    assert_ne!(plan["changes"], json!([]), "{}", case.path);
    assert_eq!(world.state(), before, "{} -n has written", case.path);
}

/// With `-y` it is done, without a question.
fn apply(world: &World, case: &Case) {
    let before = world.state();
    let output = world.usual(case, &["-y", "--json"]);
    assert!(matches!(output.status.code(), Some(0 | 3)), "{} -y: {}", case.path, text(&output));
    assert_eq!(document(case.path, &output)["applied"], true, "{}", case.path);
    assert_ne!(world.state(), before, "{} -y has written nothing", case.path);
}

/// What changes no app answers with one JSON document.
fn succeed(world: &World, case: &Case) {
    match case.path {
        "sandbox serve" => return serve(world),
        // It runs until it is stopped: a test of its own starts it.
        "sandbox database" => return,
        _ => {}
    }
    let output = world.usual(case, &["--json"]);
    assert!(matches!(output.status.code(), Some(0 | 3)), "{}: {}", case.path, text(&output));
    let answer = document(case.path, &output);
    assert!(answer.get("error").is_none(), "{}: {answer:#}", case.path);
}

/// It serves until it is killed: its document comes at the start.
fn serve(world: &World) {
    let mut command = Command::new(assert_cmd::cargo::cargo_bin("dd-heroku"));
    command.args(["sandbox", "serve", "--port", "0", "--json"]).env_clear();
    command.env("DD_HEROKU_SANDBOX_STATE", world.folder.path().join("served.json"));
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap();
    let out = BufReader::new(child.stdout.take().unwrap());
    let mut documents = serde_json::Deserializer::from_reader(out).into_iter::<Value>();
    let served = documents.next().unwrap().unwrap();
    assert_eq!(served["environment"]["HEROKU_HOST"], served["url"], "{served}");
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(documents.next().is_none());
}
