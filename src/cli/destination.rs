//! Where an app's logs and metrics are to go: the site, the key that the site took, the labels. Shared by the verbs
//! that make drains.

use std::sync::{Mutex, PoisonError};

use super::Context;
use crate::app::Facts;
use crate::cli::key;
use crate::cli::keys::{Keys, known_site};
use crate::datadog::drain::Labels;
use crate::datadog::{ApiKey, DrainUrl, Site};
use crate::failure::Result;

/// Key and site.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Datadog")]
pub struct DestinationArgs {
    /// Read the Datadog API key from standard input; else it is taken from DD_API_KEY, the keyring or the app
    #[arg(long)]
    api_key_stdin: bool,
    /// Datadog's site, instead of the app's DD_SITE: datadoghq.com, datadoghq.eu, us3.datadoghq.com, …
    #[arg(long, value_name = "SITE")]
    site: Option<String>,
    /// Do not ask the site whether it takes the key
    #[arg(long)]
    no_verify: bool,
}

/// The labels of log lines.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct LabelArgs {
    /// The environment, instead of the app's DD_ENV
    #[arg(long, value_name = "ENV")]
    env: Option<String>,
    /// The service, instead of the app's DD_SERVICE, else its name
    #[arg(long, value_name = "SERVICE")]
    service: Option<String>,
}

/// The destinations of the apps; each pair of key and site is checked once.
pub struct Destination<'c>(Mutex<Keys<'c>>);

impl<'c> Destination<'c> {
    /// Reads the key that is given.
    pub fn new(context: &'c Context, args: &DestinationArgs) -> Result<Self> {
        let given = key::given(context, args.api_key_stdin)?;
        let guess = given.clone().or_else(|| context.demonstration_key());
        let site = args.site.as_deref().map(|text| known_site(text, "--site")).transpose()?;
        Ok(Self(Mutex::new(Keys::new(context, given, guess, site, None, args.no_verify))))
    }

    /// The site and the key of an app, once the site took the key.
    pub fn of(&self, facts: &Facts) -> Result<(Site, ApiKey)> {
        let mut keys = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let site = keys.site(facts)?;
        Ok((site, keys.accepted(facts, site)?))
    }

    /// The log drain of an app.
    pub fn drain(&self, facts: &Facts, labels: &LabelArgs) -> Result<DrainUrl> {
        let (site, key) = self.of(facts)?;
        let there = |name| facts.config.as_ref().and_then(|config| config.get(name));
        let env = labels.env.as_deref().or_else(|| there("DD_ENV"));
        let service = labels.service.as_deref().or_else(|| there("DD_SERVICE"));
        let labels = Labels::of_app(&facts.app.name, env, service);
        Ok(DrainUrl { site, key: Some(key), labels })
    }
}
