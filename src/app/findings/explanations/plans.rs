//! The codes from DDH040 on, in their order: what a plan notes, and what later findings are.

use super::{DOCTOR, Explained, error, info, warning};
#[allow(clippy::wildcard_imports, reason = "all of them is what is meant")]
use crate::app::codes::*;

/// The codes, in their order.
pub(super) static EXPLAINED: &[Explained] = &[
    info(
        BUILD_UNDER_WAY,
        "a build or release is under way",
        "What was just changed may not be in it.",
        "Wait for it: `dd-heroku status --watch -a APP`.",
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
        "`dd-heroku config list --all -a APP` has those that it knows.",
    ),
    info(
        DISCOURAGED,
        "an option that is better not set",
        "`dd-heroku config explain NAME` says what is lost by it.",
        "`dd-heroku config unset NAME -a APP`.",
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
        "`dd-heroku dbm setup -a APP` creates a separate credential.",
    ),
    warning(
        METRIC_DIFFERS,
        "a log-based metric of that name computes something else",
        "Dashboards that build on it show something else too.",
        "Rename or delete it in Datadog, then `dd-heroku metrics enable -a APP`.",
    ),
    info(
        FILE_KEPT,
        "the file already exists",
        "It stays as it is, byte for byte.",
        "Move it away and run the command again to have it written.",
    ),
    info(
        PACK_NEEDED,
        "the image needs the packed program",
        "Without it the image cannot be built.",
        "`dd-heroku buildpack pack -o dd-heroku-buildpack.tgz` next to the Dockerfile.",
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
        "`dd-heroku rotate-key --from LAST4 -a APP` changes it too.",
    ),
    error(
        NO_TELEMETRY,
        "no telemetry drain sends to Datadog",
        "A Fir app sends nothing without one.",
        "`dd-heroku init -a APP`, or `dd-heroku doctor --fix -a APP`.",
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
        "set HEROKU_APP_NAME with `heroku config:set HEROKU_APP_NAME=APP -a APP` where dyno metadata is not offered.",
    ),
    error(
        RELEASE_FAILED,
        "the newest release failed",
        "The release before it keeps running: what was deployed or changed since is not in effect.",
        "`heroku releases:output -a APP` shows why; deploy again, or `dd-heroku rebuild -a APP`.",
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
        "`heroku ps:type web=standard-2x -a APP`, or `dd-heroku config unset DD_PROCESS_AGENT -a APP`; DD_HEROKU_AGENT_MEMORY limits the agents.",
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
        "`dd-heroku doctor --fix -a APP` where the value is clear, else `dd-heroku config set NAME=VALUE -a APP`.",
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
        "Name the type as `heroku ps -a APP` does, or leave it when the type comes later.",
    ),
    info(
        NO_OLD_KEY,
        "the app does not have the key to rotate",
        "Nothing of the app was changed.",
        "`dd-heroku logs status -a APP` shows the last four characters of its keys.",
    ),
    info(
        JUST_BUILT,
        "what a rebuild would make has just been built",
        "Nothing: the same commit was built with the same settings less than ten minutes ago.",
        "Nothing to do. `dd-heroku rebuild --force -a APP` builds it once more.",
    ),
    warning(
        DBM_ON_SEVERAL_DYNOS,
        "Database Monitoring runs on several dynos",
        "The Agent of each dyno queries the database: calls and times of every query are counted once a dyno.",
        "`dd-heroku integrations limit postgres --to web.1 -a APP` in its checkout; with our buildpack DD_HEROKU_LEADER.",
    ),
    error(
        APP_JSON_KEY,
        "app.json holds a key",
        "Everyone who can read the repository has the key.",
        "Take the value out of `env` of app.json, commit it, set it on the pipeline for review apps and tests, and replace the key with `dd-heroku rotate-key -a APP`.",
    ),
    warning(
        APP_JSON_VALUE,
        "a value in app.json is not understood",
        "Review apps or tests run without what was meant, or send their data nowhere.",
        "Write the value in `env` of app.json as it is shown, and commit it.",
    ),
];
