//! The build step against what it replaces: `apt-get update`, the download, `dpkg -x`, and the deletions afterwards, on
//! the same machine in one run. The package is as large as the Agent's: 17,000 members, 600 MB, xz in blocks.
//!
//! `cargo bench --bench build` builds both programs optimized and prints a table. It needs apt, dpkg, gpg, taskset and GNU time,
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
use std::thread;
use std::time::{Duration, Instant};

use server::Server;

/// The folder of the pack.
const PACK: &str = "pack";
const ROUNDS: usize = 3;
const SETTLING: Duration = Duration::from_secs(3);

/// `$1` the build folder, `$2` the cache, `$3` the repository's URL, `$4` the keyring.
const PEER: &str = r#"
set -eu
cd "$2"; mkdir -p lists/partial archives/partial etc
echo "deb [arch=amd64 signed-by=$4] $3 stable 7" > etc/sources.list
apt="-q -o Dir::Etc::SourceList=$2/etc/sources.list -o Dir::Etc::SourceParts=/dev/null -o Dir::State=$2
 -o Dir::State::lists=$2/lists -o Dir::Cache=$2 -o Dir::Cache::archives=$2/archives
 -o APT::Sandbox::User=root -o APT::Architecture=amd64 -o Debug::NoLocking=true -o Acquire::Languages=none"
touch status
apt="$apt -o Dir::State::status=$2/status"
apt-get $apt update
apt-get $apt -y -d install --reinstall --no-install-recommends datadog-heroku-agent=1:7.81.2-1
mkdir -p $1/.apt
dpkg -x archives/datadog-heroku-agent_*.deb $1/.apt
rm archives/*.deb
a=$1/.apt/opt/datadog-agent; e=$a/embedded
rm -rf $a/sources $e/share/doc $e/share/man $e/bin/system-probe $e/bin/security-agent $e/bin/installer $e/nikos
rm -rf $e/bin/secret-generic-connector $e/bin/clang-bpf $e/bin/llc-bpf $e/lib/libbcc* $e/lib/*.a
rm -rf $e/lib/python*/site-packages/kubernetes $e/lib/python*/site-packages/pyVmomi
find $1/.apt -xtype l -delete
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
    agent::make(&kept, agent::small_files);
    let server = Server::start(&kept);
    pack(&server, &kept);
    let cores = thread::available_parallelism().unwrap();
    println!(
        "package {:.1} MB, {cores} cores, best of {ROUNDS}",
        mega(fs::metadata(kept.join(agent::DEB)).unwrap().len())
    );
    println!("{:<22} {:>8} {:>10} {:>9} {:>11}", "", "time s", "memory MB", "requests", "to disk MB");
    for (place, base) in [("tmpfs", PathBuf::from("/dev/shm")), ("disk", kept.clone())] {
        let all = base.join(format!("bench-{}", std::process::id()));
        let builds = [
            ("dd-heroku", ours as Build),
            ("carried", carried),
            ("one core", ours_on_one_core),
            ("apt + dpkg", peer),
        ];
        let mut best: [[Option<Cost>; 2]; 4] = Default::default();
        // ext4 is slow to make files where some were deleted minutes ago. So nothing is before the end, and what it is
        // compared with, which deletes half of what it unpacks, comes last.
        for ((who, build), best) in builds.iter().zip(&mut best) {
            for round in 0..ROUNDS {
                let work = all.join(format!("{round}-{who}").replace(' ', ""));
                for (state, best) in ["cold", "warm"].iter().zip(&mut *best) {
                    let cost = measure(&work, &format!("build-{state}"), *build, &server, &kept);
                    if best.as_ref().is_none_or(|best| cost.time < best.time) {
                        *best = Some(cost);
                    }
                }
            }
        }
        let best = best.map(|states| states.map(Option::unwrap));
        for ((who, _), states) in builds.iter().zip(&best) {
            for (state, cost) in ["cold", "warm"].iter().zip(states) {
                println!(
                    "{:<22} {:>8.2} {:>10.1} {:>9} {:>11.1}",
                    format!("{place} {state} {who}"),
                    cost.time.as_secs_f64(),
                    cost.memory as f64 / 1e3,
                    cost.requests,
                    mega(cost.blocks * 512)
                );
            }
        }
        let of_it = |who: usize, state: usize| {
            best[who][state].time.as_secs_f64() / best[3][state].time.as_secs_f64()
        };
        println!(
            "{place}: cold {:.2} of it, warm {:.2}, cold with the carried Agent {:.2}\n",
            of_it(0, 0),
            of_it(0, 1),
            of_it(1, 0)
        );
        let _ = fs::remove_dir_all(&all);
    }
}

/// Builds into a folder, with a cache, from a server, with the keys in a folder.
type Build = fn(&Path, &Path, &Server, &Path) -> Command;

fn peer(build: &Path, cache: &Path, server: &Server, kept: &Path) -> Command {
    let mut command = Command::new("sh");
    command
        .args(["-c", PEER, "peer"])
        .arg(build)
        .arg(cache)
        .arg(server.url("apt"))
        .arg(kept.join(agent::KEYRING));
    command
}

fn ours(build: &Path, cache: &Path, server: &Server, kept: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dd-heroku"));
    command.args(["buildpack", "compile"]).arg(build).arg(cache);
    from(&mut command, server, kept);
    command
}

/// With the Agent in the pack. It is not offered a repository.
fn carried(build: &Path, cache: &Path, _: &Server, kept: &Path) -> Command {
    let mut command = Command::new(kept.join(PACK).join("bin/dd-heroku"));
    command.args(["buildpack", "compile"]).arg(build).arg(cache);
    command
}

/// Packs the Agent and unpacks that as Heroku does, next to the package.
fn pack(server: &Server, kept: &Path) {
    let folder = kept.join(PACK);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir(&folder).unwrap();
    let file = folder.join("pack.tgz");
    let mut command = Command::new(env!("CARGO_BIN_EXE_dd-heroku"));
    command.args(["buildpack", "pack", "--agent", "7.81.2", "-o"]).arg(&file);
    assert!(from(&mut command, server, kept).status().unwrap().success());
    let unpacked = Command::new("tar").arg("-xzf").arg(&file).arg("-C").arg(&folder).status().unwrap();
    assert!(unpacked.success());
}

/// Gives a command the repository of a server.
fn from<'a>(command: &'a mut Command, server: &Server, kept: &Path) -> &'a mut Command {
    command.env("DD_HEROKU_APT_URL", server.url("apt")).env("DD_HEROKU_APT_KEYS_URL", server.url("keys"));
    command.env("DD_HEROKU_APT_KEY_FINGERPRINTS", fs::read_to_string(kept.join(agent::FINGERPRINT)).unwrap())
}

/// For the memory: less of it than with more cores.
fn ours_on_one_core(build: &Path, cache: &Path, server: &Server, kept: &Path) -> Command {
    let ours = ours(build, cache, server, kept);
    let mut command = Command::new("taskset");
    command.args(["--cpu-list", "0"]).arg(ours.get_program()).args(ours.get_args());
    command.envs(ours.get_envs().filter_map(|(name, value)| Some((name, value?))));
    command
}

/// One build into a new folder of `work`: a cold one the first time, a warm one the next.
fn measure(work: &Path, folder: &str, build: Build, server: &Server, kept: &Path) -> Cost {
    let (folder, cache) = (work.join(folder), work.join("cache"));
    for folder in [&folder, &cache] {
        fs::create_dir_all(folder).unwrap();
    }
    // The disk has to be done with what the build before wrote and deleted.
    Command::new("sync").status().unwrap();
    thread::sleep(SETTLING);
    let build = build(&folder, &cache, server, kept);
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
