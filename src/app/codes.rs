//! The codes of notes and findings. A code never changes its meaning and is never used again for another.
//! [`explained`](super::findings::explanations) says what each means.

/// There is no API key.
pub const KEY_MISSING: &str = "DDH001";
/// Datadog refuses the API key.
pub const REFUSED_KEY: &str = "DDH002";
/// Another site takes the API key.
pub const OTHER_SITE: &str = "DDH003";
/// `DD_SITE` is not a site.
pub const UNKNOWN_SITE: &str = "DDH004";
/// Dyno metadata is off and `HEROKU_APP_NAME` not set.
pub const NO_APP_NAME: &str = "DDH005";
/// `DD_DYNO_HOST` is not on.
pub const NO_DYNO_HOST: &str = "DDH006";
/// `DD_HOSTNAME` is set: every dyno reports as one host.
pub const HOSTNAME_SET: &str = "DDH007";
/// No buildpack installs the Agent.
pub const NO_BUILDPACK: &str = "DDH008";
/// Several buildpacks install the Agent.
pub const AGENT_TWICE: &str = "DDH009";
/// Datadog's buildpack is the last.
pub const AGENT_LAST: &str = "DDH010";
/// Datadog's buildpack comes before one that must come first.
pub const AGENT_TOO_EARLY: &str = "DDH011";
/// The app's buildpack is somebody's fork of Datadog's.
pub const FORK: &str = "DDH012";
/// The buildpack is pinned to an old release.
pub const PINNED_BEHIND: &str = "DDH013";
/// The buildpack is pinned to a branch or commit.
pub const PINNED_TO_BRANCH: &str = "DDH014";
/// The slug has to be compiled again for what is set to take effect.
pub const REBUILD_DUE: &str = "DDH015";
/// Traces are compiled out of a slug whose successors want them.
pub const APM_OFF_HERE: &str = "DDH016";
/// A variable of an old name is set.
pub const DEPRECATED: &str = "DDH017";
/// A list of variables names one that is not there.
pub const NAMES_NOTHING: &str = "DDH018";
/// A list of variables holds a URL.
pub const HOLDS_URL: &str = "DDH019";
/// Database Monitoring on a plan without credentials.
pub const DBM_ESSENTIAL: &str = "DDH020";
/// Database Monitoring with the app's own credential.
pub const DBM_OWN_CREDENTIAL: &str = "DDH021";
/// Agent 6.
pub const AGENT_6: &str = "DDH022";
/// Python 2.
pub const PYTHON_2: &str = "DDH023";
/// A version that ends in `_amd64`.
pub const OLD_VERSION_FORM: &str = "DDH024";
/// A version that does not exist.
pub const NO_SUCH_VERSION: &str = "DDH025";
/// A version that is far behind.
pub const FAR_BEHIND: &str = "DDH026";
/// `DISABLE_DATADOG_AGENT` is set, to any value: the Agent is off.
pub const AGENT_DISABLED: &str = "DDH027";
/// `DD_LOG_LEVEL` is not a level.
pub const BAD_LOG_LEVEL: &str = "DDH028";
/// `DD_TAGS` is malformed.
pub const BAD_TAGS: &str = "DDH029";
/// The Agent runs on one-off dynos.
pub const ONE_OFF_DYNOS: &str = "DDH030";
/// The app deploys container images: buildpacks do nothing for it.
pub const CONTAINER: &str = "DDH031";
/// The app is on Fir: no classic buildpacks, telemetry drains instead.
pub const FIR: &str = "DDH032";
/// The slug is near the size that Heroku refuses.
pub const SLUG_NEAR_LIMIT: &str = "DDH033";
/// Several drains send to Datadog.
pub const DRAIN_TWICE: &str = "DDH034";
/// A drain sends to another site.
pub const DRAIN_OTHER_SITE: &str = "DDH035";
/// A drain has another key.
pub const DRAIN_OTHER_KEY: &str = "DDH036";
/// `log-runtime-metrics` is on and no drain sends to Datadog.
pub const METRICS_WITHOUT_DRAIN: &str = "DDH037";
/// `app.json` lacks Datadog's buildpack.
pub const APP_JSON: &str = "DDH038";
/// The app is in a Private Space, where the dyno metadata is not complete.
pub const PRIVATE_SPACE: &str = "DDH039";
/// A build is under way.
pub const BUILD_UNDER_WAY: &str = "DDH040";
/// The sandbox's demonstration key is used.
pub const DEMO_KEY: &str = "DDH041";
/// The app has never been deployed.
pub const NEVER_DEPLOYED: &str = "DDH042";
/// A variable is set that the catalogue does not know.
pub const UNKNOWN_OPTION: &str = "DDH043";
/// A variable is set that is better not set.
pub const DISCOURAGED: &str = "DDH044";
/// What depends on the list of the Agent's versions could not be checked.
pub const UNCHECKED_VERSION: &str = "DDH045";
/// An older version of the Agent is asked for than before.
pub const DOWNGRADE: &str = "DDH046";
/// Something is left on the app, for a person to decide on.
pub const LEFT: &str = "DDH047";
/// The app would have to do something itself before an integration works.
pub const INTEGRATION_NEEDS: &str = "DDH050";
/// Database Monitoring signs in as the app's own user.
pub const DBM_OWN_USER: &str = "DDH051";
/// A log-based metric with our name exists, and computes something else.
pub const METRIC_DIFFERS: &str = "DDH060";
/// A file that would be written is already present.
pub const FILE_KEPT: &str = "DDH061";
/// An image needs the packed program next to its Dockerfile.
pub const PACK_NEEDED: &str = "DDH062";
/// The old key is not used by these apps any more, and can be revoked.
pub const OLD_KEY: &str = "DDH063";
/// A drain has a key that is neither the app's nor the new one, and is left as it is.
pub const OTHER_KEY: &str = "DDH064";
/// A Fir app has no telemetry drain to Datadog.
pub const NO_TELEMETRY: &str = "DDH065";
/// The telemetry drain of a Fir app has another key or site than the app, or there are several.
pub const TELEMETRY_DIFFERS: &str = "DDH066";
/// Heroku does not offer a labs feature for the app.
pub const FEATURE_NOT_OFFERED: &str = "DDH067";
/// The newest release failed.
pub const RELEASE_FAILED: &str = "DDH068";
/// The lint of the checkout found something.
pub const LINT: &str = "DDH070";
/// Dynos of 512 MB run traces and processes in addition to the app.
pub const SMALL_DYNO: &str = "DDH071";
/// `DD_AGENT_VERSION` has a form that the app's buildpack does not build.
pub const UNBUILDABLE_VERSION: &str = "DDH072";
/// An option holds a value that what reads it does not take, or takes for another.
pub const BAD_VALUE: &str = "DDH073";
/// The URL of a log drain to Datadog is not the one of its guide.
pub const DRAIN_FORM: &str = "DDH074";
/// The buildpack is pinned to a release that does not exist.
pub const NO_SUCH_RELEASE: &str = "DDH075";
/// Heroku does not read `app.json` as it is.
pub const APP_JSON_BROKEN: &str = "DDH076";
/// A list of buildpacks in `app.json` is out of order.
pub const APP_JSON_ORDER: &str = "DDH077";
/// A dyno type to skip is not one of the app's.
pub const UNKNOWN_DYNO_TYPE: &str = "DDH078";
/// An app does not have the key that is to be rotated.
pub const NO_OLD_KEY: &str = "DDH079";
/// What a rebuild would make has just been built.
pub const JUST_BUILT: &str = "DDH080";
/// Database Monitoring runs on several dynos, and counts everything as often.
pub const DBM_ON_SEVERAL_DYNOS: &str = "DDH081";
/// `app.json` holds a key or a token.
pub const APP_JSON_KEY: &str = "DDH082";
/// `app.json` gives an option a value that what reads it does not take.
pub const APP_JSON_VALUE: &str = "DDH083";
