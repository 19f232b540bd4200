//! What the flags of `init` answer.

use super::args::Args;
use crate::app::database_urls::Database;
use crate::app::desired::RebuildWhen;
use crate::app::desired::init::{Integrations, Setup};
use crate::cli::keys::known_site;
use crate::cli::rebuild_args::switch;
use crate::cli::usage::key_in_arguments;
use crate::datadog::Site;
use crate::datadog::options;
use crate::env;
use crate::failure::{Failure, Result};

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
            slim: self.slim,
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
