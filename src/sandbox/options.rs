//! How a sandbox is to run.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, anyhow};

use super::budget::RateLimit;
use super::faults::Fault;
use crate::env::{self, Environment};

/// How a sandbox is to run.
#[derive(Clone, Debug)]
pub struct Options {
    /// The file the state is kept in.
    pub state: PathBuf,
    /// How long each request waits before it is looked at.
    pub latency: Duration,
    /// Faults on purpose.
    pub faults: Vec<Fault>,
    /// The file that gets a line for each request.
    pub journal: Option<PathBuf>,
    /// The port on 127.0.0.1; any that is free for 0.
    pub port: u16,
    /// Whether any token is good, but for an empty one and those that begin with `bad`.
    pub any_token: bool,
    /// How many copies of `shop` there are, `shop-001` and so on.
    pub extra_apps: u32,
    /// How many requests an account may make.
    pub rate_limit: RateLimit,
    /// The search path of the programs that dynos run.
    pub path: String,
}

impl Options {
    /// What the environment asks for: `DD_HEROKU_SANDBOX_STATE`, `_JOURNAL`, `_FAULTS` and `_LATENCY_MS`.
    pub fn from_env(env: &Environment) -> anyhow::Result<Self> {
        let latency = env
            .get(env::DD_HEROKU_SANDBOX_LATENCY_MS)
            .map(|text| text.parse().with_context(|| format!("DD_HEROKU_SANDBOX_LATENCY_MS is `{text}`")))
            .transpose()?
            .unwrap_or_default();
        let faults = env.get(env::DD_HEROKU_SANDBOX_FAULTS).map(|path| Fault::read(&env.cwd().join(path)));
        Ok(Self {
            state: state_file(env)?,
            latency: Duration::from_millis(latency),
            faults: faults.transpose()?.unwrap_or_default(),
            journal: env.get(env::DD_HEROKU_SANDBOX_JOURNAL).map(|path| env.cwd().join(path)),
            port: 0,
            any_token: false,
            extra_apps: 0,
            rate_limit: RateLimit::default(),
            path: env.get(env::PATH).unwrap_or("/usr/local/bin:/usr/bin:/bin").to_owned(),
        })
    }
}

/// `DD_HEROKU_SANDBOX_STATE`, else `dd-heroku/sandbox.json` in the user's state folder.
pub(crate) fn state_file(env: &Environment) -> anyhow::Result<PathBuf> {
    if let Some(file) = env.get(env::DD_HEROKU_SANDBOX_STATE) {
        return Ok(env.cwd().join(file));
    }
    let windows = || cfg!(windows).then(|| env.get(env::LOCALAPPDATA).map(PathBuf::from)).flatten();
    let folder = env.get(env::XDG_STATE_HOME).map(PathBuf::from).filter(|path| path.is_absolute());
    let folder = folder.or_else(windows).or_else(|| Some(env.home()?.join(".local/state")));
    let folder = folder.ok_or_else(|| {
        anyhow!(
            "there is no home folder to keep the sandbox's state in; set DD_HEROKU_SANDBOX_STATE to a file"
        )
    })?;
    Ok(folder.join("dd-heroku").join("sandbox.json"))
}
