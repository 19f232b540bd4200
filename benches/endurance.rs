//! What runs for hours does not grow: the sandbox under requests, `status --watch`, and the runtime's supervisor with an Agent that
//! ends again and again. Prints memory and open files of each over time, and fails when the second half of the time has
//! more than the first. `cargo bench --bench endurance`; `ENDURANCE_MINUTES=10` for longer than two minutes. Linux only.
#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a benchmark prints, and stops when it cannot go on"
)]
#![allow(clippy::cast_precision_loss, reason = "the figures have three digits")]
#![allow(clippy::disallowed_methods, reason = "it is a program of its own")]

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process, test_kill_process};
use serde_json::{Value, json};

const PROGRAM: &str = env!("CARGO_BIN_EXE_dd-heroku");
const USUAL_MINUTES: f64 = 2.0;
/// Looks at each process.
const SAMPLES: u32 = 24;
/// What a process may have more of in the second half: allocators keep some.
const MORE_MEMORY: f64 = 1.10;
const MORE_FILES: usize = 2;

fn main() {
    // `cargo test --benches` and the like only want to know that it builds.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let minutes = std::env::var("ENDURANCE_MINUTES").map_or(USUAL_MINUTES, |text| text.parse().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let (sandbox, variables) = sandbox(folder.path());
    let url = variables.iter().find(|(name, _)| name == "HEROKU_API_URL").unwrap().1.clone();
    release_phase(&url, folder.path(), minutes);
    let watch = Command::new(PROGRAM)
        .args(["status", "-a", "shop", "--watch"])
        .envs(variables)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .map(Ended)
        .unwrap();
    let supervisor = Supervisor::boot(folder.path());
    let processes = [
        ("sandbox", sandbox.0.id()),
        ("status --watch", watch.0.id()),
        ("supervisor", supervisor.0.as_raw_pid().unsigned_abs()),
    ];
    let mut samples: [Vec<Sample>; 3] = Default::default();
    println!("{:>7}  {:>9}  {}", "s", "requests", processes.map(|(name, _)| format!("{name:>24}")).join(""));

    let (start, mut requests) = (Instant::now(), 0_u64);
    let step = Duration::from_secs_f64(minutes * 60.0 / f64::from(SAMPLES));
    for number in 1..=SAMPLES {
        while start.elapsed() < step * number {
            requests += u64::from(request(&url));
            thread::sleep(Duration::from_millis(5));
        }
        let row = processes.iter().zip(&mut samples).map(|((name, process), samples)| {
            let sample = Sample::of(*process).unwrap_or_else(|| panic!("{name} ended"));
            let shown = format!("{:>13} kB {:>3} files", sample.memory, sample.files);
            samples.push(sample);
            format!("{shown:>24}")
        });
        let row: String = row.collect();
        println!("{:>7.0}  {requests:>9}  {row}", start.elapsed().as_secs_f64());
    }
    let mut grows = false;
    for ((name, _), samples) in processes.iter().zip(&samples) {
        // The beginning fills caches.
        let (first, second) = samples[samples.len() / 4..].split_at(samples.len() * 3 / 8);
        let most = |samples: &[Sample]| {
            let memory = samples.iter().map(|sample| sample.memory).max().unwrap();
            (memory as f64, samples.iter().map(|sample| sample.files).max().unwrap())
        };
        let ((memory, files), (later_memory, later_files)) = (most(first), most(second));
        let is_growing = later_memory > memory * MORE_MEMORY || later_files > files + MORE_FILES;
        grows |= is_growing;
        let verdict = if is_growing { "GROWS" } else { "steady" };
        println!(
            "{name}: {verdict}: at most {memory} kB and {files} files, later {later_memory} kB and {later_files} files"
        );
    }
    let restarts = fs::read_to_string(folder.path().join("restarts")).unwrap_or_default().lines().count();
    println!("the Agent was started {restarts} times, {requests} requests were answered");
    assert!(restarts > 1 && requests > 0, "nothing was under load");
    assert!(!grows, "a process grows");
}

struct Ended(Child);

impl Drop for Ended {
    fn drop(&mut self) {
        let _ = kill_process(Pid::from_child(&self.0), Signal::TERM);
        let _ = self.0.wait();
    }
}

struct Sample {
    /// kB in memory.
    memory: u64,
    /// Open files, sockets and pipes.
    files: usize,
}

impl Sample {
    fn of(process: u32) -> Option<Self> {
        let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
        let memory = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
        let memory = memory.trim().trim_end_matches(" kB").parse().ok()?;
        Some(Self { memory, files: fs::read_dir(format!("/proc/{process}/fd")).ok()?.count() })
    }
}

/// A sandbox, and the variables that lead to it.
fn sandbox(folder: &Path) -> (Ended, Vec<(String, String)>) {
    let mut sandbox = Command::new(PROGRAM)
        .args(["sandbox", "serve", "--port", "0", "--rate-limit", "100000000", "--rate-refill", "100000000"])
        .env("DD_HEROKU_SANDBOX_STATE", folder.join("sandbox.json"))
        .stdout(Stdio::piped())
        .spawn()
        .map(Ended)
        .unwrap();
    let mut line = String::new();
    BufReader::new(sandbox.0.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let pairs = line.trim().trim_start_matches("export ").split(' ');
    let variables = pairs.map(|pair| pair.split_once('=').unwrap());
    (sandbox, variables.map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
}

/// Builds `shop` with a release command that takes as long as all of this, which `status --watch` then follows.
fn release_phase(url: &str, folder: &Path, minutes: f64) {
    let curl = |arguments: &[&str]| {
        let mut curl = Command::new("curl");
        curl.args(["-sS", "--fail-with-body", "-H", "Authorization: Bearer x"]);
        let output = curl
            .args(["-H", "Accept: application/vnd.heroku+json; version=3"])
            .args(arguments)
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
        output.stdout
    };
    fs::write(
        folder.join("Procfile"),
        format!("web: sleep 1\nrelease: sleep {:.0}\n", minutes * 60.0 + 20.0),
    )
    .unwrap();
    let tarball = folder.join("source.tgz");
    let tar = Command::new("tar").arg("-C").arg(folder).arg("-czf").arg(&tarball).arg("Procfile").status();
    assert!(tar.unwrap().success());
    let source: Value = serde_json::from_slice(&curl(&["-X", "POST", &format!("{url}/sources")])).unwrap();
    let place = |name: &str| source["source_blob"][name].as_str().unwrap().to_owned();
    let upload = Command::new("curl").args(["-sSf", "-T"]).arg(&tarball).arg(place("put_url")).status();
    assert!(upload.unwrap().success());
    let body = json!({"source_blob": {"url": place("get_url"), "version": "endurance"}}).to_string();
    curl(&["-H", "Content-Type: application/json", "-d", &body, &format!("{url}/apps/shop/builds")]);
    let status = || {
        let releases: Value = serde_json::from_slice(&curl(&[&format!("{url}/apps/shop/releases")])).unwrap();
        releases.as_array().unwrap().last().unwrap()["status"].as_str().unwrap().to_owned()
    };
    while status() != "pending" {
        thread::sleep(Duration::from_millis(100));
    }
}

/// The supervisor of a dyno whose Agent ends after a moment, and is started again.
struct Supervisor(Pid);

impl Supervisor {
    fn boot(folder: &Path) -> Self {
        let home = folder.join("app");
        let write = |path: &str, text: &str| {
            let path = home.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, text).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        };
        let restarts = folder.join("restarts");
        let agent = format!("#!/bin/sh\necho >>'{}'\nsleep 0.05\n", restarts.display());
        write(".apt/opt/datadog-agent/bin/agent/agent", &agent);
        write(".apt/opt/datadog-agent/embedded/bin/trace-agent", "#!/bin/sh\nexec sleep 3600\n");
        write(".apt/etc/datadog-agent/datadog.yaml.example", "api_key:\n# apm_config:\n");
        dd_heroku::runtime::record_agent_version(&home, "7.81.2").unwrap();
        dd_heroku::runtime::install(&home, Path::new(PROGRAM)).unwrap();
        let mut bash = Command::new("bash");
        bash.args(["--noprofile", "--norc", "-c", ". .profile.d/datadog.sh"]).current_dir(&home).env_clear();
        bash.env("PATH", "/usr/local/bin:/usr/bin:/bin").env("HOME", &home).env("DYNO", "web.1");
        bash.env("DD_API_KEY", "key").env("DD_HEROKU_RESTART_MS", "1");
        bash.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        assert!(bash.status().unwrap().success());
        let lock = home.join(".dd-heroku/supervisor.lock");
        loop {
            let pid = fs::read_to_string(&lock)
                .ok()
                .and_then(|text| text.trim().parse().ok())
                .and_then(Pid::from_raw);
            if let Some(pid) = pid {
                return Self(pid);
            }
            thread::sleep(Duration::from_millis(10));
        }
    }
}

impl Drop for Supervisor {
    fn drop(&mut self) {
        let _ = kill_process(self.0, Signal::TERM);
        while test_kill_process(self.0).is_ok() {
            thread::sleep(Duration::from_millis(10));
        }
    }
}

/// Reads the config vars of an app, on a connection of its own. Whether that was answered.
fn request(url: &str) -> bool {
    let host = url.trim_start_matches("http://").trim_end_matches('/');
    let Ok(mut connection) = TcpStream::connect(host) else { return false };
    let text = format!(
        "GET /apps/shop/config-vars HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer x\r\n\
         Accept: application/vnd.heroku+json; version=3\r\nConnection: close\r\n\r\n"
    );
    let mut answer = String::new();
    connection.write_all(text.as_bytes()).is_ok()
        && connection.read_to_string(&mut answer).is_ok()
        && answer.starts_with("HTTP/1.1 200")
}
