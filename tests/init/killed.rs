//! A run that is killed, stopped, or loses its connection at any request: the next run ends where an unharmed one ends.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::{fs, thread};

use dd_heroku::env::{self, Environment};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::essence;
use crate::sandbox::client::bare;
use crate::support::program::{CANARY, Program};
use crate::support::{checkout, run, sandbox};

/// At how many requests the machine is kept busy at once.
const AT_ONCE: usize = 8;

/// Where `--sandbox` keeps its state: the program and its Heroku die together, as if power failed.
struct Place {
    folder: TempDir,
    kind: Kind,
}

/// Which run is walked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// One app, without a checkout.
    OneApp,
    /// One app, in its checkout, with a release phase.
    Checkout,
    /// Two apps, without their builds.
    TwoApps,
}

impl Kind {
    fn arguments(self) -> &'static [&'static str] {
        match self {
            Self::OneApp => &["-a", "shop", "--logs"],
            Self::Checkout => &["-a", "shop", "--logs", "--ref", "HEAD"],
            Self::TwoApps => &["-a", "shop", "-a", "mobile-api", "--logs", "--no-rebuild"],
        }
    }
}

impl Place {
    fn new(kind: Kind) -> Self {
        let place = Self { folder: tempfile::tempdir().unwrap(), kind };
        if kind == Kind::Checkout {
            run(Command::new("cp").arg("-R").arg(template()).arg(place.path("home")));
        } else {
            fs::create_dir(place.path("home")).unwrap();
        }
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn run(&self, fault: Option<&Value>) -> Output {
        let mut command = assert_cmd::Command::cargo_bin("dd-heroku").unwrap();
        command.args(["--sandbox", "init", "--yes"]).args(self.kind.arguments());
        command.env_clear().env("PATH", sandbox::path()).env("HOME", self.path("home")).env("NO_COLOR", "1");
        command.env("DD_API_KEY", CANARY).current_dir(self.path("home"));
        command.env(env::DD_HEROKU_SANDBOX_STATE, self.path("state.json"));
        command.env(env::DD_HEROKU_SANDBOX_JOURNAL, self.path("journal"));
        if let Some(fault) = fault {
            fs::write(self.path("faults.json"), json!([fault]).to_string()).unwrap();
            command.env(env::DD_HEROKU_SANDBOX_FAULTS, self.path("faults.json"));
        }
        Program::new(command).output().unwrap()
    }

    /// Of each request, in the order of the answers, whether it was a write.
    fn requests(&self) -> Vec<bool> {
        let journal = fs::read_to_string(self.path("journal")).unwrap();
        journal.lines().map(|line| line.contains(r#""write":true"#)).collect()
    }

    /// Lets builds and releases that are under way come to their end, as Heroku does for any caller.
    fn end(&self) -> Value {
        let state = self.path("state.json").into_os_string();
        let env = Environment::new([(env::DD_HEROKU_SANDBOX_STATE.into(), state)], Vec::new(), self.path(""));
        let running =
            dd_heroku::sandbox::start(&dd_heroku::sandbox::Options::from_env(&env).unwrap()).unwrap();
        let read = |path: &str| {
            let url = format!("{}{path}", running.url);
            let request = bare("GET", &url).bearer_auth(sandbox::TOKEN);
            request.header("Accept", crate::sandbox::client::VERSION).send().unwrap()
        };
        for build in read("/apps/shop/builds").json::<Vec<Value>>().unwrap() {
            if build["status"] == "pending" {
                bare("GET", build["output_stream_url"].as_str().unwrap()).send().unwrap().text().unwrap();
            }
        }
        for release in read("/apps/shop/releases").json::<Vec<Value>>().unwrap() {
            if release["status"] == "pending" {
                bare("GET", release["output_stream_url"].as_str().unwrap()).send().unwrap().text().unwrap();
            }
        }
        drop(running);
        let left = fs::read_dir(self.path("state.slugs")).into_iter().flatten().flatten();
        let left: Vec<_> =
            left.filter(|entry| entry.file_name().to_string_lossy().starts_with("build-")).collect();
        assert!(left.is_empty(), "{left:?}");
        let state = dd_heroku::sandbox::state(&self.path("state.json")).unwrap();
        let apps = state["apps"].as_array().unwrap().iter();
        let touched: Vec<_> =
            apps.filter(|app| app["name"] == "shop" || app["name"] == "mobile-api").map(essence).collect();
        let prerun = fs::read_to_string(self.path("home").join("datadog/prerun.sh")).ok();
        json!({"apps": touched, "prerun": prerun})
    }

    /// Whether the journal has a write that was done.
    fn has_written(&self) -> bool {
        let journal = fs::read_to_string(self.path("journal")).unwrap();
        let is_done = |line: &str| line.contains(r#""write":true"#) && line.contains(r#""status":20"#);
        journal.lines().any(is_done)
    }
}

/// A checkout of `shop` to copy: git takes longer.
fn template() -> &'static Path {
    static TEMPLATE: OnceLock<TempDir> = OnceLock::new();
    let made = || {
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        checkout::create(folder.path(), "shop");
        let procfile = "web: bundle exec puma\nworker: bundle exec sidekiq\nrelease: echo migrated\n";
        fs::write(folder.path().join("Procfile"), procfile).unwrap();
        checkout::git(folder.path(), &["commit", "-q", "-am", "Migrate on release"]);
        folder
    };
    TEMPLATE.get_or_init(made).path()
}

/// What may become of the `nth` request. Of a read, which changes nothing, a death and one of the others in turn; of
/// two apps, deaths at writes and a Ctrl-C at every request.
fn faults(kind: Kind, nth: usize, is_write: bool) -> Vec<Value> {
    let death = json!({"nth": nth, "fault": "die"});
    let late_death = json!({"nth": nth, "fault": "die", "when": "after"});
    let interrupt = json!({"nth": nth, "fault": "interrupt"});
    let others = [
        late_death.clone(),
        json!({"nth": nth, "fault": "lost"}),
        json!({"nth": nth, "fault": "reset"}),
        json!({"nth": nth, "fault": "status", "status": 429, "retry_after": 0}),
        json!({"nth": nth, "fault": "status", "status": 500}),
        interrupt.clone(),
    ];
    match (kind, is_write) {
        // Without a checkout the requests are the same but for the upload: deaths are enough.
        (Kind::OneApp, true) => vec![death, late_death],
        (Kind::OneApp, false) => vec![death],
        (Kind::Checkout, true) => [vec![death], others.into()].concat(),
        (Kind::Checkout, false) => vec![death, others[nth % others.len()].clone()],
        (Kind::TwoApps, true) => vec![late_death, interrupt],
        (Kind::TwoApps, false) => vec![interrupt],
    }
}

#[test]
fn wherever_a_run_is_killed_the_next_one_ends_as_if_nothing_had_happened() {
    let walks: Vec<_> = [Kind::OneApp, Kind::Checkout, Kind::TwoApps].into_iter().flat_map(walk).collect();
    let next = AtomicUsize::new(0);
    let wrong: Vec<String> = thread::scope(|scope| {
        let worker = || {
            let mut wrong = Vec::new();
            while let Some(step) = walks.get(next.fetch_add(1, Ordering::Relaxed)) {
                wrong.extend(step.wrong());
            }
            wrong
        };
        let workers: Vec<_> = (0..AT_ONCE).map(|_| scope.spawn(worker)).collect();
        workers.into_iter().flat_map(|worker| worker.join().unwrap()).collect()
    });
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), walks.len(), wrong.join("\n"));
}

/// One fault in one run.
struct Step {
    kind: Kind,
    fault: Value,
    unharmed: Value,
}

/// Every fault at every request of a run.
fn walk(kind: Kind) -> Vec<Step> {
    let place = Place::new(kind);
    let output = place.run(None);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let (requests, unharmed) = (place.requests(), place.end());
    assert!(requests.len() > 20, "{requests:?}");
    requests
        .iter()
        .enumerate()
        .flat_map(|(at, is_write)| faults(kind, at + 1, *is_write))
        .map(|fault| Step { kind, fault, unharmed: unharmed.clone() })
        .collect()
}

impl Step {
    /// What is wrong at the end, if anything is.
    fn wrong(&self) -> Option<String> {
        let place = Place::new(self.kind);
        let first = place.run(Some(&self.fault));
        let claims_nothing = text(&first).contains("nothing was changed");
        if claims_nothing && place.has_written() {
            return Some(format!("{} ({:?}): untrue\n{}", self.fault, self.kind, text(&first)));
        }
        let second = place.run(None);
        let said = || format!("{}\n---\n{}", text(&first), text(&second));
        if !second.status.success() {
            return Some(format!("{}: the second run fails\n{}", self.fault, said()));
        }
        let end = place.end();
        (end != self.unharmed).then(|| {
            let at = format!("{} ({:?})", self.fault, self.kind);
            format!("{at}: {end:#}\ninstead of {:#}\n{}", self.unharmed, said())
        })
    }
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}
