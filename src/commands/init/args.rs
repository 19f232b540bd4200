//! The flags of `init`.

use crate::cli::rebuild_args;
use crate::cli::{AppsOrNames, ChangeOptions};

/// Set up Datadog on an app: labs feature, config vars, buildpack, rebuild
///
/// Asks on a terminal; elsewhere the flags answer. Running it again changes nothing.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Datadog")]
#[command(after_help = "Examples:
  dd-heroku init
  dd-heroku init shop --site datadoghq.eu --logs --dry-run
  pass datadog/api-key | dd-heroku init shop --api-key-stdin --yes")]
pub struct Args {
    /// Read the Datadog API key from standard input [default: DD_API_KEY, the keyring or the app]
    #[arg(long)]
    pub(super) api_key_stdin: bool,
    /// Refused: every user of the machine can read arguments
    #[arg(long, hide = true, num_args = 0..=1, default_missing_value = "")]
    pub(super) api_key: Option<String>,
    /// Datadog site: datadoghq.com, datadoghq.eu, us3.datadoghq.com, …
    #[arg(long, value_name = "SITE")]
    pub(super) site: Option<String>,
    /// Environment (DD_ENV)
    #[arg(long, value_name = "ENV")]
    pub(super) env: Option<String>,
    /// Service (DD_SERVICE)
    #[arg(long, value_name = "SERVICE")]
    pub(super) service: Option<String>,
    /// More tags, `key:value`, separated by spaces or commas (DD_TAGS)
    #[arg(long, value_name = "TAGS")]
    pub(super) tags: Option<String>,
    /// Agent version, such as 7.81.2; 7.81, 7 or latest for the newest of them
    #[arg(long, value_name = "VERSION", help_heading = "Installation")]
    pub(super) agent_version: Option<String>,
    /// Buildpack release to pin, such as 2.44
    #[arg(long, value_name = "RELEASE", help_heading = "Installation")]
    pub(super) buildpack_version: Option<String>,
    /// Buildpack to use instead of that of Datadog, such as one made by `buildpack pack`
    #[arg(long, value_name = "URL", help_heading = "Installation")]
    pub(super) buildpack_url: Option<String>,
    /// Name hosts by app and dyno, such as shop.web.1 (recommended: as many hosts as dynos)
    #[arg(long, overrides_with = "no_dyno_host", help_heading = "What is collected")]
    pub(super) dyno_host: bool,
    /// Name hosts by the machine: every restart reports a new host
    #[arg(long, help_heading = "What is collected")]
    pub(super) no_dyno_host: bool,
    /// Collect traces (the default)
    #[arg(long, overrides_with = "no_apm", help_heading = "What is collected")]
    pub(super) apm: bool,
    /// Leave the trace-agent out
    #[arg(long, help_heading = "What is collected")]
    pub(super) no_apm: bool,
    /// Collect processes
    #[arg(long, help_heading = "What is collected")]
    pub(super) process_agent: bool,
    /// Leave out the Agent's Python packages that the app's checks do not need (dd-heroku's buildpack)
    #[arg(long, help_heading = "What is collected")]
    pub(super) slim: bool,
    /// Collect the metrics of the host, which many dynos share (the default)
    #[arg(long, overrides_with = "no_host_metrics", help_heading = "What is collected")]
    pub(super) host_metrics: bool,
    /// Leave the metrics of the host out
    #[arg(long, help_heading = "What is collected")]
    pub(super) no_host_metrics: bool,
    /// Databases to monitor: auto (those of the app), none, or a list of redis and postgres
    #[arg(long, value_name = "LIST", default_value = "auto", help_heading = "What is collected")]
    pub(super) integrations: String,
    /// Send the app's logs to Datadog by a log drain
    #[arg(long, help_heading = "What is collected")]
    pub(super) logs: bool,
    /// Dyno types without an Agent, a list, or none [default: one-off types: run, release, scheduler and others]
    #[arg(long, value_name = "LIST", help_heading = "What is collected")]
    pub(super) skip_dynos: Option<String>,
    #[command(flatten)]
    pub(super) rebuild: rebuild_args::Args,
    /// Do not check the key with Datadog, nor that versions exist
    #[arg(long)]
    pub(super) no_verify: bool,
    #[command(flatten)]
    pub(super) apps: AppsOrNames,
    #[command(flatten)]
    pub(super) change: ChangeOptions,
}
