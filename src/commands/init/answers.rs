//! The flags of `init`, and the answers that they are.

use crate::app::database_urls::Database;
use crate::app::desired::RebuildWhen;
use crate::app::desired::init::{Integrations, Setup};
use crate::cli::keys::known_site;
use crate::cli::rebuild_args::{self, switch};
use crate::cli::usage::key_in_arguments;
use crate::cli::{AppsOrNames, ChangeOptions};
use crate::datadog::Site;
use crate::datadog::options;
use crate::env;
use crate::failure::{Failure, Result};

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
    pub api_key_stdin: bool,
    /// Refused: every user of the machine can read arguments
    #[arg(long, hide = true, num_args = 0..=1, default_missing_value = "")]
    api_key: Option<String>,
    /// Datadog site: datadoghq.com, datadoghq.eu, us3.datadoghq.com, …
    #[arg(long, value_name = "SITE")]
    site: Option<String>,
    /// Environment (DD_ENV)
    #[arg(long, value_name = "ENV")]
    pub env: Option<String>,
    /// Service (DD_SERVICE)
    #[arg(long, value_name = "SERVICE")]
    pub service: Option<String>,
    /// More tags, `key:value`, separated by spaces or commas (DD_TAGS)
    #[arg(long, value_name = "TAGS")]
    pub tags: Option<String>,
    /// Agent version, such as 7.81.2, or 7 for the newest that the buildpack knows
    #[arg(long, value_name = "VERSION", help_heading = "Installation")]
    pub agent_version: Option<String>,
    /// Buildpack release to pin, such as 2.44
    #[arg(long, value_name = "RELEASE", help_heading = "Installation")]
    pub buildpack_version: Option<String>,
    /// Buildpack to use instead of that of Datadog, such as one made by `buildpack pack`
    #[arg(long, value_name = "URL", help_heading = "Installation")]
    pub buildpack_url: Option<String>,
    /// Name hosts by app and dyno, such as shop.web.1 (recommended: as many hosts as dynos)
    #[arg(long, overrides_with = "no_dyno_host", help_heading = "What is collected")]
    dyno_host: bool,
    /// Name hosts by the machine: every restart reports a new host
    #[arg(long, help_heading = "What is collected")]
    no_dyno_host: bool,
    /// Collect traces (the default)
    #[arg(long, overrides_with = "no_apm", help_heading = "What is collected")]
    apm: bool,
    /// Leave the trace-agent out
    #[arg(long, help_heading = "What is collected")]
    no_apm: bool,
    /// Collect processes
    #[arg(long, help_heading = "What is collected")]
    process_agent: bool,
    /// Collect the metrics of the host, which many dynos share (the default)
    #[arg(long, overrides_with = "no_host_metrics", help_heading = "What is collected")]
    host_metrics: bool,
    /// Leave the metrics of the host out
    #[arg(long, help_heading = "What is collected")]
    no_host_metrics: bool,
    /// Databases to monitor: auto (those of the app), none, or a list of redis and postgres
    #[arg(long, value_name = "LIST", default_value = "auto", help_heading = "What is collected")]
    integrations: String,
    /// Send the app's logs to Datadog by a log drain
    #[arg(long, help_heading = "What is collected")]
    pub logs: bool,
    /// Dyno types without an Agent, a list, or none [default: one-off types: run, release, scheduler and others]
    #[arg(long, value_name = "LIST", help_heading = "What is collected")]
    skip_dynos: Option<String>,
    /// Whether to rebuild, and from what
    #[command(flatten)]
    pub rebuild: rebuild_args::Args,
    /// Do not check the key with Datadog
    #[arg(long)]
    pub no_verify: bool,
    /// Which apps
    #[command(flatten)]
    pub apps: AppsOrNames,
    /// How to change it
    #[command(flatten)]
    pub change: ChangeOptions,
}

impl Args {
    /// Refuses values that cannot be meant, before anything is asked of anybody.
    pub fn check(&self) -> Result {
        if self.api_key.is_some() {
            return Err(key_in_arguments());
        }
        self.site()?;
        self.integrations()?;
        self.rebuild.check()?;
        let typed = [
            ("--env", env::DD_ENV, &self.env),
            ("--service", env::DD_SERVICE, &self.service),
            ("--tags", env::DD_TAGS, &self.tags),
            ("--agent-version", env::DD_AGENT_VERSION, &self.agent_version),
        ];
        for (flag, name, value) in typed {
            if let Some(Err(problem)) = value.as_deref().map(|value| options::check(name, value)) {
                let failure = Failure::usage(format_args!("{flag}: {problem}"));
                return Err(match problem.instead() {
                    Some(instead) => failure.hint(format_args!("did you mean `{instead}`?")),
                    None => failure.hint("dd-heroku init --help"),
                });
            }
        }
        Ok(())
    }

    /// The site that is asked for.
    pub fn site(&self) -> Result<Option<Site>> {
        self.site.as_deref().map(|text| known_site(text, "--site")).transpose()
    }

    fn integrations(&self) -> Result<Integrations> {
        match self.integrations.trim() {
            "auto" => Ok(Integrations::Auto),
            "none" => Ok(Integrations::Named(Vec::new())),
            list => names(list)
                .map(|name| match name {
                    "redis" | "redisdb" => Ok(Database::Redis),
                    "postgres" | "postgresql" => Ok(Database::Postgres),
                    other => Err(Failure::usage(format_args!(
                        "--integrations knows auto, none, redis and postgres, not `{other}`"
                    ))
                    .hint(format_args!("dd-heroku integrations add {other}"))),
                })
                .collect::<Result<_>>()
                .map(Integrations::Named),
        }
    }

    /// The databases that `--integrations` names.
    pub fn databases(&self) -> Result<Option<Vec<Database>>> {
        Ok(match self.integrations()? {
            Integrations::Auto => None,
            Integrations::Named(named) => Some(named),
        })
    }

    /// The dyno types without an Agent.
    pub fn skip(&self) -> Option<Vec<String>> {
        match self.skip_dynos.as_deref().map(str::trim)? {
            "none" => Some(Vec::new()),
            list => Some(names(list).map(str::to_owned).collect()),
        }
    }

    /// Whether the host name policy was chosen.
    pub fn dyno_host(&self) -> Option<bool> {
        switch(self.dyno_host, self.no_dyno_host)
    }

    /// Whether traces were chosen.
    pub fn apm(&self) -> Option<bool> {
        switch(self.apm, self.no_apm)
    }

    /// Whether processes were chosen.
    pub fn process_agent(&self) -> Option<bool> {
        switch(self.process_agent, false)
    }

    /// What the flags answer, and the recommended values for the rest.
    pub fn setup(&self) -> Result<Setup> {
        Ok(Setup {
            env: self.env.clone(),
            service: self.service.clone(),
            tags: self.tags.clone(),
            agent_version: self.agent_version.clone(),
            buildpack_version: self.buildpack_version.clone(),
            buildpack_url: self.buildpack_url.clone(),
            dyno_host: self.dyno_host(),
            apm: self.apm(),
            process_agent: self.process_agent(),
            host_metrics: switch(self.host_metrics, self.no_host_metrics),
            integrations: self.integrations()?,
            logs: self.logs,
            skip: self.skip(),
            rebuild: self.rebuild.when().unwrap_or(RebuildWhen::Due),
        })
    }
}

/// The names of a list that commas or spaces separate.
pub(super) fn names(list: &str) -> impl Iterator<Item = &str> {
    list.split([',', ' ']).filter(|name| !name.is_empty())
}
