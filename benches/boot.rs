//! How long the sourcing of the profile script takes and how many processes it starts, beside Datadog's own script.
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
/// Sources the script and says how many microseconds that took.
const BOOT: &str =
    r#"a=${EPOCHREALTIME/./}; . .profile.d/datadog.sh; b=${EPOCHREALTIME/./}; echo "took $((b - a))""#;

fn main() {
    let mut times: Vec<f64> = (0..BOOTS).map(|_| boot(&[])).collect();
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
        boot(&["strace", "-f", "-qq", "-o", path, "-e", "trace=clone,clone3,fork,vfork"]);
        let text = fs::read_to_string(path).unwrap();
        let forks = text.lines().filter(|line| line.contains("clone") || line.contains("fork"));
        let forks = forks.filter(|line| !line.contains("CLONE_THREAD") && !line.contains("resumed>")).count();
        println!("forks     ours {forks}   upstream {UPSTREAM_FORKS}");
    }
}

/// One boot in a home of its own, in milliseconds.
fn boot(prefix: &[&str]) -> f64 {
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
    let words: Vec<&str> =
        prefix.iter().copied().chain(["bash", "--noprofile", "--norc", "-c", BOOT]).collect();
    let mut command = Command::new(words[0]);
    command.args(&words[1..]).current_dir(home).env_clear().stdin(Stdio::null()).stderr(Stdio::null());
    command
        .env("PATH", "/usr/local/bin:/usr/bin:/bin")
        .env("HOME", home)
        .env("DYNO", "web.1")
        .env("DD_API_KEY", "key");
    let output = command.output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let took = text.lines().find_map(|line| line.strip_prefix("took ")).unwrap();
    took.parse::<u32>().map(f64::from).unwrap() / 1000.0
}
