//! The dyno runtime: homes as a slug has them, sourced by a real bash, with stand-in agents that note what they are given.

mod boot;
mod confs;
mod constructs;
mod control;
mod databases;
mod entrypoint;
mod environment;
mod install;
mod integrations;
mod managed;
mod memory;
mod prerun;
mod quiet;
mod servers;
mod sessions;
mod signals;
mod supervisor;

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

const AGENT: &str = ".apt/opt/datadog-agent";
pub(super) const CONF: &str = ".apt/etc/datadog-agent";
/// A user without a name.
const USER: &str = "12345";

/// Notes its arguments, environment and signals in `log/`, then stays until SIGTERM, as an agent does.
const STAND_IN: &str = r#"#!/bin/bash
log=@LOG@ name=${0##*/}
case " $* " in *' version '*)
  echo asked >>"$log/versions"
  echo 'Agent @VERSION@ - Commit: x - Serialization version: v5'
  exit ;;
esac
{ printf '%s\0' "$@"; printf '\0'; cat /proc/$$/environ; } >"$log/.new.$$"
trap 'echo "$name" >>"$log/flushed"; exit 0' TERM
mv "$log/.new.$$" "$log/$name.$$"
[ ! -e "$log/broken" ] || exit 3
echo "$name says hello"
case " $* " in *' status '*) exit ;; esac
[ ! -e "$log/orphan" ] || (true & echo $! >"$log/orphan")
[ -p "$log/.fifo" ] || exit 0
exec 9<>"$log/.fifo"
while [ -p "$log/.fifo" ]; do read -rt 0.1 -u 9; done
"#;

/// The shape of the Agent's own example file.
const EXAMPLE: &str = "api_key:\n\n# site: datadoghq.com\n\n# confd_path: \"\"\n\n# apm_config:\n\n  # enabled: true\n\nkept: 1\n";

/// A dyno's home with stand-in agents in it, and the runtime installed. What was started in it is ended with it.
pub(super) struct Home {
    folder: TempDir,
    env: BTreeMap<String, String>,
    /// Whether what runs in it runs as a user that owns it, not as root.
    has_user: bool,
}

/// One start of an agent.
#[derive(Debug)]
pub(super) struct Launch {
    pub(super) pid: u32,
    pub(super) arguments: Vec<String>,
    pub(super) env: BTreeMap<String, String>,
}

/// What a boot came to.
pub(super) struct Boot {
    /// The environment of the app, None when it was not reached.
    pub(super) app: Option<BTreeMap<String, String>>,
    pub(super) stdout: String,
    pub(super) stderr: String,
}

impl Boot {
    /// A variable of the app.
    pub(super) fn var(&self, name: &str) -> Option<&str> {
        let app = self.app.as_ref().unwrap_or_else(|| panic!("the app was not reached: {}", self.stderr));
        app.get(name).map(String::as_str)
    }
}

impl Home {
    /// A home with a current Agent and a key.
    pub(super) fn new() -> Self {
        Self::with_agent("7.81.2")
    }

    /// A home with an Agent of that version.
    pub(super) fn with_agent(version: &str) -> Self {
        let home = Self { folder: tempfile::tempdir().unwrap(), env: BTreeMap::new(), has_user: false };
        fs::create_dir(home.log()).unwrap();
        crate::support::run(Command::new("mkfifo").arg(home.log().join(".fifo")));
        let log = home.log().display().to_string();
        let text = STAND_IN.replace("@LOG@", &log).replace("@VERSION@", version);
        for program in [
            "bin/agent/agent",
            "embedded/bin/trace-agent",
            "embedded/bin/process-agent",
            "embedded/bin/python3",
        ] {
            home.program(&format!("{AGENT}/{program}"), &text);
        }
        let python = if version.starts_with('6') { "python2.7" } else { "python3.13" };
        for folder in [&format!("embedded/lib/{python}/site-packages"), "embedded/ssl/certs", "run"] {
            fs::create_dir_all(home.path(AGENT).join(folder)).unwrap();
        }
        home.write(&format!("{CONF}/datadog.yaml.example"), EXAMPLE);
        home.write(&format!("{CONF}/conf.d/cpu.d/conf.yaml.default"), "instances:\n  - {}\n");
        // The same binary at its place: `install` then has nothing to copy.
        fs::create_dir_all(home.path(".dd-heroku/bin")).unwrap();
        symlink(env!("CARGO_BIN_EXE_dd-heroku"), home.path(".dd-heroku/bin/dd-heroku")).unwrap();
        crate::support::run(
            Command::new(env!("CARGO_BIN_EXE_dd-heroku"))
                .args(["runtime", "install", "--home"])
                .arg(home.path("")),
        );
        home.set("DD_API_KEY", "0123456789abcdef0123456789abcdef")
            .set("DYNO", "web.1")
            .set("DD_HEROKU_RESTART_MS", "5")
            // The machine that runs the tests may have a limit of its own.
            .set("DD_HEROKU_AGENT_MEMORY", "off")
    }

    /// The same home with a config var set.
    pub(super) fn set(mut self, name: &str, value: &str) -> Self {
        self.env.insert(name.into(), value.into());
        self
    }

    /// The same home with a config var taken away.
    pub(super) fn unset(mut self, name: &str) -> Self {
        self.env.remove(name);
        self
    }

    /// The same home with a `prerun.sh`.
    pub(super) fn prerun(self, text: &str) -> Self {
        self.write("datadog/prerun.sh", text);
        self
    }

    /// The same home as a dyno has it, where nothing runs as root and the user's number has no name.
    pub(super) fn of_user(mut self) -> Self {
        self.has_user = rustix::process::getuid().is_root();
        if self.has_user {
            // Where the binary is, another user may have no access.
            let binary = self.path(".dd-heroku/bin/dd-heroku");
            fs::remove_file(&binary).unwrap();
            fs::copy(env!("CARGO_BIN_EXE_dd-heroku"), &binary).unwrap();
            crate::support::run(Command::new("chown").args(["-R", USER]).arg(self.folder.path()));
        }
        self
    }

    pub(super) fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join("home").join(path)
    }

    /// Where the stand-ins note what happens to them.
    pub(super) fn log(&self) -> PathBuf {
        self.folder.path().join("log")
    }

    pub(super) fn write(&self, path: &str, text: &str) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub(super) fn read(&self, path: &str) -> String {
        let path = self.path(path);
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    pub(super) fn program(&self, path: &str, text: &str) {
        self.write(path, text);
        fs::set_permissions(self.path(path), fs::Permissions::from_mode(0o755)).unwrap();
    }

    /// A command in the home, with the config vars and nothing else of this machine.
    pub(super) fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program.as_ref());
        if self.has_user {
            command = Command::new("setpriv");
            let user = ["--reuid", USER, "--regid", USER, "--clear-groups"];
            command.args(user).arg(program.as_ref());
        }
        command.current_dir(self.path("")).env_clear().stdin(Stdio::null());
        command
            .env("PATH", "/usr/local/bin:/usr/bin:/bin")
            .env("HOME", self.path("").as_os_str())
            .envs(&self.env);
        command
    }

    /// Boots as a dyno does: one bash sources the profile script and becomes the app, which notes its environment.
    pub(super) fn boot(&self) -> Boot {
        self.boot_with(". .profile.d/datadog.sh")
    }

    /// Boots with these words in place of the sourcing.
    pub(super) fn boot_with(&self, words: &str) -> Boot {
        let (app, out, err) = (self.log().join("app"), self.log().join("out"), self.log().join("err"));
        let _ = fs::remove_file(&app);
        // Files, not pipes: the agents keep them open.
        let mut bash = self.command("bash");
        bash.args([
            "--noprofile",
            "--norc",
            "-c",
            &format!("{words}\nexec cat /proc/self/environ >{}", app.display()),
        ]);
        bash.stdout(fs::File::create(&out).unwrap()).stderr(fs::File::create(&err).unwrap());
        bash.status().unwrap();
        let text = |path: &Path| String::from_utf8_lossy(&fs::read(path).unwrap()).into_owned();
        let app = fs::read(&app).ok().filter(|bytes| !bytes.is_empty()).map(|bytes| variables(&bytes));
        Boot { app, stdout: text(&out), stderr: text(&err) }
    }

    /// Runs the runtime itself.
    pub(super) fn runtime(&self, arguments: &[&str]) -> Output {
        self.command(env!("CARGO_BIN_EXE_dd-heroku")).arg("runtime").args(arguments).output().unwrap()
    }

    /// The starts of an agent so far, the oldest process first.
    pub(super) fn launches(&self, name: &str) -> Vec<Launch> {
        let mut all: Vec<_> = fs::read_dir(self.log())
            .unwrap()
            .flatten()
            .filter_map(|entry| {
                let pid = entry.file_name().to_str()?.strip_prefix(name)?.strip_prefix('.')?.parse().ok()?;
                let bytes = fs::read(entry.path()).unwrap();
                let at = bytes.windows(2).position(|pair| pair == [0, 0]).unwrap();
                let arguments = String::from_utf8_lossy(&bytes[..at]).split('\0').map(Into::into).collect();
                let env = variables(&bytes[at + 2..]);
                Some((entry.metadata().unwrap().modified().unwrap(), Launch { pid, arguments, env }))
            })
            .collect();
        all.sort_by_key(|(when, _)| *when);
        all.into_iter().map(|(_, launch)| launch).collect()
    }

    /// Waits until an agent was started, and gives back its latest start.
    pub(super) fn launch(&self, name: &str) -> Launch {
        until(&format!("{name} starts"), || !self.launches(name).is_empty());
        self.launches(name).pop().unwrap()
    }

    /// What the boot and the supervisor have written to stderr so far.
    pub(super) fn said(&self) -> String {
        fs::read_to_string(self.log().join("err")).unwrap()
    }

    /// Runs `agent-wrapper` in a session that has no config vars.
    pub(super) fn wrapper(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(self.path(AGENT).join("bin/agent/agent-wrapper"));
        command.env_clear().env("PATH", "/usr/bin:/bin").env("HOME", self.path("")).args(arguments);
        command.output().unwrap()
    }

    /// The supervisor's process.
    pub(super) fn supervisor(&self) -> u32 {
        let path = self.path(".dd-heroku/supervisor.lock");
        let pid = || fs::read_to_string(&path).ok().and_then(|text| text.trim().parse().ok());
        until("a supervisor", || pid().is_some());
        pid().unwrap()
    }

    /// Whether a supervisor was ever started.
    pub(super) fn is_supervised(&self) -> bool {
        fs::read_to_string(self.path(".dd-heroku/supervisor.lock")).is_ok_and(|text| !text.is_empty())
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        let pids = ["agent", "trace-agent", "process-agent"].iter().flat_map(|name| self.launches(name));
        let mut pids: Vec<_> = pids.map(|launch| launch.pid).collect();
        if self.is_supervised() {
            pids.insert(0, self.supervisor());
        }
        for pid in pids.into_iter().filter(|&pid| is_ours(pid, self.folder.path())) {
            signal("KILL", pid);
        }
    }
}

/// Whether a process was started in this home: its environment says so.
fn is_ours(pid: u32, folder: &Path) -> bool {
    let environment = fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
    String::from_utf8_lossy(&environment).contains(&*folder.to_string_lossy())
}

pub(super) fn variables(block: &[u8]) -> BTreeMap<String, String> {
    let text = String::from_utf8_lossy(block);
    text.split('\0').filter_map(|entry| entry.split_once('=')).map(|(k, v)| (k.into(), v.into())).collect()
}

/// Waits until something holds.
pub(super) fn until(what: &str, holds: impl Fn() -> bool) {
    let end = Instant::now() + Duration::from_secs(20);
    while !holds() {
        assert!(Instant::now() < end, "waited too long until {what}");
        thread::sleep(Duration::from_millis(5));
    }
}

/// Sends a signal.
pub(super) fn signal(name: &str, pid: u32) {
    let _ = Command::new("bash").args(["-c", &format!("kill -{name} {pid}")]).stderr(Stdio::null()).status();
}

/// Whether a process is there and no zombie.
pub(super) fn is_alive(pid: u32) -> bool {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit_once(") ").is_some_and(|(_, rest)| !rest.starts_with(['Z', 'X']))
}

/// Reads YAML with PyYAML, which shares nothing with us, and gives back what a Python expression makes of it.
pub(super) fn yaml(text: &str, expression: &str) -> String {
    let program = format!(
        "import sys,yaml; y=yaml.safe_load(sys.stdin.buffer); sys.stdout.buffer.write(str(({expression})).encode())"
    );
    let mut python = Command::new("python3")
        .args(["-c", &program])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    feed(&mut python, text.as_bytes());
    let output = python.wait_with_output().unwrap();
    assert!(output.status.success(), "not read: {text}");
    String::from_utf8(output.stdout).unwrap()
}

fn feed(child: &mut Child, bytes: &[u8]) {
    use std::io::Write;
    child.stdin.take().unwrap().write_all(bytes).unwrap();
}
