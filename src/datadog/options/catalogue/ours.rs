//! Options of dd-heroku itself, and variables that a dyno's script sets.

use super::{BOOT_SETS_IT, var};
use crate::datadog::options::{Kind, Variable};
use crate::env;

/// A setting of the program on a developer's machine.
const HERE: &str = "dd-heroku reads it where it runs; dynos do not";
const SANDBOX: &str = "only the sandbox reads it";

pub(super) const VARIABLES: &[Variable] = &[
    var(env::DATADOG_CONF, Kind::Path, "Path of the Agent's datadog.yaml; prerun.sh may read and change it")
        .but(BOOT_SETS_IT),
    var(env::DD_APM_LOG, Kind::Path, "Log file of the trace-agent").but(BOOT_SETS_IT),
    var(env::DD_BIN_DIR, Kind::Path, "Folder of the Agent's programs").but(BOOT_SETS_IT),
    var(env::DD_CONF_DIR, Kind::Path, "Folder of the Agent's configuration").but(BOOT_SETS_IT),
    var(env::DD_DIR, Kind::Path, "Folder of the Agent").but(BOOT_SETS_IT),
    var(env::DD_HEROKU_ACCOUNT, Kind::Text, "Account whose token the Windows credential script looks up")
        .but(HERE),
    var(
        env::DD_HEROKU_AGENT_MEMORY,
        Kind::AgentMemory,
        "Memory that the agents of a dyno may use together; what grows past it is restarted",
    )
    .or("auto"),
    var(env::DD_HEROKU_APT_KEYS_URL, Kind::Url, "Where the keys of the package repository are")
        .or("https://keys.datadoghq.com/")
        .compiled(),
    var(
        env::DD_HEROKU_APT_KEY_FINGERPRINTS,
        Kind::Fingerprints,
        "Further keys of package repositories to trust, separated by commas",
    )
    .compiled(),
    var(env::DD_HEROKU_APT_URL, Kind::Url, "Mirror of Datadog's package repository")
        .or("https://apt.datadoghq.com/")
        .compiled(),
    var(
        env::DD_HEROKU_BINARY,
        Kind::Path,
        "Program of the runtime, where the profile script is not in .profile.d",
    )
    .but(BOOT_SETS_IT),
    var(env::DD_HEROKU_BUILD_MINUTES, Kind::Number, "Minutes that dd-heroku waits for a build to end")
        .or("65")
        .but(HERE),
    var(
        env::DD_HEROKU_COLLECT_SCHEMAS,
        Kind::Bool,
        "Lets Database Monitoring collect the schemas of Postgres databases",
    )
    .or("false"),
    var(env::DD_HEROKU_DATADOG_URL, Kind::Url, "Datadog's API, instead of the site's").but(HERE),
    var(
        env::DD_HEROKU_KEEP_CHECKS,
        Kind::Text,
        "Checks that a slim build keeps though nothing shows that the app uses them, separated by commas",
    )
    .compiled(),
    var(
        env::DD_HEROKU_RESTART_MS,
        Kind::Number,
        "Milliseconds before an agent that ended is started again; doubled each time",
    )
    .or("1000"),
    var(env::DD_HEROKU_SANDBOX, Kind::Bool, "Runs every command of dd-heroku against the embedded sandbox")
        .but(HERE),
    var(env::DD_HEROKU_SANDBOX_COMMAND, Kind::Text, "Command of a dyno that the sandbox boots").but(HERE),
    var(env::DD_HEROKU_SANDBOX_DYNO, Kind::Text, "Marks the processes of a dyno that the sandbox boots")
        .but(HERE),
    var(env::DD_HEROKU_SANDBOX_FAIL_BUILD, Kind::Bool, "Lets the builds of a sandbox app fail").but(SANDBOX),
    var(env::DD_HEROKU_SANDBOX_FAULTS, Kind::Path, "File of faults that the sandbox injects").but(HERE),
    var(env::DD_HEROKU_SANDBOX_JOURNAL, Kind::Path, "File that the sandbox writes requests to").but(HERE),
    var(env::DD_HEROKU_SANDBOX_LATENCY_MS, Kind::Number, "Milliseconds before the sandbox answers").but(HERE),
    var(
        env::DD_HEROKU_SANDBOX_RELEASE_TIMEOUT,
        Kind::Number,
        "Seconds that the release command of a sandbox app may take",
    )
    .but(SANDBOX),
    var(env::DD_HEROKU_SANDBOX_STATE, Kind::Path, "File of the sandbox's state").but(HERE),
    var(env::DD_HOST_ALIASES, Kind::Text, "Further names of the host").but(BOOT_SETS_IT),
    var(
        env::DD_HEROKU_SLIM,
        Kind::Slim,
        "Leaves out Python packages that the app's checks do not need; auto: when the slug passes 300 MB",
    )
    .or("false")
    .compiled(),
    var(env::DD_INSTALL_INFO, Kind::Path, "File that says how the Agent was installed").but(BOOT_SETS_IT),
    var(env::DD_LD_LIBRARY_PATH, Kind::Text, "Library path of the Agent").but(BOOT_SETS_IT),
    var(env::DD_LOG_DIR, Kind::Path, "Folder of the Agent's logs").but(BOOT_SETS_IT),
    var(env::DD_LOG_FILE, Kind::Path, "Log file of the Agent").but(BOOT_SETS_IT),
    var(env::DD_PROC_LOG, Kind::Path, "Log file of the process-agent").but(BOOT_SETS_IT),
    var(env::DD_PYTHONPATH, Kind::Text, "Python path of the Agent").but(BOOT_SETS_IT),
    var(env::DD_RUN_DIR, Kind::Path, "Folder of the Agent's state").but(BOOT_SETS_IT),
];
