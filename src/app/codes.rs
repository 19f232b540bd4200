//! The codes of notes and findings. A code never changes its meaning and is never used again for another.

/// A variable of an old name is set.
pub const DEPRECATED: &str = "DDH017";
/// A list of variables names one that is not there.
pub const NAMES_NOTHING: &str = "DDH018";
/// `DD_HOSTNAME` is set: every dyno reports as one host.
pub const HOSTNAME_SET: &str = "DDH007";
/// The app's buildpack is somebody's fork of Datadog's.
pub const FORK: &str = "DDH012";
/// The buildpack is pinned to a branch or commit.
pub const PINNED_TO_BRANCH: &str = "DDH014";
/// `DISABLE_DATADOG_AGENT` is set, to whatever: the Agent is off.
pub const AGENT_DISABLED: &str = "DDH027";
/// The Agent runs on one-off dynos.
pub const ONE_OFF_DYNOS: &str = "DDH030";
/// The app deploys container images: buildpacks do nothing for it.
pub const CONTAINER: &str = "DDH031";
/// The app is on Fir: no classic buildpacks, telemetry drains instead.
pub const FIR: &str = "DDH032";
/// The app lies in a Private Space, where the dyno metadata is not complete.
pub const PRIVATE_SPACE: &str = "DDH039";
/// The slug has to be compiled again for what is set to take effect.
pub const REBUILD_DUE: &str = "DDH015";
/// A variable is set that the catalogue does not know.
pub const UNKNOWN_OPTION: &str = "DDH043";
/// A variable is set that is better not set.
pub const DISCOURAGED: &str = "DDH044";
/// What depends on the list of the Agent's versions could not be checked.
pub const UNCHECKED_VERSION: &str = "DDH045";
/// A build is under way.
pub const BUILD_UNDER_WAY: &str = "DDH040";
/// The sandbox's demonstration key is used.
pub const DEMO_KEY: &str = "DDH041";
/// The app has never been deployed.
pub const NEVER_DEPLOYED: &str = "DDH042";
/// The app would have to do something itself before an integration works.
pub const INTEGRATION_NEEDS: &str = "DDH050";
/// Database Monitoring signs in as the app's own user.
pub const DBM_OWN_USER: &str = "DDH051";
/// A log-based metric of the name of ours is there, and computes something else.
pub const METRIC_DIFFERS: &str = "DDH060";
