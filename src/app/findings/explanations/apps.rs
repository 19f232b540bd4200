//! The codes up to DDH039, in their order: what an app may be found to have.

use super::{DOCTOR, Explained, error, info, warning};
#[allow(clippy::wildcard_imports, reason = "all of them is what is meant")]
use crate::app::codes::*;

/// The codes, in their order.
pub(super) static EXPLAINED: &[Explained] = &[
    error(
        KEY_MISSING,
        "there is no Datadog API key",
        "The Agent starts and sends nothing.",
        "`dd-heroku init -a APP` sets DD_API_KEY, from standard input or the keyring.",
    ),
    error(
        REFUSED_KEY,
        "Datadog refuses the API key",
        "Nothing that the app sends is taken.",
        "Copy an API key (not an application key): `dd-heroku config set DD_API_KEY -a APP`.",
    ),
    error(OTHER_SITE, "the API key belongs to another site", "Nothing that the app sends is taken.", DOCTOR),
    error(
        UNKNOWN_SITE,
        "DD_SITE is not a Datadog site",
        "The Agent takes the domain alone, such as datadoghq.eu, and sends to a host that does not exist.",
        "`dd-heroku config set DD_SITE=… -a APP`; where the site is clear, `dd-heroku doctor --fix -a APP`.",
    ),
    warning(
        NO_APP_NAME,
        "dynos cannot see the app name",
        "Hosts are not named by the app, and the tag `appname` is missing.",
        DOCTOR,
    ),
    warning(
        NO_DYNO_HOST,
        "hosts are named by the machine",
        "Every restart of a dyno counts as a new host, and its metrics start again.",
        DOCTOR,
    ),
    warning(
        HOSTNAME_SET,
        "DD_HOSTNAME is set",
        "All dynos report as one host, and their metrics overwrite each other.",
        DOCTOR,
    ),
    error(
        NO_BUILDPACK,
        "no buildpack installs the Agent",
        "No Agent runs: no metrics, no traces.",
        "`dd-heroku init -a APP`, or `dd-heroku doctor --fix -a APP`.",
    ),
    warning(
        AGENT_TWICE,
        "several buildpacks install the Agent",
        "The slug is larger, and the last to run wins.",
        DOCTOR,
    ),
    error(
        AGENT_LAST,
        "Datadog's buildpack is the last",
        "The last buildpack decides the process types: those of the language are lost.",
        DOCTOR,
    ),
    warning(
        AGENT_TOO_EARLY,
        "Datadog's buildpack comes too early",
        "A buildpack that installs packages or changes the root runs after it, and may undo its work.",
        DOCTOR,
    ),
    warning(
        FORK,
        "the buildpack is a fork of Datadog's",
        "A fork falls behind: rotated keys and new versions do not work.",
        DOCTOR,
    ),
    warning(
        PINNED_BEHIND,
        "the buildpack is pinned to an old release",
        "Fixed bugs stay, and new versions of the Agent may not install.",
        DOCTOR,
    ),
    warning(
        PINNED_TO_BRANCH,
        "the buildpack is pinned to a branch or commit",
        "A branch changes under you from one build to the next.",
        DOCTOR,
    ),
    warning(
        REBUILD_DUE,
        "the slug needs a rebuild",
        "What was changed since the last build has no effect yet.",
        "`dd-heroku rebuild -a APP`, or the next deploy.",
    ),
    warning(
        APM_OFF_HERE,
        "traces are compiled out of a slug that is promoted",
        "The apps after this one in the pipeline want traces and cannot have them.",
        DOCTOR,
    ),
    warning(DEPRECATED, "an option goes by its old name", "Old names will stop working.", DOCTOR),
    warning(
        NAMES_NOTHING,
        "a list of variables names one that does not exist",
        "That database is not monitored, and the Agent complains at each start.",
        DOCTOR,
    ),
    error(
        HOLDS_URL,
        "a list of variables holds a URL",
        "The database is not monitored, and its password shows where nobody expects one.",
        DOCTOR,
    ),
    error(
        DBM_ESSENTIAL,
        "Database Monitoring on a plan that cannot have it",
        "Essential plans have no further credentials: the check fails.",
        "`dd-heroku doctor --fix -a APP` turns it off; a Standard plan can have it.",
    ),
    warning(
        DBM_OWN_CREDENTIAL,
        "Database Monitoring with the app's own credential",
        "It needs rights that the app's user should not have; samples and plans are missing.",
        "`dd-heroku dbm setup -a APP` creates a separate credential.",
    ),
    warning(
        AGENT_6,
        "Agent 6",
        "It is at the end of its line: 6.53.1 is the last.",
        "`dd-heroku doctor --fix -a APP` goes to Agent 7; custom checks then run on Python 3.",
    ),
    warning(PYTHON_2, "Python 2", "Agent 7 has no Python 2: custom checks for it do not run.", DOCTOR),
    warning(
        OLD_VERSION_FORM,
        "DD_AGENT_VERSION in its old form",
        "Versions no longer end in `_amd64`.",
        DOCTOR,
    ),
    error(
        NO_SUCH_VERSION,
        "a version of the Agent that does not exist",
        "The next build fails.",
        "`dd-heroku upgrade --agent-version V -a APP`, or `dd-heroku doctor --fix -a APP` for the newest.",
    ),
    info(
        FAR_BEHIND,
        "the Agent is far behind",
        "Fixed bugs stay, and new features are missing.",
        "`dd-heroku upgrade --agent-version 7 -a APP`.",
    ),
    error(
        AGENT_DISABLED,
        "DISABLE_DATADOG_AGENT keeps the Agent off",
        "Any value turns the Agent off, `false` too.",
        "`dd-heroku config unset DISABLE_DATADOG_AGENT -a APP`; a value that says no, `dd-heroku doctor --fix -a APP` takes away.",
    ),
    warning(
        BAD_LOG_LEVEL,
        "DD_LOG_LEVEL is not a level",
        "The Agent falls back to its default, or does not start.",
        DOCTOR,
    ),
    warning(BAD_TAGS, "DD_TAGS is malformed", "Tags are lost or come out in another form.", DOCTOR),
    info(
        ONE_OFF_DYNOS,
        "the Agent runs on one-off dynos",
        "Each run, release and scheduled job counts as a host and starts later.",
        "`dd-heroku prerun skip one-off -a APP` in the app's checkout, or `dd-heroku doctor --fix -a APP` there.",
    ),
    warning(
        CONTAINER,
        "a container image without DD_HEROKU_DYNO",
        "The Agent in the image reports as a plain container, not as a dyno.",
        "`dd-heroku doctor --fix -a APP`; `dd-heroku docker init -a APP` writes what the image needs.",
    ),
    info(
        FIR,
        "the app is on Fir",
        "Classic buildpacks do not work there: no Agent runs.",
        "A telemetry drain carries traces, metrics and logs: `dd-heroku init -a APP`.",
    ),
    warning(
        SLUG_NEAR_LIMIT,
        "the slug is near its limit",
        "Heroku refuses slugs of more than 500 MB.",
        "`.slugignore`; DD_APM_ENABLED=false and DD_PROCESS_AGENT=false leave parts of the Agent out; dd-heroku's buildpack leaves out unused Python packages with DD_HEROKU_SLIM=true.",
    ),
    warning(
        DRAIN_TWICE,
        "several drains send to Datadog",
        "Every log line is sent, and paid for, more than once.",
        DOCTOR,
    ),
    warning(
        DRAIN_OTHER_SITE,
        "a drain sends to another site",
        "Logs and metrics end up in two places, or nowhere.",
        DOCTOR,
    ),
    warning(
        DRAIN_OTHER_KEY,
        "a drain has another key",
        "Logs go to another organization, or are refused since the key was rotated.",
        DOCTOR,
    ),
    warning(
        METRICS_WITHOUT_DRAIN,
        "log-runtime-metrics without a drain",
        "The dynos' metrics are written to a log that nobody reads.",
        "`dd-heroku logs enable -a APP`.",
    ),
    warning(
        APP_JSON,
        "app.json lacks Datadog's buildpack",
        "Review apps are made without the Agent.",
        "Add the buildpack to `buildpacks` of app.json, before the language.",
    ),
    info(
        PRIVATE_SPACE,
        "dyno metadata in a Private Space",
        "A dyno there may not see its app's name.",
        DOCTOR,
    ),
];
