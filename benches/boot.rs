//! How long the sourcing of the profile script takes and how many processes it starts, compared with Datadog's own script.
//!
//! Upstream's figures: release 2.44, its `extra/datadog.sh` sourced by bash 5.2 with stand-in agents whose `version`
//! answers at once, 20 boots, 2 cores, 2026-11-22. Ours: `cargo bench --bench boot` here, now.
#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::cast_precision_loss, reason = "a benchmark")]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};

/// Upstream's median, in milliseconds.
const UPSTREAM_MS: f64 = 135.6;
/// Upstream's forks.
const UPSTREAM_FORKS: usize = 54;
const BOOTS: usize = 30;

fn main() {
    let mut times: Vec<f64> = (0..BOOTS).map(|_| boot(&[], 0)).collect();
    times.sort_by(f64::total_cmp);
    let median = times[BOOTS / 2];
    println!(
        "sourcing  ours {median:.1} ms (fastest {:.1})   upstream {UPSTREAM_MS} ms   {:.0} times faster",
        times[0],
        UPSTREAM_MS / median
    );
    if Command::new("strace").arg("-V").stdout(Stdio::null()).status().is_ok() {
        let trace = tempfile::NamedTempFile::new().unwrap();
        let path = trace.path().to_str().unwrap();
        boot(&["strace", "-f", "-qq", "-o", path, "-e", "trace=clone,clone3,fork,vfork"], 0);
        let text = fs::read_to_string(path).unwrap();
        let forks = text.lines().filter(|line| line.contains("clone") || line.contains("fork"));
        let forks = forks.filter(|line| !line.contains("CLONE_THREAD") && !line.contains("resumed>")).count();
        println!("forks     ours {forks}   upstream {UPSTREAM_FORKS}");
    }
    // bash makes the environment again for each process that follows an export, which takes the more time the more
    // variables there are: what upstream's script pays for its forks alone.
    let fastest = |measured: &dyn Fn() -> f64| (0..3).map(|_| measured()).fold(f64::INFINITY, f64::min);
    let ours = fastest(&|| boot(&[], VARIABLES));
    let forks = format!("for ((i = 0; i < {UPSTREAM_FORKS}; i++)); do export V=$i; x=$(exec true); done");
    let theirs = fastest(&|| {
        let mut bash = Command::new("bash");
        bash.args(["--noprofile", "--norc", "-c", &timed(&forks)]).env_clear().envs(variables(VARIABLES));
        took(bash.env("PATH", "/usr/local/bin:/usr/bin:/bin"))
    });
    println!(
        "{VARIABLES} variables   ours {ours:.1} ms   the forks of upstream's script alone {theirs:.1} ms   {:.2} of it",
        ours / theirs
    );
}

/// How many config vars a large app may have.
const VARIABLES: usize = 3000;

fn variables(count: usize) -> impl Iterator<Item = (String, &'static str)> {
    (0..count).map(|n| (format!("VARIABLE_{n}"), "a value of some length"))
}

/// A script that says how many microseconds some words took.
fn timed(words: &str) -> String {
    format!(r#"a=${{EPOCHREALTIME/./}}; {words}; b=${{EPOCHREALTIME/./}}; echo "took $((b - a))""#)
}

/// What a timed script says, in milliseconds.
fn took(command: &mut Command) -> f64 {
    let output = command.output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let took = text.lines().find_map(|line| line.strip_prefix("took ")).unwrap();
    took.parse::<u32>().map(f64::from).unwrap() / 1000.0
}

/// One boot in a home of its own, with so many config vars, in milliseconds.
fn boot(prefix: &[&str], count: usize) -> f64 {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path();
    let write = |path: &str, text: &str| {
        let path = home.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    };
    // Ends at once and in peace, so that nothing is left running.
    let agent = "#!/bin/sh\nkill $PPID\n";
    write(".apt/opt/datadog-agent/bin/agent/agent", agent);
    write(".apt/opt/datadog-agent/embedded/bin/trace-agent", "#!/bin/sh\n");
    write(".apt/etc/datadog-agent/datadog.yaml.example", "api_key:\n# apm_config:\n");
    dd_heroku::runtime::record_agent_version(home, "7.81.2").unwrap();
    dd_heroku::runtime::install(home, Path::new(env!("CARGO_BIN_EXE_dd-heroku"))).unwrap();
    let script = timed(". .profile.d/datadog.sh");
    let words: Vec<&str> =
        prefix.iter().copied().chain(["bash", "--noprofile", "--norc", "-c", &script]).collect();
    let mut command = Command::new(words[0]);
    command.args(&words[1..]).current_dir(home).env_clear().stdin(Stdio::null()).stderr(Stdio::null());
    command
        .envs(variables(count))
        .env("PATH", "/usr/local/bin:/usr/bin:/bin")
        .env("HOME", home)
        .env("DYNO", "web.1")
        .env("DD_API_KEY", "key");
    took(&mut command)
}
