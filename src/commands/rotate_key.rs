//! `rotate-key`: another API key on everything that used the old one.

use super::{Context, Exit};
use crate::app::desired::rotate_key;
use crate::app::facts::{KeyQuery, Part, Query};
use crate::cli::key;
use crate::cli::keys;
use crate::cli::{AppsOrNames, ChangeOptions};
use crate::engine;
use crate::failure::{Code, Failure, Result};

/// Replace a Datadog API key on apps, log drains and telemetry drains
///
/// Checks the new key with the site of every app first. Adds new drains before it removes the old ones, and changes
/// config vars last, so that no data is lost and an interrupted run can be run again.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  pass datadog/new-key | dd-heroku rotate-key --team acme --api-key-stdin
  dd-heroku rotate-key shop mobile-api --dry-run
  dd-heroku rotate-key shop --from 3f9a")]
pub struct Args {
    /// Read the new key from standard input [default: DD_API_KEY, else a prompt]
    #[arg(long)]
    api_key_stdin: bool,
    /// Last four characters of the old key [default: those of the app's DD_API_KEY]
    #[arg(long, value_name = "LAST4")]
    from: Option<String>,
    /// Do not check the new key with Datadog
    #[arg(long)]
    no_verify: bool,
    #[command(flatten)]
    apps: AppsOrNames,
    #[command(flatten)]
    change: ChangeOptions,
}

/// The last four characters as they were given. What was given may be a whole key: it is not repeated.
fn last4(text: &str) -> Result<String> {
    let text = text.trim_start_matches('•').to_ascii_lowercase();
    if text.len() == 4 && text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Ok(text);
    }
    Err(Failure::usage("`--from` takes the last four characters of the old key, and no more of it"))
}

/// Rotates the key of the apps that are meant.
pub fn run(context: &Context, args: &Args) -> Result<Exit> {
    let from = args.from.as_deref().map(last4).transpose()?;
    let targets = args.apps.targets();
    let apps = context.apps(&targets)?;
    let new = match key::new(context, args.api_key_stdin)? {
        Some(given) => given,
        None if context.ui.interactive => {
            let typed = context.ui.ask_secret("The new Datadog API key", "--api-key-stdin", |text| {
                crate::datadog::ApiKey::parse(text).map(|_| ()).map_err(|why| why.to_string())
            })?;
            key::parsed(&typed, "the prompt")?
        }
        None => {
            return Err(Failure::usage("there is no new key")
                .hint(format_args!(
                    "pipe it: `pass datadog/new | dd-heroku rotate-key -a {} --api-key-stdin`",
                    apps.join(" -a ")
                ))
                .hint("or set DD_API_KEY to it"));
        }
    };
    let key = KeyQuery {
        given: Some(new.clone()),
        verify: !args.no_verify,
        is_strict: true,
        ..KeyQuery::default()
    };
    let query =
        Query::from([Part::Config, Part::Drains, Part::TelemetryDrains, Part::Formation]).with_key(key);
    engine::run(context, args.change.mode(&targets), &apps, &query, &|facts| {
        let desired = rotate_key::desired(&new.key, from.as_deref(), facts);
        if let ([_], Some(message)) = (apps.as_slice(), rotate_key::missing(&new.key, from.as_deref(), facts))
        {
            let app = &facts.app.name;
            return Err(Failure::new(Code::Failed, message)
                .hint(format_args!("see its key and drains: dd-heroku logs status -a {app}")));
        }
        if !desired.notes.is_empty() {
            keys::accepted(facts)?;
        }
        Ok(desired)
    })
}
