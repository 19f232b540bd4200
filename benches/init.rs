//! `init --yes` against the sandbox, without latency and with 80 ms a request, compared with the official CLI's seven
//! commands; and `--version` compared with an empty program. `cargo bench --bench init`.
#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a benchmark prints, and stops when it cannot go on"
)]
#![allow(clippy::disallowed_methods, reason = "it is a program of its own")]

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const PROGRAM: &str = env!("CARGO_BIN_EXE_dd-heroku");
const RUNS: usize = 15;
const STARTS: usize = 200;
const LATENCY: Duration = Duration::from_millis(80);

/// What the seven commands of the official CLI 11.10 took together where it was measured last, at best.
const RECORDED: f64 = 8.8;

/// The requests of a build itself: its start, its output, its end.
const OF_THE_BUILD: f64 = 3.0;

/// The official CLI's commands for the same set-up. Its last step, an empty commit and a push, is left out.
const OFFICIAL: [&[&str]; 6] = [
    &["labs:enable", "runtime-dyno-metadata"],
    &["config:set", "DD_DYNO_HOST=true"],
    &["config:set", "DD_SITE=datadoghq.com"],
    &["buildpacks:add", "--index", "2", "https://github.com/DataDog/heroku-buildpack-datadog.git"],
    &["config:set", "DD_API_KEY=d06f00d5a4db0c5ea11e4e57cafe3f9a"],
    &["buildpacks"],
];

fn main() {
    // `cargo test --benches` and the like only want to know that it builds.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let near = median((0..RUNS).map(|_| init(Duration::ZERO)).collect());
    let far = median((0..RUNS).map(|_| init(LATENCY)).collect());
    let (official, how) = official();
    let trips = (far - near) / LATENCY.as_secs_f64();
    println!("init --yes, no latency   {:7.1} ms", near * 1000.0);
    println!(
        "official CLI             {:7.1} ms   ({how}); {:.0} times as long (50 is the aim)",
        official * 1000.0,
        official / near
    );
    println!(
        "init --yes, 80 ms        {:7.1} ms   {:.1} round trips and {OF_THE_BUILD} of the build (5 is the aim)",
        far * 1000.0,
        trips - OF_THE_BUILD
    );

    let folder = tempfile::tempdir().unwrap();
    let empty = empty_program(folder.path());
    // By turns, so that a busy machine treats both alike.
    let (ours, theirs): (Vec<_>, Vec<_>) =
        (0..STARTS).map(|_| (start(PROGRAM.as_ref()), start(&empty))).unzip();
    let (ours, theirs) = (median(ours), median(theirs));
    println!(
        "--version                {:7.2} ms   an empty program: {:.2} ms; {:.2} ms more (2 is the aim)",
        ours * 1000.0,
        theirs * 1000.0,
        (ours - theirs) * 1000.0
    );
}

/// Seconds that one `init` of a fresh sandbox takes.
fn init(latency: Duration) -> f64 {
    let served = Served::start(latency);
    let mut command = served.command(PROGRAM);
    command
        .args(["init", "--app", "shop", "--yes", "--json"])
        .env("DD_API_KEY", dd_heroku::sandbox::DEMO_KEY);
    timed(&mut command)
}

/// Seconds that the official CLI takes, and where the figure is from.
fn official() -> (f64, &'static str) {
    if Command::new("heroku").arg("--version").output().is_err() {
        return (RECORDED, "recorded, not installed here");
    }
    let served = Served::start(Duration::ZERO);
    let took =
        OFFICIAL.iter().map(|words| timed(served.command("heroku").args(*words).args(["--app", "shop"])));
    (took.sum(), "measured")
}

fn start(program: &Path) -> f64 {
    timed(Command::new(program).arg("--version").env_clear())
}

fn timed(command: &mut Command) -> f64 {
    let began = Instant::now();
    let output = command.stdin(Stdio::null()).output().unwrap();
    let took = began.elapsed().as_secs_f64();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    took
}

fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}

fn empty_program(folder: &Path) -> std::path::PathBuf {
    let source = folder.join("empty.rs");
    fs::write(&source, "fn main() {}\n").unwrap();
    let program = folder.join("empty");
    let compiled = Command::new("rustc").args(["-O", "-o"]).arg(&program).arg(&source).status().unwrap();
    assert!(compiled.success());
    program
}

/// A sandbox in the state of the start.
struct Served {
    child: Child,
    variables: Vec<(String, String)>,
    folder: tempfile::TempDir,
}

impl Served {
    fn start(latency: Duration) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut child = Command::new(PROGRAM)
            .args(["sandbox", "serve", "--port", "0", "--latency-ms", &latency.as_millis().to_string()])
            .env("DD_HEROKU_SANDBOX_STATE", folder.path().join("sandbox.json"))
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let pairs =
            line.trim().trim_start_matches("export ").split(' ').map(|pair| pair.split_once('=').unwrap());
        let variables = pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        Self { child, variables, folder }
    }

    /// A program that takes the sandbox for Heroku, in a home folder of its own.
    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.env("HOME", self.folder.path()).current_dir(self.folder.path());
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        command
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
