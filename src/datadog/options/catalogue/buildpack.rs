//! What Datadog's buildpack, and the Agent and the tracers on Heroku, are most often given.

use super::var;
use crate::datadog::options::{Kind, Variable};
use crate::env;

pub(super) const VARIABLES: &[Variable] = &[
    var(
        env::DD_AGENT_MAJOR_VERSION,
        Kind::AgentMajor,
        "Line of the Agent to install, when no exact version is set",
    )
    .or("7")
    .compiled(),
    var(
        env::DD_AGENT_VERSION,
        Kind::AgentVersion,
        "Exact version of the Agent to install; beats the major version",
    )
    .compiled(),
    var(env::DD_API_KEY, Kind::ApiKey, "API key of the organization that the data goes to"),
    var(env::DD_APM_ENABLED, Kind::Bool, "Takes traces; false leaves the trace-agent out of the slug")
        .or("true")
        .compiled(),
    var(
        env::DD_APM_MAX_MEMORY,
        Kind::Bytes,
        "Memory of the trace-agent in bytes; it ends itself at 150 % of it (0: never)",
    ),
    var(env::DD_APM_RECEIVER_SOCKET, Kind::Path, "Unix socket on which the trace-agent listens too"),
    var(env::DD_APP_KEY, Kind::Secret, "Application key; no part of the Agent on a dyno needs it")
        .but("an application key can read your organization's data, and the Agent does not use it"),
    var("DD_CMD_PORT", Kind::Port, "Port of the Agent's own commands").or("5001"),
    var(
        env::DD_DISABLE_HOST_METRICS,
        Kind::Bool,
        "Turns off the checks that measure the machine all dynos share",
    )
    .or("false"),
    var(env::DD_DISCOVERY_ENABLED, Kind::Bool, "Finds the services that run on the Agent's host"),
    var(env::DD_DOGSTATSD_SOCKET, Kind::Path, "Unix socket on which DogStatsD listens too"),
    var(env::DD_DYNO_HOST, Kind::Bool, "Names hosts app.dynotype.number instead of by the machine")
        .or("false"),
    var(env::DD_ENABLE_DBM, Kind::Bool, "Turns Database Monitoring on for the Postgres check").or("false"),
    var(
        env::DD_ENABLE_HEROKU_POSTGRES,
        Kind::Bool,
        "Runs the Postgres check on the databases of DD_POSTGRES_URL_VAR",
    )
    .or("false"),
    var(env::DD_ENABLE_HEROKU_REDIS, Kind::Bool, "Runs the Redis check on the instances of DD_REDIS_URL_VAR")
        .or("false"),
    var(env::DD_ENV, Kind::TagValue, "The env tag on everything this app sends"),
    var("DD_EXPVAR_PORT", Kind::Port, "Port of the Agent's own figures").or("5000"),
    var(env::DD_GIT_COMMIT_SHA, Kind::Commit, "Commit that traces and profiles are linked to"),
    var("DD_GIT_REPOSITORY_URL", Kind::Url, "Repository that traces and profiles are linked to"),
    var(env::DD_HEROKU_CONF_FOLDER, Kind::Path, "Folder of the app's own Agent configuration")
        .or("/app/datadog"),
    var(env::DD_HEROKU_DYNO, Kind::Bool, "Makes an Agent in a container image report as a dyno"),
    var(env::DD_HEROKU_LEADER, Kind::Leader, "The one dyno that runs the database checks; true means web.1"),
    var(env::DD_HEROKU_SKIP_DYNOS, Kind::DynoTypes, "Dyno types on which the Agent stays off"),
    var(
        "DD_HISTOGRAM_PERCENTILES",
        Kind::Percentiles,
        "Percentiles to compute of histograms, in addition to the Agent's own",
    ),
    var(env::DD_HOSTNAME, Kind::HostName, "One host name for all dynos")
        .but("all dynos then report as one host and their metrics overwrite each other; use DD_DYNO_HOST"),
    var(env::DD_INSTRUMENTATION_TELEMETRY_ENABLED, Kind::Bool, "Lets the tracer report on itself").or("true"),
    var("DD_LOGS_ENABLED", Kind::Bool, "Lets the Agent collect logs; on Heroku a drain does that")
        .or("false"),
    var("DD_LOGS_INJECTION", Kind::Bool, "Puts trace ids into the app's log lines"),
    var(env::DD_LOG_LEVEL, Kind::Level, "How much the Agent writes to the app's log").or("info"),
    var(env::DD_POSTGRES_URL_VAR, Kind::VarNames, "Names of the config vars that hold Postgres URLs")
        .or("DATABASE_URL"),
    var(env::DD_PROCESS_AGENT, Kind::Bool, "Lists the processes of a dyno").or("false").compiled(),
    var(env::DD_PROFILING_ENABLED, Kind::Bool, "Turns the continuous profiler on").or("false"),
    var("DD_PROXY_HTTP", Kind::Url, "Proxy for plain requests of the Agent"),
    var("DD_PROXY_HTTPS", Kind::Url, "Proxy for encrypted requests of the Agent"),
    var(env::DD_PYTHON_VERSION, Kind::PythonMajor, "Python that custom checks run on; Agent 7 knows only 3")
        .compiled(),
    var(env::DD_REDIS_URL_VAR, Kind::VarNames, "Names of the config vars that hold Redis URLs")
        .or("REDIS_URL"),
    var(
        "DD_RUNTIME_METRICS_ENABLED",
        Kind::Bool,
        "Sends figures of the language's runtime: memory, threads, collections",
    ),
    var(env::DD_SERVICE, Kind::TagValue, "The service tag on everything this app sends"),
    var(env::DD_SITE, Kind::Site, "Datadog site of the organization").or("datadoghq.com"),
    var(env::DD_TAGS, Kind::Tags, "Tags on everything this app sends"),
    var(env::DD_TRACE_ENABLED, Kind::Bool, "Turns the tracer in the app on").or("true"),
    var("DD_TRACE_STARTUP_LOGS", Kind::Bool, "Lets the tracer write its settings to the log when it starts"),
    var(env::DD_VERSION, Kind::TagValue, "The version tag on everything this app sends"),
    var(
        env::DISABLE_DATADOG_AGENT,
        Kind::AnyValue,
        "Keeps the Agent from starting; any value does, false too",
    ),
    var(env::ENABLE_HEROKU_POSTGRES, Kind::Bool, "Old name of DD_ENABLE_HEROKU_POSTGRES")
        .now(env::DD_ENABLE_HEROKU_POSTGRES),
    var(env::ENABLE_HEROKU_REDIS, Kind::Bool, "Old name of DD_ENABLE_HEROKU_REDIS")
        .now(env::DD_ENABLE_HEROKU_REDIS),
    var(env::POSTGRES_URL_VAR, Kind::VarNames, "Old name of DD_POSTGRES_URL_VAR")
        .now(env::DD_POSTGRES_URL_VAR),
    var(env::REDIS_URL_VAR, Kind::VarNames, "Old name of DD_REDIS_URL_VAR").now(env::DD_REDIS_URL_VAR),
];
