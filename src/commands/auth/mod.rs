//! `auth`: the Heroku token and the Datadog keys in the operating system's keyring. An existing `heroku login` is
//! enough for Heroku; nothing here is needed to use the other verbs.

mod login;
mod logout;
mod status;

use super::{Context, Exit};
use crate::failure::{Code, Failure, Result};
use crate::heroku::Endpoints;
use crate::keychain::{self, Item};

/// Save the Heroku token and the Datadog keys in the system keyring
#[derive(Debug, clap::Subcommand)]
pub enum Verb {
    Login(login::Args),
    Status(status::Args),
    Logout(logout::Args),
}

/// Which of the secrets is meant.
#[derive(Clone, Copy, Debug, clap::Args)]
#[group(multiple = false)]
struct Which {
    /// The Heroku token
    #[arg(long)]
    heroku: bool,
    /// The Datadog API key
    #[arg(long)]
    datadog_api_key: bool,
    /// The Datadog application key
    #[arg(long)]
    datadog_app_key: bool,
}

/// One of the secrets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Heroku,
    ApiKey,
    AppKey,
}

const KINDS: [Kind; 3] = [Kind::Heroku, Kind::ApiKey, Kind::AppKey];

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Heroku => "Heroku token",
            Self::ApiKey => "Datadog API key",
            Self::AppKey => "Datadog application key",
        }
    }

    /// Its name in JSON.
    fn id(self) -> &'static str {
        match self {
            Self::Heroku => "heroku",
            Self::ApiKey => "datadog_api_key",
            Self::AppKey => "datadog_app_key",
        }
    }

    /// Where it is in the keyring.
    fn item(self, context: &Context) -> Result<Item> {
        Ok(match self {
            Self::Heroku => Item::HerokuToken(Endpoints::from_env(&context.env)?.netrc_machine()),
            Self::ApiKey => Item::DatadogApiKey,
            Self::AppKey => Item::DatadogAppKey,
        })
    }
}

impl Which {
    fn kind(self) -> Option<Kind> {
        match (self.heroku, self.datadog_api_key, self.datadog_app_key) {
            (true, ..) => Some(Kind::Heroku),
            (_, true, _) => Some(Kind::ApiKey),
            (.., true) => Some(Kind::AppKey),
            _ => None,
        }
    }
}

/// Runs an `auth` verb.
pub fn run(context: &Context, verb: Verb) -> Result<Exit> {
    match verb {
        Verb::Login(args) => login::run(context, &args),
        Verb::Status(args) => status::run(context, &args),
        Verb::Logout(args) => logout::run(context, &args),
    }
}

/// A keyring that cannot be used, in words that name what serves instead.
fn no_keyring(error: &keychain::Error, item: &Item) -> Failure {
    Failure::new(Code::Failed, error)
        .hint(format_args!("set {} instead, in your shell or in the settings of your CI", item.variable()))
}
