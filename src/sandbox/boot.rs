//! `sandbox boot`: runs the slug of an app as a dyno does.

use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context, anyhow, bail};

use super::dyno::{self, Dyno};
use super::dyno_exec::Record;
use super::ids;
use super::options::Options;
use super::store;
use crate::buildpack;
use crate::env::{self, Environment};

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

/// Boots a dyno and waits for its end: calls `wrong` with what is wrong with its slug, and `up` when it is up. Gives back
/// the exit status of its process; `None` when it was asked to stop.
pub fn boot(
    env: &Environment,
    boot: Boot,
    wrong: impl Fn(&str),
    up: impl FnOnce(&Up) -> anyhow::Result<()>,
) -> anyhow::Result<Option<ExitStatus>> {
    // First of all: from here on no signal leaves a process or a folder behind.
    let stop = Arc::new(AtomicBool::new(false));
    let heard = Arc::clone(&stop);
    ctrlc::set_handler(move || heard.store(true, Ordering::SeqCst))?;
    let is_stopped = || stop.load(Ordering::SeqCst);
    let Options { state, path, .. } = Options::from_env(env)?;
    let world = store::read(&state, 0)?;
    let Boot { app: name, dyno, command, home, stdout } = boot;
    let app = world.apps.iter().find(|app| app.name == name);
    let app = app.with_context(|| format!("the sandbox has no app `{name}` (dd-heroku sandbox show)"))?;
    let slug = app.current_slug().with_context(|| format!("`{}` has never been built", app.name))?;
    let folder = store::slugs(&state).join(slug.origin());
    if !folder.is_dir() {
        bail!("the slug of `{0}` was not built here: dd-heroku --sandbox init -a {0} --yes", app.name);
    }
    let temporary = tempfile::Builder::new().prefix("dyno-").tempdir()?;
    let home = home.map_or_else(|| temporary.path().join("app"), |home| env.cwd().join(home));
    let copied = dyno::copy_unless(&is_stopped, &folder, &home);
    if is_stopped() {
        return Ok(None);
    }
    copied.with_context(|| format!("the slug cannot be copied to `{}`", home.display()))?;
    if buildpack::has_agent(&home) {
        // It boots all the same, as on Heroku.
        for buildpack::Problem { subject, what, .. } in buildpack::verify(env, &home, None)?.problems {
            wrong(&format!("{subject} {what}"));
        }
    }
    if is_stopped() {
        return Ok(None);
    }
    let mark = ids::fresh();
    let command = command.as_deref().unwrap_or(IDLE);
    let version = app.current().map_or(0, |release| release.version);
    let _record = Record::write(&state, &app.name, &dyno, &home)?;
    let dyno = Dyno { app, slug, version, config: &app.config, name: &dyno, home: &home, path: &path };
    let mut bash = dyno.command(command, &mark);
    bash.stdout(stdout.unwrap_or_else(Stdio::inherit));
    let mut child = bash.spawn().map_err(|error| anyhow!("bash cannot be started: {error}"))?;
    let port = |name: &str, default: &str| app.config.get(name).map_or(default, String::as_str).to_owned();
    let metrics = port(env::DD_DOGSTATSD_PORT, "8125");
    let traces = port(env::DD_APM_RECEIVER_PORT, "8126");
    if let Err(error) = up(&Up { home, metrics, traces }) {
        dyno::end_all(&mark, &mut child);
        return Err(error);
    }
    let ended = loop {
        if let Some(status) = child.try_wait()? {
            break Some(status);
        }
        if is_stopped() {
            break None;
        }
        std::thread::sleep(dyno::TICK);
    };
    dyno::end_all(&mark, &mut child);
    Ok(ended)
}
