//! `status` of 200 apps, against a sandbox that takes 80 ms for every answer: requests an app, requests in flight, wall
//! time, peak memory. `cargo bench --bench status`; needs GNU time.
#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a benchmark prints, and stops when it cannot go on"
)]
#![allow(clippy::cast_precision_loss, reason = "the figures have three digits")]
#![allow(clippy::disallowed_methods, reason = "it is a program of its own")]

use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use serde_json::Value;

const APPS: usize = 200;
const LATENCY_MS: usize = 80;
const PROGRAM: &str = env!("CARGO_BIN_EXE_dd-heroku");

fn main() {
    // `cargo test --benches` and the like only want to know that it builds.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let journal = folder.path().join("journal.jsonl");
    let mut sandbox = Command::new(PROGRAM)
        .args(["sandbox", "serve", "--port", "0", "--latency-ms", &LATENCY_MS.to_string()])
        .args(["--extra-apps", &APPS.to_string(), "--journal"])
        .arg(&journal)
        .env("DD_HEROKU_SANDBOX_STATE", folder.path().join("sandbox.json"))
        .stdout(Stdio::piped())
        .spawn()
        .map(Killed)
        .unwrap();
    let mut line = String::new();
    BufReader::new(sandbox.0.stdout.take().unwrap()).read_line(&mut line).unwrap();

    let memory = folder.path().join("memory");
    let mut command = Command::new("/usr/bin/time");
    command.args(["-f", "%M", "-o"]).arg(&memory).args([PROGRAM, "status", "--json"]);
    for number in 1..=APPS {
        command.args(["-a", &format!("shop-{number:03}")]);
    }
    for pair in line.trim().trim_start_matches("export ").split(' ') {
        let (name, value) = pair.split_once('=').unwrap();
        command.env(name, value);
    }
    let began = Instant::now();
    let output = command.output().unwrap();
    let took = began.elapsed().as_secs_f64();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let shown: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(shown.as_array().unwrap().len(), APPS);

    let journal = fs::read_to_string(&journal).unwrap();
    let requests: Vec<Value> = journal.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let waited: u64 = requests.iter().filter_map(|line| line["ms"].as_u64()).sum();
    let kilobytes: f64 = fs::read_to_string(memory).unwrap().trim().parse().unwrap();
    println!("requests an app  {:.2}   (8 at most)", requests.len() as f64 / APPS as f64);
    println!("in flight        {:.1}   on average (16 at most)", waited as f64 / 1000.0 / took);
    println!("wall time        {took:.1} s   (20 s at most)");
    println!("peak memory      {:.1} MB   (60 MB at most)", kilobytes / 1000.0);
}

/// A process that ends with this value.
struct Killed(Child);

impl Drop for Killed {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
