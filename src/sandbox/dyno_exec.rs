//! A session in a dyno that `sandbox boot` runs, as `heroku ps:exec` opens one: a shell in the dyno's home that has none
//! of the config vars.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::process::{Pid, test_kill_process};
use serde::{Deserialize, Serialize};

use super::options::state_file;
use crate::env::{self, Environment};
use crate::program;

/// A dyno that was booted, as the file of it says.
#[derive(Deserialize, Serialize)]
struct Booted {
    home: PathBuf,
    /// The process that booted it, and ends it.
    process: u32,
}

/// The file of a booted dyno; it goes with this value.
pub(crate) struct Record(PathBuf);

impl Record {
    /// Notes that this process booted a dyno.
    pub(crate) fn write(state: &Path, app: &str, dyno: &str, home: &Path) -> io::Result<Self> {
        let file = file(state, app, dyno);
        if let Some(folder) = file.parent() {
            fs::create_dir_all(folder)?;
        }
        let booted = Booted { home: home.to_owned(), process: std::process::id() };
        fs::write(&file, serde_json::to_vec(&booted)?)?;
        Ok(Self(file))
    }
}

impl Drop for Record {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

fn file(state: &Path, app: &str, dyno: &str) -> PathBuf {
    state.with_extension("dynos").join(format!("{app}.{dyno}.json"))
}

/// Runs `command`, a line for the dyno's shell, in a booted dyno. `Ok(None)` when it is not booted.
pub(crate) fn in_dyno(
    env: &Environment,
    app: &str,
    dyno: &str,
    command: &str,
    within: Duration,
) -> anyhow::Result<Option<program::Output>> {
    let Ok(bytes) = fs::read(file(&state_file(env)?, app, dyno)) else { return Ok(None) };
    let Booted { home, process } = serde_json::from_slice(&bytes)?;
    let process = i32::try_from(process).ok().and_then(Pid::from_raw);
    if process.is_none_or(|process| test_kill_process(process).is_err()) {
        return Ok(None);
    }
    // A dyno's home is /app; this one is elsewhere.
    let command = command.replace("/app/", &format!("{}/", home.display()));
    let mut bash = program::command(env, "bash", ["--noprofile", "--norc", "-c", &command]);
    bash.env_clear().current_dir(&home);
    bash.env(env::HOME, &home).env(env::PATH, env.get(env::PATH).unwrap_or("/usr/bin:/bin"));
    Ok(Some(program::run(&mut bash, within)?))
}
