//! Every environment variable that is read or written, as one documented constant each, and the one place
//! that reads the process's environment. Nothing else may call `std::env`.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

/// The environment of a process as a value: variables, arguments, working directory.
#[derive(Clone, Default)]
pub struct Environment {
    vars: BTreeMap<OsString, OsString>,
    args: Vec<OsString>,
    cwd: PathBuf,
}

impl Environment {
    /// Reads this process's environment. Called once, by `main`.
    #[allow(clippy::disallowed_methods, reason = "the one place that reads the environment")]
    pub fn capture() -> Self {
        Self {
            vars: std::env::vars_os().collect(),
            args: std::env::args_os().collect(),
            cwd: std::env::current_dir().unwrap_or_default(),
        }
    }

    /// An environment made by hand.
    pub fn new(
        vars: impl IntoIterator<Item = (OsString, OsString)>,
        args: Vec<OsString>,
        cwd: PathBuf,
    ) -> Self {
        Self { vars: vars.into_iter().collect(), args, cwd }
    }

    /// The variables of another process, as `/proc/<pid>/environ` has them.
    pub fn from_block(block: &[u8]) -> Self {
        use std::os::unix::ffi::OsStrExt;
        let entries = block.split(|byte| *byte == 0).filter_map(|entry| {
            let at = entry.iter().position(|byte| *byte == b'=')?;
            Some((OsStr::from_bytes(&entry[..at]).to_owned(), OsStr::from_bytes(&entry[at + 1..]).to_owned()))
        });
        Self { vars: entries.collect(), ..Self::default() }
    }

    /// The value of a variable, when it is set to something that is text and not empty.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.vars.get(OsStr::new(name)).and_then(|value| value.to_str()).filter(|value| !value.is_empty())
    }

    /// The value of a variable as it is, empty or not, text or not.
    pub fn raw(&self, name: &str) -> Option<&OsStr> {
        self.vars.get(OsStr::new(name)).map(OsString::as_os_str)
    }

    /// The same environment with one variable set.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<OsString>) -> Self {
        self.vars.insert(name.into(), value.into());
        self
    }

    /// The same environment without a variable.
    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        self.vars.remove(OsStr::new(name));
        self
    }

    /// Every variable, in the order of their names.
    pub fn vars(&self) -> impl Iterator<Item = (&OsStr, &OsStr)> {
        self.vars.iter().map(|(name, value)| (name.as_os_str(), value.as_os_str()))
    }

    /// The arguments, the program's own name first.
    pub fn args(&self) -> &[OsString] {
        &self.args
    }

    /// The arguments of the Agent's CLI, when the program was called by its other name, `agent-wrapper`.
    pub fn as_agent_wrapper(&self) -> Option<&[OsString]> {
        let (program, arguments) = self.args.split_first()?;
        (Path::new(program).file_name()? == "agent-wrapper").then_some(arguments)
    }

    /// The folder the process was started in.
    pub fn cwd(&self) -> &Path {
        &self.cwd
    }

    /// The user's cache folder for this program.
    pub fn cache_folder(&self) -> Option<PathBuf> {
        let base = self.get(XDG_CACHE_HOME).or_else(|| self.get(LOCALAPPDATA)).map(PathBuf::from);
        Some(base.or_else(|| Some(self.home()?.join(".cache")))?.join("dd-heroku"))
    }

    /// The user's home folder.
    pub fn home(&self) -> Option<PathBuf> {
        self.get(HOME).or_else(|| self.get(USERPROFILE)).map(PathBuf::from)
    }
}

impl std::fmt::Debug for Environment {
    /// The names only: values may be secrets.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Environment")
            .field("vars", &self.vars.keys().collect::<Vec<_>>())
            .field("cwd", &self.cwd)
            .finish_non_exhaustive()
    }
}

/// One documented constant per variable.
macro_rules! variables {
    ($($(#[$doc:meta])* $name:ident;)*) => {
        $($(#[$doc])* pub const $name: &str = stringify!($name);)*
    };
}

variables! {
    /// The user's home folder; on a dyno `/app`.
    HOME;
    /// The user's home folder on Windows.
    USERPROFILE;
    /// Where programs are looked up.
    PATH;
    /// The shell's folder, by the name that it has for it.
    PWD;
    /// The folder that the shell was in before.
    OLDPWD;
    /// Turns color off when set to anything (<https://no-color.org>).
    NO_COLOR;
    /// What the terminal can do; `dumb` has neither color nor cursor movement.
    TERM;
    /// Set by CI services: no prompts, no progress bars.
    CI;
    /// Base of the user's state folder (Linux).
    XDG_STATE_HOME;
    /// Base of the user's data folder (Linux).
    XDG_DATA_HOME;
    /// Base of the user's cache folder (Linux).
    XDG_CACHE_HOME;
    /// Base of the user's data folder (Windows).
    LOCALAPPDATA;
    /// Where the session's sockets are (Linux).
    XDG_RUNTIME_DIR;
    /// Where the session bus listens, over which the keyring is reached (Linux).
    DBUS_SESSION_BUS_ADDRESS;

    /// The Heroku token.
    HEROKU_API_KEY;
    /// The app to work on.
    HEROKU_APP;
    /// Host of the Heroku API; a value that starts with `http` is the API's URL as it is.
    HEROKU_HOST;
    /// URL of the Heroku API, as Terraform's provider has it.
    HEROKU_API_URL;
    /// Host name of the Heroku data API (`api.data.heroku.com`).
    HEROKU_DATA_HOST;
    /// Host name in the git remotes of Heroku apps.
    HEROKU_GIT_HOST;
    /// The account whose token the Windows credential script looks up; for that script only.
    DD_HEROKU_ACCOUNT;
    /// How long a build is waited for, in minutes. It goes on at Heroku when the time is over.
    DD_HEROKU_BUILD_MINUTES;
    /// Heroku's buildpack registry, for the official CLI.
    HEROKU_BUILDPACK_REGISTRY_URL;
    /// Where the official CLI asks whether an account pays.
    HEROKU_PARTICLEBOARD_URL;
    /// A certificate that Node.js trusts, with its own.
    NODE_EXTRA_CA_CERTS;
    /// Base URL of the Datadog API, for the Python library `datadog`.
    DATADOG_HOST;
    /// More request headers, as a JSON object.
    HEROKU_HEADERS;
    /// Where the Heroku CLI keeps `login.json`.
    HEROKU_DATA_DIR;

    /// The Datadog API key, 32 hex digits.
    DD_API_KEY;
    /// The Datadog application key.
    DD_APP_KEY;
    /// Datadog's site: `datadoghq.eu`.
    DD_SITE;
    /// Base URL of the Datadog API instead of `https://api.<site>`.
    DD_HEROKU_DATADOG_URL;
    /// Base URL of the package repository instead of `https://apt.datadoghq.com/`.
    DD_HEROKU_APT_URL;
    /// Base URL of the repository's keys instead of `https://keys.datadoghq.com`.
    DD_HEROKU_APT_KEYS_URL;
    /// Fingerprints of further keys to trust, a comma list.
    DD_HEROKU_APT_KEY_FINGERPRINTS;

    /// The app's stack while a slug is built: `heroku-24`.
    STACK;
    /// The Agent's version to install.
    DD_AGENT_VERSION;
    /// The Agent's major version to install, where no version is named.
    DD_AGENT_MAJOR_VERSION;

    /// The port that the Agent takes metrics on, 8125 unless set.
    DD_DOGSTATSD_PORT;
    /// The port that the trace-agent listens on, 8126 unless set.
    DD_APM_RECEIVER_PORT;

    /// Runs every command against the embedded sandbox, as `--sandbox` does.
    DD_HEROKU_SANDBOX;
    /// The file the sandbox keeps its state in.
    DD_HEROKU_SANDBOX_STATE;
    /// The file the embedded sandbox appends its journal to, a JSON object a line.
    DD_HEROKU_SANDBOX_JOURNAL;
    /// The file of faults that the embedded sandbox injects.
    DD_HEROKU_SANDBOX_FAULTS;
    /// Marks the processes of a dyno that the sandbox boots.
    DD_HEROKU_SANDBOX_DYNO;
    /// The app's command in a dyno that the sandbox boots.
    DD_HEROKU_SANDBOX_COMMAND;
    /// Config var of a sandbox app: its builds fail.
    DD_HEROKU_SANDBOX_FAIL_BUILD;
    /// Config var of a sandbox app: how many seconds its release command may take.
    DD_HEROKU_SANDBOX_RELEASE_TIMEOUT;
    /// How long the embedded sandbox waits before it answers, in milliseconds.
    DD_HEROKU_SANDBOX_LATENCY_MS;

    /// Name of the dyno: `web.1`, on Fir `web-12a34b56d-e78f9`.
    DYNO;
    /// Type of the dyno: `web`. Written for `prerun.sh` and the app.
    DYNOTYPE;
    /// The tags that describe the dyno. Written for `prerun.sh`, which may change them.
    DYNO_TAGS;
    /// Name of the app (labs feature `runtime-dyno-metadata`).
    HEROKU_APP_NAME;
    /// UUID of the app (labs feature `runtime-dyno-metadata`).
    HEROKU_APP_ID;
    /// UUID of the dyno (labs feature `runtime-dyno-metadata`).
    HEROKU_DYNO_ID;
    /// Number of the release: `v41` (labs feature `runtime-dyno-metadata`).
    HEROKU_RELEASE_VERSION;
    /// The commit that was built.
    HEROKU_BUILD_COMMIT;
    /// The commit that was built, by its older name.
    HEROKU_SLUG_COMMIT;
    /// What the Agent and the runtime say: trace, debug, info, warn, error, critical, off.
    DD_LOG_LEVEL;
    /// The `env` tag of everything that is sent.
    DD_ENV;
    /// The `service` tag of everything that is sent.
    DD_SERVICE;
    /// Tags of everything that is sent.
    DD_TAGS;
    /// Version of the app.
    DD_VERSION;
    /// Commit of the app, as the tracers know it.
    DD_GIT_COMMIT_SHA;
    /// The host name to report.
    DD_HOSTNAME;
    /// Another name of the host: the dyno's machine.
    DD_HOST_ALIASES;
    /// `true`: the host name is `<app>.<dyno>`.
    DD_DYNO_HOST;
    /// Makes the Agent report as a dyno.
    DD_HEROKU_DYNO;
    /// `false`: no trace-agent.
    DD_APM_ENABLED;
    /// `true`: processes are reported.
    DD_PROCESS_AGENT;
    /// `true`: the OpenTelemetry collector stays in the slug.
    DD_OTELCOLLECTOR_ENABLED;
    /// `true`: the data plane stays in the slug.
    DD_DATA_PLANE_ENABLED;
    /// `true`: no checks of the machine that the dyno shares.
    DD_DISABLE_HOST_METRICS;
    /// `true`: of the Agent's Python packages only those stay that the app's checks need; `auto`: when the slug is large.
    DD_HEROKU_SLIM;
    /// Checks that a slim build keeps though nothing shows that the app uses them.
    DD_HEROKU_KEEP_CHECKS;
    /// The app's folder with `conf.d`, `checks.d` and `prerun.sh`.
    DD_HEROKU_CONF_FOLDER;
    /// The folder of the repository that heroku-buildpack-monorepo makes into `/app`.
    APP_BASE;
    /// The same of subdir-heroku-buildpack.
    PROJECT_PATH;
    /// Major version of the Agent's Python.
    DD_PYTHON_VERSION;
    /// Python path of the Agent; written for `prerun.sh` and the wrapper.
    DD_PYTHONPATH;
    /// Library path of the Agent; written for `prerun.sh` and the wrapper.
    DD_LD_LIBRARY_PATH;
    /// Path of the Agent's `datadog.yaml`; written for `prerun.sh`, which may change it.
    DATADOG_CONF;
    /// Folder of the Agent's programs; written for `prerun.sh`, as the next ones are.
    DD_BIN_DIR;
    /// Folder of the Agent.
    DD_DIR;
    /// Folder of the Agent's sockets and state.
    DD_RUN_DIR;
    /// Folder of the Agent's logs.
    DD_LOG_DIR;
    /// Folder of the Agent's configuration.
    DD_CONF_DIR;
    /// The file that records how the Agent was installed.
    DD_INSTALL_INFO;
    /// Log file of the Agent.
    DD_LOG_FILE;
    /// Log file of the trace-agent.
    DD_APM_LOG;
    /// Log file of the process-agent.
    DD_PROC_LOG;
    /// Keeps the Agent off, with any value.
    DISABLE_DATADOG_AGENT;
    /// `true`: Redis is monitored.
    DD_ENABLE_HEROKU_REDIS;
    /// Names of the variables that hold Redis URLs.
    DD_REDIS_URL_VAR;
    /// `true`: PostgreSQL is monitored.
    DD_ENABLE_HEROKU_POSTGRES;
    /// Names of the variables that hold PostgreSQL URLs.
    DD_POSTGRES_URL_VAR;
    /// `true`: Database Monitoring.
    DD_ENABLE_DBM;
    /// Old name of `DD_ENABLE_HEROKU_REDIS`.
    ENABLE_HEROKU_REDIS;
    /// Old name of `DD_REDIS_URL_VAR`.
    REDIS_URL_VAR;
    /// Old name of `DD_ENABLE_HEROKU_POSTGRES`.
    ENABLE_HEROKU_POSTGRES;
    /// Old name of `DD_POSTGRES_URL_VAR`.
    POSTGRES_URL_VAR;
    /// Socket of the trace-agent.
    DD_APM_RECEIVER_SOCKET;
    /// Socket of DogStatsD.
    DD_DOGSTATSD_SOCKET;
    /// `true`: the Agent looks for the services that run on the same host.
    DD_DISCOVERY_ENABLED;
    /// Where tracers send to.
    DD_TRACE_AGENT_URL;
    /// Where DogStatsD clients send to.
    DD_DOGSTATSD_URL;
    /// `false`: the tracer is off.
    DD_TRACE_ENABLED;
    /// `false`: the profiler is off.
    DD_PROFILING_ENABLED;
    /// `false`: the tracer's telemetry is off.
    DD_INSTRUMENTATION_TELEMETRY_ENABLED;
    /// Dyno types on which the Agent stays off: a list, `*` at the end of a word; `true` for every one-off type.
    DD_HEROKU_SKIP_DYNOS;
    /// The one dyno that runs the checks of databases and other services; `true` for `web.1`.
    DD_HEROKU_LEADER;
    /// `true`: Database Monitoring collects the schemas of Postgres databases.
    DD_HEROKU_COLLECT_SCHEMAS;
    /// Milliseconds before the first restart of an agent that ended (default 1000; doubled each time).
    DD_HEROKU_RESTART_MS;
    /// Memory that the agents may use together: `auto` (the default, from the dyno's limit), a size such as `200M`, `off`.
    DD_HEROKU_AGENT_MEMORY;
    /// Bytes of memory; the trace-agent ends itself at 150 % of it.
    DD_APM_MAX_MEMORY;
    /// Memory of the dyno in MB, as Heroku sets it.
    DYNO_RAM;
    /// Where a web dyno's app listens, as Heroku sets it.
    PORT;
    /// The runtime's binary, when the profile script is not in the home's `.profile.d`.
    DD_HEROKU_BINARY;
}
