//! A dyno as a process of this machine: a home of its own, the config vars, bash that sources `.profile.d`, then the
//! command. At its end every process of the dyno gets SIGTERM and up to 30 seconds.

use std::fs;
use std::io;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use super::ids;
use super::world::app::{App, Config, Slug};
use crate::env;
use crate::platform::feature::{BUILD_METADATA, DYNO_METADATA};

/// How long a dyno has between SIGTERM and SIGKILL.
const GRACE: Duration = Duration::from_secs(30);
/// How often a running dyno is looked at.
pub(crate) const TICK: Duration = Duration::from_millis(20);

/// What Heroku's own boot does, the command last.
const BOOT: &str = r#"
cd "$HOME"
for dd_file in .profile.d/*.sh; do if [ -r "$dd_file" ]; then . "$dd_file"; fi; done
if [ -r .profile ]; then . ./.profile; fi
unset dd_file
eval "$DD_HEROKU_SANDBOX_COMMAND"
"#;

/// What a dyno is made of.
pub(crate) struct Dyno<'a> {
    pub(crate) app: &'a App,
    pub(crate) slug: &'a Slug,
    /// The number of the release that it runs.
    pub(crate) version: u32,
    /// The config vars of that release.
    pub(crate) config: &'a Config,
    /// Its name: `web.1`.
    pub(crate) name: &'a str,
    /// Its home, with the slug in it.
    pub(crate) home: &'a Path,
    /// Where it looks for programs.
    pub(crate) path: &'a str,
}

impl Dyno<'_> {
    /// Bash that boots the dyno and runs `command`, in a process group of its own. `mark` is for [`end_all`].
    pub(crate) fn command(&self, command: &str, mark: &str) -> Command {
        let mut bash = Command::new("bash");
        bash.args(["--noprofile", "--norc", "-c", BOOT]).env_clear().envs(self.config);
        if self.app.features.contains(DYNO_METADATA) {
            let commit = self.slug.commit.as_deref().unwrap_or_default();
            bash.env(env::HEROKU_APP_NAME, &self.app.name)
                .env(env::HEROKU_APP_ID, &self.app.id)
                .env(env::HEROKU_DYNO_ID, ids::fresh())
                .env(env::HEROKU_RELEASE_VERSION, format!("v{}", self.version))
                .env(env::HEROKU_SLUG_COMMIT, commit);
            if self.app.features.contains(BUILD_METADATA) {
                bash.env(env::HEROKU_BUILD_COMMIT, commit);
            }
        }
        bash.env(env::HOME, self.home)
            .env(env::PATH, self.path)
            .env(env::DYNO, self.name)
            .env("PORT", "5000")
            .env("STACK", &self.slug.stack)
            .env(env::DD_HEROKU_SANDBOX_COMMAND, command)
            .env(env::DD_HEROKU_SANDBOX_DYNO, mark)
            .current_dir(self.home)
            .process_group(0);
        if !self.config.contains_key(env::DD_HEROKU_CONF_FOLDER) {
            // A dyno's home is /app, where the Agent's files are looked for; this one is elsewhere.
            bash.env(env::DD_HEROKU_CONF_FOLDER, self.home.join("datadog"));
        }
        bash
    }
}

/// Asks every process of the dyno to end, and ends those that do not.
pub(crate) fn end_all(mark: &str, child: &mut Child) {
    for pid in marked(mark) {
        let _ = kill_process(pid, Signal::TERM);
    }
    let until = Instant::now() + GRACE;
    while Instant::now() < until {
        let _ = child.try_wait();
        if marked(mark).is_empty() {
            return;
        }
        std::thread::sleep(TICK);
    }
    kill_all(mark);
}

/// Ends every process of the dyno at once.
pub(crate) fn kill_all(mark: &str) {
    for pid in marked(mark) {
        let _ = kill_process(pid, Signal::KILL);
    }
}

/// The processes with this mark in their environment. Ended ones that nobody waited for have none.
fn marked(mark: &str) -> Vec<Pid> {
    let variable = format!("{}={mark}", env::DD_HEROKU_SANDBOX_DYNO);
    let Ok(processes) = fs::read_dir("/proc") else { return Vec::new() };
    processes
        .flatten()
        .filter_map(|entry| {
            let pid: i32 = entry.file_name().to_str()?.parse().ok()?;
            let environment = fs::read(entry.path().join("environ")).ok()?;
            let is_marked = environment.split(|byte| *byte == 0).any(|var| var == variable.as_bytes());
            is_marked.then(|| Pid::from_raw(pid))?
        })
        .collect()
}

/// Copies a folder: files with their modes, links as links.
pub(crate) fn copy(from: &Path, to: &Path) -> io::Result<()> {
    copy_unless(&|| false, from, to)
}

/// The same until `is_stopped` says so: the rest is left out.
pub(crate) fn copy_unless(is_stopped: &dyn Fn() -> bool, from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        if is_stopped() {
            return Ok(());
        }
        let entry = entry?;
        let (kind, target) = (entry.file_type()?, to.join(entry.file_name()));
        if kind.is_dir() {
            copy_unless(is_stopped, &entry.path(), &target)?;
        } else if kind.is_symlink() {
            std::os::unix::fs::symlink(fs::read_link(entry.path())?, &target)?;
        } else if !entry.path().ends_with("bin/dd-heroku") || fs::hard_link(entry.path(), &target).is_err() {
            // Only the program is shared: nobody writes to it. Everything else is the dyno's own.
            fs::copy(entry.path(), &target)?;
        }
    }
    Ok(())
}
