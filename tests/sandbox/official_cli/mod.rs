//! Heroku's own CLI on the sandbox, command by command. It is installed with npm, once; where that cannot be done the test
//! says so and ends.

mod commands;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use regex::Regex;

use self::commands::{Scenario, Step, scenarios};
use crate::support::registries;
use crate::support::run;
use crate::support::sandbox::{Sandbox, path};

/// The version that was current when the test was written.
const CLI: &str = "heroku@11.10.0";
/// The CLI waits for answers without an end.
const LONGEST: Duration = Duration::from_secs(120);

#[test]
fn commands_of_the_official_cli_end_as_on_heroku() {
    let Some(folder) = registries::npm(&[CLI]) else { return };
    let program = folder.join("node_modules/heroku/bin/run.js");
    let (sandbox, files) = (Sandbox::start(), tempfile::tempdir().unwrap());
    prepare(files.path());
    let cli = Cli { program: &program, sandbox: &sandbox, files: files.path() };
    let queue = Mutex::new(scenarios(all()));
    let failures = Mutex::new(Vec::new());
    let workers = std::thread::available_parallelism().map_or(2, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                loop {
                    let mut scenarios = queue.lock().unwrap();
                    if scenarios.is_empty() {
                        return;
                    }
                    let scenario = scenarios.remove(0);
                    drop(scenarios);
                    let failed = cli.play(&scenario);
                    failures.lock().unwrap().extend(failed);
                }
            });
        }
    });
    let failures = failures.into_inner().unwrap();
    assert!(failures.is_empty(), "{} commands end otherwise:\n{}", failures.len(), failures.join("\n"));
}

#[allow(clippy::disallowed_methods, reason = "says how much is tested")]
fn all() -> bool {
    std::env::var_os("DD_HEROKU_TEST_OFFICIAL_CLI").is_some_and(|value| value == "all")
}

/// An SSH key, and a certificate with its key.
fn prepare(folder: &Path) {
    let key = ["-q", "-t", "ed25519", "-N", "", "-C", "dev@machine", "-f", "key"];
    run(Command::new("ssh-keygen").args(key).current_dir(folder));
    let certificate = rcgen::generate_simple_self_signed(["acacia.example.com".to_owned()]).unwrap();
    fs::write(folder.join("acacia.crt"), certificate.cert.pem()).unwrap();
    fs::write(folder.join("acacia.key"), certificate.signing_key.serialize_pem()).unwrap();
}

struct Cli<'a> {
    program: &'a Path,
    sandbox: &'a Sandbox,
    files: &'a Path,
}

impl Cli<'_> {
    /// Runs the commands of a scenario; gives back those that ended otherwise.
    fn play(&self, scenario: &Scenario) -> Vec<String> {
        let home = self.files.join(scenario.name.replace(':', "-"));
        fs::create_dir(&home).unwrap();
        run(Command::new("git").args(["init", "-q"]).current_dir(&home));
        let mut variables = BTreeMap::from([("folder".to_owned(), self.files.display().to_string())]);
        scenario.steps.iter().filter_map(|step| self.step(step, &home, &mut variables).err()).collect()
    }

    fn step(&self, step: &Step, home: &Path, variables: &mut BTreeMap<String, String>) -> Result<(), String> {
        let (mut command, mut output) = (step.command.to_owned(), step.output.to_owned());
        for (name, value) in &*variables {
            command = command.replace(&format!("{{{name}}}"), value);
            output = output.replace(&format!("{{{name}}}"), &regex::escape(value));
        }
        let pattern = Regex::new(&output).unwrap();
        let (code, output) = self.run(&shlex::split(&command).unwrap(), home);
        let Some(groups) = pattern.captures(&output).filter(|_| code == Some(step.code)) else {
            return Err(format!("heroku {command}\n  exit code {code:?}, not {}: {output}", step.code));
        };
        for name in pattern.capture_names().flatten() {
            variables.insert(name.to_owned(), groups[name].to_owned());
        }
        Ok(())
    }

    /// Exit code, and what was printed to stdout and stderr.
    fn run(&self, arguments: &[String], home: &Path) -> (Option<i32>, String) {
        let output = |name: &str| home.join(name);
        let file = |name: &str| fs::File::create(output(name)).unwrap();
        let mut command = Command::new("node");
        command
            .arg(self.program)
            .args(arguments)
            .env_clear()
            .envs(self.sandbox.variables())
            .env("PATH", path())
            .env("HOME", home)
            .env("COLUMNS", "200")
            .env("TERM", "dumb")
            .env("NO_COLOR", "1")
            .env("DISABLE_TELEMETRY", "true")
            .env("HEROKU_SKIP_NEW_VERSION_CHECK", "1")
            .current_dir(home)
            .stdin(Stdio::null())
            .stdout(file(".stdout"))
            .stderr(file(".stderr"));
        let mut child = command.spawn().unwrap();
        let until = Instant::now() + LONGEST;
        let code = loop {
            if let Some(status) = child.try_wait().unwrap() {
                break status.code();
            }
            if Instant::now() > until {
                child.kill().unwrap();
                child.wait().unwrap();
                break None;
            }
            std::thread::park_timeout(Duration::from_millis(20));
        };
        let text = |name: &str| String::from_utf8_lossy(&fs::read(output(name)).unwrap()).into_owned();
        (code, text(".stdout") + &text(".stderr"))
    }
}
