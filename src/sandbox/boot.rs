//! `sandbox boot`: runs the slug of an app as a dyno does: a home of its own, the config vars, bash that sources
//! `.profile.d`, then the process. At the end every process of the dyno gets SIGTERM and up to 30 seconds.

use std::fs;
use std::io;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, anyhow, bail};
use rustix::process::{Pid, Signal, kill_process};

use super::ids;
use super::options::Options;
use super::store;
use super::world::app::{App, Slug};
use crate::env::{self, Environment};
use crate::platform::feature::DYNO_METADATA;

/// How long a dyno has between SIGTERM and SIGKILL.
const GRACE: Duration = Duration::from_secs(30);
const PATIENCE: Duration = Duration::from_millis(20);

/// Marks the processes of one booted dyno, whoever their parent is.
const MARK: &str = "DD_HEROKU_SANDBOX_DYNO";

/// What Heroku's own boot does, the app's command last.
const BOOT: &str = r#"
cd "$HOME"
for dd_file in .profile.d/*.sh; do if [ -r "$dd_file" ]; then . "$dd_file"; fi; done
if [ -r .profile ]; then . ./.profile; fi
unset dd_file
eval "$DD_HEROKU_SANDBOX_COMMAND"
"#;

/// What the app does when no command is given: its own needs a language that the sandbox does not install.
const IDLE: &str = "exec sleep 2000000";

/// How to boot.
#[derive(Debug)]
pub struct Boot {
    /// The app.
    pub app: String,
    /// The dyno's name: `web.1`.
    pub dyno: String,
    /// What the dyno runs instead of waiting; a line of bash.
    pub command: Option<String>,
    /// The dyno's home, which is kept; without it a temporary folder.
    pub home: Option<PathBuf>,
    /// Where the dyno's output goes; without it, to stdout.
    pub stdout: Option<Stdio>,
}

/// A dyno that is up.
#[derive(Debug)]
pub struct Up {
    /// Its home.
    pub home: PathBuf,
    /// The UDP port that takes metrics.
    pub metrics: String,
    /// The TCP port that takes traces.
    pub traces: String,
}

/// Boots a dyno, calls `up`, and waits for its end. Gives back the exit status of its process; `None` when it was asked to
/// stop.
pub fn boot(
    env: &Environment,
    boot: Boot,
    up: impl FnOnce(&Up) -> anyhow::Result<()>,
) -> anyhow::Result<Option<ExitStatus>> {
    let state = Options::from_env(env)?.state;
    let world = store::read(&state, 0)?;
    let Boot { app: name, dyno, command, home, stdout } = boot;
    let app = world.apps.iter().find(|app| app.name == name);
    let app = app.with_context(|| format!("the sandbox has no app `{name}` (dd-heroku sandbox show)"))?;
    let slug = app.current_slug().with_context(|| format!("`{}` has never been built", app.name))?;
    let folder = store::slugs(&state).join(&slug.id);
    if !folder.is_dir() {
        bail!("the slug of `{0}` was not built here: dd-heroku --sandbox init -a {0} --yes", app.name);
    }
    let temporary = tempfile::Builder::new().prefix("dyno-").tempdir()?;
    let home = home.map_or_else(|| temporary.path().join("app"), |home| env.cwd().join(home));
    copy(&folder, &home).with_context(|| format!("the slug cannot be copied to `{}`", home.display()))?;
    let mark = ids::fresh();
    let stop = Arc::new(AtomicBool::new(false));
    let heard = Arc::clone(&stop);
    ctrlc::set_handler(move || heard.store(true, Ordering::SeqCst))?;
    let mut bash = bash(env, app, slug, &dyno, &home);
    bash.env("DD_HEROKU_SANDBOX_COMMAND", command.as_deref().unwrap_or(IDLE)).env(MARK, &mark);
    bash.stdout(stdout.unwrap_or_else(Stdio::inherit));
    let mut child = bash.spawn().map_err(|error| anyhow!("bash cannot be started: {error}"))?;
    let port = |name: &str, default: &str| app.config.get(name).map_or(default, String::as_str).to_owned();
    let metrics = port(env::DD_DOGSTATSD_PORT, "8125");
    let traces = port(env::DD_APM_RECEIVER_PORT, "8126");
    if let Err(error) = up(&Up { home, metrics, traces }) {
        end_all(&mark, &mut child);
        return Err(error);
    }
    let ended = loop {
        if let Some(status) = child.try_wait()? {
            break Some(status);
        }
        if stop.load(Ordering::SeqCst) {
            break None;
        }
        std::thread::sleep(PATIENCE);
    };
    end_all(&mark, &mut child);
    Ok(ended)
}

/// Bash, to be run as the first process of a dyno.
fn bash(env: &Environment, app: &App, slug: &Slug, dyno: &str, home: &Path) -> Command {
    let mut bash = Command::new("bash");
    bash.args(["--noprofile", "--norc", "-c", BOOT]).env_clear().envs(&app.config);
    if app.features.contains(DYNO_METADATA) {
        let release = app.current();
        let version = release.map_or(0, |release| release.version);
        bash.env("HEROKU_APP_NAME", &app.name)
            .env("HEROKU_APP_ID", &app.id)
            .env("HEROKU_DYNO_ID", ids::fresh())
            .env("HEROKU_RELEASE_VERSION", format!("v{version}"))
            .env("HEROKU_SLUG_COMMIT", slug.commit.as_deref().unwrap_or_default())
            .env("HEROKU_BUILD_COMMIT", slug.commit.as_deref().unwrap_or_default());
    }
    bash.env("HOME", home)
        .env("PATH", env.get(env::PATH).unwrap_or("/usr/local/bin:/usr/bin:/bin"))
        .env("DYNO", dyno)
        .env("PORT", "5000")
        .env("STACK", &slug.stack)
        .current_dir(home)
        .process_group(0);
    if !app.config.contains_key("DD_HEROKU_CONF_FOLDER") {
        // A dyno's home is /app, where the Agent's files are looked for; this one lies elsewhere.
        bash.env("DD_HEROKU_CONF_FOLDER", home.join("datadog"));
    }
    bash
}

/// Asks every process of the dyno to end, and ends those that do not.
fn end_all(mark: &str, child: &mut Child) {
    for pid in marked(mark) {
        let _ = kill_process(pid, Signal::TERM);
    }
    let until = Instant::now() + GRACE;
    while Instant::now() < until {
        let _ = child.try_wait();
        if marked(mark).is_empty() {
            return;
        }
        std::thread::sleep(PATIENCE);
    }
    for pid in marked(mark) {
        let _ = kill_process(pid, Signal::KILL);
    }
}

/// The processes with this mark in their environment. Ended ones that nobody waited for have none.
fn marked(mark: &str) -> Vec<Pid> {
    let wanted = format!("{MARK}={mark}");
    let Ok(processes) = fs::read_dir("/proc") else { return Vec::new() };
    processes
        .flatten()
        .filter_map(|entry| {
            let pid: i32 = entry.file_name().to_str()?.parse().ok()?;
            let environment = fs::read(entry.path().join("environ")).ok()?;
            let has_it = environment.split(|byte| *byte == 0).any(|var| var == wanted.as_bytes());
            has_it.then(|| Pid::from_raw(pid))?
        })
        .collect()
}

/// Copies a folder: files with their modes, links as links.
fn copy(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (kind, target) = (entry.file_type()?, to.join(entry.file_name()));
        if kind.is_dir() {
            copy(&entry.path(), &target)?;
        } else if kind.is_symlink() {
            std::os::unix::fs::symlink(fs::read_link(entry.path())?, &target)?;
        } else if !entry.path().ends_with("bin/dd-heroku") || fs::hard_link(entry.path(), &target).is_err() {
            // Only the program is shared: nobody writes to it. Everything else is the dyno's own.
            fs::copy(entry.path(), &target)?;
        }
    }
    Ok(())
}
