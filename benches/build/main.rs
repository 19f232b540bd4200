//! The build step against what it replaces: `apt-get update`, the download, `dpkg -x`, and the deletions afterwards, on
//! the same machine in one run. The package is as large as the Agent's: 17,000 members, 600 MB, xz in blocks.
//!
//! `cargo bench --bench build` builds both programs optimised and prints a table. It needs apt, dpkg, gpg, taskset and GNU time,
//! and takes some minutes the first time: the package is made once and kept in `target/`.
#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a benchmark prints, and stops when it cannot go on"
)]
#![allow(clippy::cast_precision_loss, reason = "the figures have three digits")]
#![allow(clippy::disallowed_methods, reason = "it is a program of its own")]

mod agent;
mod server;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use server::Server;

const ROUNDS: usize = 3;

/// `$1` the work folder with `build` and `cache`, `$2` the repository's URL, `$3` the keyring.
const PEER: &str = r#"
set -eu
cd "$1"; mkdir -p cache/lists/partial cache/archives/partial cache/etc
echo "deb [arch=amd64 signed-by=$3] $2 stable 7" > cache/etc/sources.list
apt="-q -o Dir::Etc::SourceList=$1/cache/etc/sources.list -o Dir::Etc::SourceParts=/dev/null -o Dir::State=$1/cache
 -o Dir::State::lists=$1/cache/lists -o Dir::Cache=$1/cache -o Dir::Cache::archives=$1/cache/archives
 -o APT::Sandbox::User=root -o APT::Architecture=amd64 -o Debug::NoLocking=true -o Acquire::Languages=none"
touch cache/status
apt="$apt -o Dir::State::status=$1/cache/status"
apt-get $apt update
apt-get $apt -y -d install --reinstall --no-install-recommends datadog-heroku-agent=1:7.81.2-1
mkdir -p build/.apt
dpkg -x cache/archives/datadog-heroku-agent_*.deb build/.apt
rm cache/archives/*.deb
a=build/.apt/opt/datadog-agent; e=$a/embedded
rm -rf $a/sources $e/share/doc $e/share/man $e/bin/system-probe $e/bin/security-agent $e/bin/installer $e/nikos
rm -rf $e/bin/secret-generic-connector $e/bin/clang-bpf $e/bin/llc-bpf $e/lib/libbcc* $e/lib/*.a
rm -rf $e/lib/python*/site-packages/kubernetes $e/lib/python*/site-packages/pyVmomi
find build/.apt -xtype l -delete
"#;

/// What one build took.
struct Cost {
    time: Duration,
    /// Peak resident memory of the largest process, in kilobytes.
    memory: u64,
    requests: usize,
    /// Blocks of 512 bytes written to a disk.
    blocks: u64,
}

fn main() {
    // `cargo test --benches` and the like only want to know that it builds.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let kept = Path::new(env!("CARGO_TARGET_TMPDIR")).join("agent-package");
    agent::make(&kept);
    let server = Server::start(&kept);
    let cores = std::thread::available_parallelism().unwrap();
    println!(
        "package {:.1} MB, {cores} cores, best of {ROUNDS}",
        mega(fs::metadata(kept.join(agent::DEB)).unwrap().len())
    );
    println!("{:<22} {:>8} {:>10} {:>9} {:>11}", "", "time s", "memory MB", "requests", "to disk MB");
    for (place, base) in [("tmpfs", PathBuf::from("/dev/shm")), ("disk", kept.clone())] {
        let mut times = Vec::new();
        for (who, command) in
            [("apt + dpkg", peer as Build), ("dd-heroku", ours), ("one core", ours_on_one_core)]
        {
            let work = base.join(format!("bench-{}-{who}", std::process::id()).replace(' ', ""));
            for state in ["cold", "warm"] {
                let best = (0..ROUNDS)
                    .map(|_| measure(&work, state, command, &server, &kept))
                    .min_by_key(|cost| cost.time);
                let cost = best.unwrap();
                let name = format!("{place} {state} {who}");
                let (seconds, memory, disk) =
                    (cost.time.as_secs_f64(), cost.memory as f64 / 1e3, cost.blocks * 512);
                println!(
                    "{name:<22} {seconds:>8.2} {memory:>10.1} {:>9} {:>11.1}",
                    cost.requests,
                    mega(disk)
                );
                times.push(seconds);
            }
            let _ = fs::remove_dir_all(&work);
        }
        println!("{place}: cold {:.2} of it, warm {:.2}\n", times[2] / times[0], times[3] / times[1]);
    }
}

type Build = fn(&Path, &Server, &Path) -> Command;

fn peer(work: &Path, server: &Server, kept: &Path) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", PEER, "peer"]).arg(work).arg(server.url("apt")).arg(kept.join(agent::KEYRING));
    command
}

fn ours(work: &Path, server: &Server, kept: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dd-heroku"));
    command.args(["buildpack", "compile"]).arg(work.join("build")).arg(work.join("cache"));
    command.env("DD_HEROKU_APT_URL", server.url("apt")).env("DD_HEROKU_APT_KEYS_URL", server.url("keys"));
    command.env("DD_HEROKU_APT_KEY_FINGERPRINTS", fs::read_to_string(kept.join(agent::FINGERPRINT)).unwrap());
    command
}

/// For the memory: less of it than with more cores.
fn ours_on_one_core(work: &Path, server: &Server, kept: &Path) -> Command {
    let ours = ours(work, server, kept);
    let mut command = Command::new("taskset");
    command.args(["--cpu-list", "0"]).arg(ours.get_program()).args(ours.get_args());
    command.envs(ours.get_envs().filter_map(|(name, value)| Some((name, value?))));
    command
}

/// One build into an empty folder; a cold one without a cache, a warm one with what the build before it left.
fn measure(work: &Path, state: &str, command: Build, server: &Server, kept: &Path) -> Cost {
    let _ = fs::remove_dir_all(work.join("build"));
    if state == "cold" {
        let _ = fs::remove_dir_all(work.join("cache"));
    }
    for folder in ["build", "cache"] {
        fs::create_dir_all(work.join(folder)).unwrap();
    }
    Command::new("sync").status().unwrap();
    let build = command(work, server, kept);
    let mut timed = Command::new("/usr/bin/time");
    timed.args(["-f", "%M %O", "-o"]).arg(work.join("cost")).arg(build.get_program()).args(build.get_args());
    timed.envs(build.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let before = server.requests();
    let start = Instant::now();
    let output = timed.output().unwrap();
    let time = start.elapsed();
    let log = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{log}");
    let cost = fs::read_to_string(work.join("cost")).unwrap();
    let mut numbers = cost.split_whitespace().map(|number| number.parse::<u64>().unwrap());
    let (memory, blocks) = (numbers.next().unwrap(), numbers.next().unwrap());
    if std::env::var_os("BENCH_LOG").is_some() {
        println!("{log}");
    }
    Cost { time, memory, requests: server.requests() - before, blocks }
}

fn mega(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}
