//! The table of the codes, in their order.

use super::{Explained, Severity};
#[allow(clippy::wildcard_imports, reason = "all of them is what is meant")]
use crate::app::codes::*;

const fn error(code: &'static str, title: &'static str, cost: &'static str, fix: &'static str) -> Explained {
    Explained { code, severity: Severity::Error, title, cost, fix }
}

const fn warning(
    code: &'static str,
    title: &'static str,
    cost: &'static str,
    fix: &'static str,
) -> Explained {
    Explained { code, severity: Severity::Warning, title, cost, fix }
}

const fn info(code: &'static str, title: &'static str, cost: &'static str, fix: &'static str) -> Explained {
    Explained { code, severity: Severity::Info, title, cost, fix }
}

const DOCTOR: &str = "`dd-heroku doctor --fix` fixes it.";

/// Every code, in their order.
pub static EXPLAINED: &[Explained] = &[
    error(
        KEY_MISSING,
        "there is no Datadog API key",
        "The Agent starts and sends nothing.",
        "`dd-heroku init` sets DD_API_KEY, from standard input or the keyring.",
    ),
    error(
        REFUSED_KEY,
        "Datadog refuses the API key",
        "Nothing that the app sends is taken.",
        "Copy an API key (not an application key): `dd-heroku config set DD_API_KEY`.",
    ),
    error(OTHER_SITE, "the API key belongs to another site", "Nothing that the app sends is taken.", DOCTOR),
    error(
        UNKNOWN_SITE,
        "DD_SITE is not a Datadog site",
        "The Agent takes the domain alone, such as datadoghq.eu, and sends to a host that does not exist.",
        "`dd-heroku config set DD_SITE=…`; where the site can be told, `dd-heroku doctor --fix`.",
    ),
    warning(
        NO_APP_NAME,
        "a dyno does not learn its app's name",
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
        "`dd-heroku init`, or `dd-heroku doctor --fix`.",
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
        "the slug is due to be compiled again",
        "What was changed since the last build has no effect yet.",
        "`dd-heroku rebuild`, or the next deploy.",
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
        "a list of variables names one that is not there",
        "That database is not watched, and the Agent complains at each start.",
        DOCTOR,
    ),
    error(
        HOLDS_URL,
        "a list of variables holds a URL",
        "The database is not watched, and its password shows where nobody expects one.",
        DOCTOR,
    ),
    error(
        DBM_ESSENTIAL,
        "Database Monitoring on a plan that cannot have it",
        "Essential plans have no further credentials: the check fails.",
        "`dd-heroku doctor --fix` turns it off; a Standard plan can have it.",
    ),
    warning(
        DBM_OWN_CREDENTIAL,
        "Database Monitoring with the app's own credential",
        "It needs rights that the app's user should not have; samples and plans are missing.",
        "`dd-heroku dbm setup` makes a credential of its own.",
    ),
    warning(
        AGENT_6,
        "Agent 6",
        "It is at the end of its line: 6.53.1 is the last.",
        "`dd-heroku doctor --fix` goes to Agent 7; custom checks then run on Python 3.",
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
        "`dd-heroku upgrade --agent-version V`, or `dd-heroku doctor --fix` for the newest.",
    ),
    info(
        FAR_BEHIND,
        "the Agent is far behind",
        "Fixed bugs stay, and new features are missing.",
        "`dd-heroku upgrade --agent-version 7`.",
    ),
    error(
        AGENT_DISABLED,
        "DISABLE_DATADOG_AGENT keeps the Agent off",
        "Any value turns the Agent off, `false` too.",
        "`dd-heroku config unset DISABLE_DATADOG_AGENT`; a value that says no, `dd-heroku doctor --fix` takes away.",
    ),
    warning(
        BAD_LOG_LEVEL,
        "DD_LOG_LEVEL is no level",
        "The Agent falls back to its default, or does not start.",
        DOCTOR,
    ),
    warning(BAD_TAGS, "DD_TAGS is malformed", "Tags are lost or come out in another form.", DOCTOR),
    info(
        ONE_OFF_DYNOS,
        "the Agent runs on one-off dynos",
        "Each run, release and scheduled job counts as a host and starts later.",
        "`dd-heroku prerun skip` in the app's checkout, or `dd-heroku doctor --fix` there.",
    ),
    warning(
        CONTAINER,
        "a container image without DD_HEROKU_DYNO",
        "The Agent in the image reports as a plain container, not as a dyno.",
        "`dd-heroku doctor --fix`; `dd-heroku docker init` writes what the image needs.",
    ),
    info(
        FIR,
        "the app is on Fir",
        "Classic buildpacks do not work there: no Agent runs.",
        "A telemetry drain carries traces, metrics and logs: `dd-heroku init`.",
    ),
    warning(
        SLUG_NEAR_LIMIT,
        "the slug is near its limit",
        "Heroku refuses slugs of more than 500 MB.",
        "`.slugignore`; DD_APM_ENABLED=false and DD_PROCESS_AGENT=false leave parts of the Agent out.",
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
        "`dd-heroku logs enable`.",
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
        "A dyno there may not learn its app's name by itself.",
        DOCTOR,
    ),
    info(
        BUILD_UNDER_WAY,
        "a build or release is under way",
        "What was just changed may not be in it.",
        "Wait for it: `dd-heroku status --watch`.",
    ),
    info(DEMO_KEY, "the sandbox's demonstration key", "It is good in the sandbox only.", "Nothing to fix."),
    info(
        NEVER_DEPLOYED,
        "the app was never deployed",
        "The Agent comes with the first deploy.",
        "`git push heroku main`.",
    ),
    info(
        UNKNOWN_OPTION,
        "an option that this program does not know",
        "Its value is not checked.",
        "`dd-heroku config list --all` has those that it knows.",
    ),
    info(
        DISCOURAGED,
        "an option that is better not set",
        "`dd-heroku config explain NAME` says what is lost by it.",
        "`dd-heroku config unset NAME`.",
    ),
    info(
        UNCHECKED_VERSION,
        "a version that could not be checked",
        "Whether it exists shows at the next build.",
        "`dd-heroku versions --refresh` once the package repository can be reached.",
    ),
    info(
        DOWNGRADE,
        "a downgrade of the Agent",
        "Bugs that the newer version fixed come back.",
        "Nothing to fix when it is intended.",
    ),
    info(
        LEFT,
        "something is left on the app",
        "It was not made by this program, or others may use it.",
        "Take it off by hand when nothing needs it.",
    ),
    info(
        INTEGRATION_NEEDS,
        "an integration needs something of the app",
        "Its check has nothing to ask until then.",
        "`dd-heroku integrations show NAME` says what.",
    ),
    warning(
        DBM_OWN_USER,
        "Database Monitoring signs in as the app's own user",
        "It needs rights that the app's user should not have.",
        "`dd-heroku dbm setup` makes a credential of its own.",
    ),
    warning(
        METRIC_DIFFERS,
        "a log-based metric of that name computes something else",
        "Dashboards that build on it show something else too.",
        "Rename or delete it in Datadog, then `dd-heroku metrics enable`.",
    ),
    info(
        FILE_KEPT,
        "a file is there already",
        "It stays as it is, byte for byte.",
        "Move it away and run the command again to have it written.",
    ),
    info(
        PACK_NEEDED,
        "the image needs the packed program",
        "Without it the image cannot be built.",
        "`dd-heroku buildpack pack -o dd-heroku-buildpack.tgz` beside the Dockerfile.",
    ),
    info(
        OLD_KEY,
        "the old API key is still valid",
        "Anyone who has it can send data in your name.",
        "Revoke it in Datadog when no app uses it any more.",
    ),
    info(
        OTHER_KEY,
        "a drain has a third API key",
        "It is neither the old one nor the new, and was left alone.",
        "`dd-heroku rotate-key --from LAST4` changes it too.",
    ),
    error(
        NO_TELEMETRY,
        "no telemetry drain sends to Datadog",
        "A Fir app sends nothing without one.",
        "`dd-heroku init`, or `dd-heroku doctor --fix`.",
    ),
    error(
        TELEMETRY_DIFFERS,
        "the telemetry drain does not fit the app",
        "Its data goes to another organization, nowhere, or twice.",
        DOCTOR,
    ),
    info(
        FEATURE_NOT_OFFERED,
        "a labs feature is not offered for the app",
        "What it brings must be set by hand, or is missing.",
        "set HEROKU_APP_NAME with `heroku config:set` where dyno metadata is not offered.",
    ),
    error(
        RELEASE_FAILED,
        "the newest release failed",
        "The release before it keeps running: what was deployed or changed since is not in effect.",
        "`heroku releases:output -a APP` shows why; deploy again, or `dd-heroku rebuild`.",
    ),
    warning(
        LINT,
        "something in the checkout's datadog/ folder",
        "It does not work on a dyno, or should not be in a repository.",
        "`dd-heroku checks lint` shows all of it with lines.",
    ),
    warning(
        SMALL_DYNO,
        "dynos of 512 MB run traces and processes too",
        "App and agents together may not fit: the dyno swaps (R14) or is killed (R15).",
        "`heroku ps:type web=standard-2x`, or `dd-heroku config unset DD_PROCESS_AGENT`; DD_HEROKU_AGENT_MEMORY limits the agents.",
    ),
    error(
        UNBUILDABLE_VERSION,
        "the buildpack cannot build DD_AGENT_VERSION",
        "The next build fails: Datadog's buildpack takes whole versions only, such as 7.81.2-1.",
        DOCTOR,
    ),
    warning(
        BAD_VALUE,
        "an option holds a value that is not read as meant",
        "What reads the option takes the value for its default, or not at all.",
        "`dd-heroku doctor --fix` where the value can be told, else `dd-heroku config set`.",
    ),
    warning(
        DRAIN_FORM,
        "a drain's URL is not the one of Datadog's guide",
        "Lines may be lost: Heroku reports L10 when the address answers with anything but success.",
        DOCTOR,
    ),
    error(
        NO_SUCH_RELEASE,
        "the buildpack is pinned to a release that does not exist",
        "The next build fails: Heroku cannot clone it.",
        DOCTOR,
    ),
    error(
        APP_JSON_BROKEN,
        "app.json cannot be read",
        "Review apps and Heroku CI cannot be made from it.",
        "Make it plain JSON, UTF-8 without a byte order mark or comments, and commit it.",
    ),
    warning(
        APP_JSON_ORDER,
        "the buildpacks in app.json are out of order",
        "Review apps or tests get an Agent that does not fit, or the wrong process types.",
        "Put Datadog's once, after what installs packages and before the language, and commit it.",
    ),
    info(
        UNKNOWN_DYNO_TYPE,
        "a dyno type to skip is not one of the app's",
        "Where it is a slip, the Agent starts on the dynos that were meant.",
        "Name the type as `heroku ps` does, or leave it where it is yet to come.",
    ),
];
