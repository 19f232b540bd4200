//! Where an app's logs and metrics go: the options of the verbs that create drains.

use super::{Context, keys};
use crate::app::Facts;
use crate::app::desired::init::Destination;
use crate::app::facts::KeyQuery;
use crate::datadog::DrainUrl;
use crate::datadog::drain::Labels;
use crate::env;
use crate::failure::Result;

/// Key and site.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Datadog")]
pub struct DestinationArgs {
    /// Read the Datadog API key from standard input [default: DD_API_KEY, the keyring or the app]
    #[arg(long)]
    api_key_stdin: bool,
    /// Datadog site, instead of the app's DD_SITE: datadoghq.com, datadoghq.eu, us3.datadoghq.com, …
    #[arg(long, value_name = "SITE")]
    site: Option<String>,
    /// Do not check the key with Datadog
    #[arg(long)]
    no_verify: bool,
}

/// The labels of log lines.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct LabelArgs {
    /// Environment, instead of the app's DD_ENV
    #[arg(long, value_name = "ENV")]
    env: Option<String>,
    /// Service, instead of the app's DD_SERVICE, else its name
    #[arg(long, value_name = "SERVICE")]
    service: Option<String>,
}

impl DestinationArgs {
    /// The key and the site to read.
    pub fn query(&self, context: &Context) -> Result<KeyQuery> {
        let site = self.site.as_deref().map(|text| keys::known_site(text, "--site")).transpose()?;
        keys::query(context, self.api_key_stdin, site, self.no_verify)
    }
}

impl LabelArgs {
    /// The log drain of an app.
    pub fn drain(&self, facts: &Facts, Destination { site, key, is_demo: _ }: Destination) -> DrainUrl {
        let config = |name| facts.config.as_ref().and_then(|config| config.get(name));
        let env = self.env.as_deref().or_else(|| config(env::DD_ENV));
        let service = self.service.as_deref().or_else(|| config(env::DD_SERVICE));
        let labels = Labels::of_app(&facts.app.name, env, service);
        DrainUrl { site, key: Some(key), labels }
    }
}
