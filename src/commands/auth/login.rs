//! `auth login`: checks a secret and puts it into the keyring.

use serde_json::json;

use super::{KINDS, Kind, Which, no_keyring};
use crate::cli::key;
use crate::commands::{Context, Exit};
use crate::datadog::Site;
use crate::datadog_api::Verdict;
use crate::env;
use crate::failure::{Code, Failure, Result};
use crate::heroku::{Client, Endpoints, Reader};
use crate::secret::Secret;

/// Check a token or a key and save it in the system keyring
///
/// An existing `heroku login` is enough for Heroku. A secret is typed hidden or read from standard input; it is never
/// taken from an argument and never saved in a file.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  dd-heroku auth login --heroku
  pass datadog/api-key | dd-heroku auth login --datadog-api-key --stdin")]
pub struct Args {
    #[command(flatten)]
    which: Which,
    /// Read the secret from standard input
    #[arg(long)]
    stdin: bool,
    /// Datadog site to check a key with [default: DD_SITE, else datadoghq.com]
    #[arg(long, value_name = "SITE")]
    site: Option<String>,
    /// Save the secret without a check
    #[arg(long)]
    no_verify: bool,
    /// Refused: every user of the machine can read arguments
    #[arg(hide = true)]
    given: Vec<String>,
}

/// Asks for the secret, checks it, keeps it.
pub(super) fn run(context: &Context, args: &Args) -> Result<Exit> {
    if !args.given.is_empty() {
        return Err(Failure::usage(
            "a secret in an argument can be read by every user of the machine, and the shell saves it",
        )
        .hint("pipe it: `pass datadog/api-key | dd-heroku auth login --datadog-api-key --stdin`"));
    }
    let kind = match args.which.kind() {
        Some(kind) => kind,
        None => chosen(context)?,
    };
    let site = site(context, args.site.as_deref())?;
    let item = kind.item(context)?;
    let keyring = context.keyring();
    if let Some(keyring) = keyring {
        // Before anybody types a secret for nothing.
        keyring.get(&item).map_err(|error| no_keyring(&error, &item))?;
    }
    let secret = secret(context, args, kind)?;
    let verdict = if args.no_verify { "not checked".into() } else { accepted(context, kind, &secret, site)? };
    let kept = match keyring {
        Some(keyring) => {
            keyring.set(&item, &secret).map_err(|error| no_keyring(&error, &item))?;
            "kept in the keyring"
        }
        None => "not kept: the sandbox has no keyring",
    };
    if context.ui.json {
        let document = json!({ "secret": kind.id(), "verdict": verdict, "kept": keyring.is_some() });
        context.ui.json(&document)?;
    }
    context.ui.say(format_args!("{} {}: {verdict}; {kept}", kind.name(), secret.masked()));
    if keyring.is_some() && context.env.get(item.variable()).is_some() {
        context.ui.note(format_args!("{} is set and goes before the keyring", item.variable()));
    }
    Ok(Exit::Done)
}

fn chosen(context: &Context) -> Result<Kind> {
    let names = KINDS.map(|kind| kind.name().to_owned());
    let flags = "--heroku, --datadog-api-key or --datadog-app-key";
    Ok(KINDS[context.ui.choose("Which key do you want to save?", &names, 0, flags)?])
}

fn secret(context: &Context, args: &Args, kind: Kind) -> Result<Secret> {
    let text = if args.stdin {
        key::stdin()?.trim().to_owned()
    } else {
        let check = |text: &str| if text.is_empty() { Err("nothing was entered".to_owned()) } else { Ok(()) };
        context.ui.ask_secret(kind.name(), "--stdin", check)?
    };
    match kind {
        Kind::ApiKey => Ok(Secret::new(key::parsed(&text, "what you entered")?.key.expose())),
        _ if text.is_empty() || text.chars().any(|c| c.is_whitespace() || c.is_control()) => Err(
            Failure::usage(format_args!("that is no {}: it is empty or has white space in it", kind.name())),
        ),
        _ => Ok(Secret::new(text)),
    }
}

/// What its service says of it, in a few words. Fails when it is refused.
fn accepted(context: &Context, kind: Kind, secret: &Secret, site: Site) -> Result<String> {
    match kind {
        Kind::Heroku => {
            let client = Client::new(Endpoints::from_env(&context.env)?, secret.clone());
            let account = Reader::new(&client).account()?;
            Ok(format!("signed in as {}", account.email))
        }
        Kind::ApiKey => {
            let key_entered = key::parsed(secret.expose(), "what you entered")?;
            key::require_accepted(context, &key_entered, site)?;
            Ok(format!("{site} takes it"))
        }
        Kind::AppKey => {
            let api_key = key::given(context, false)?.ok_or_else(|| {
                Failure::new(Code::KeyRefused, "an application key is good only together with an API key")
                    .hint("dd-heroku auth login --datadog-api-key")
                    .hint("or set DD_API_KEY")
            })?;
            match context.datadog_api()?.validate_application_key(&api_key.key, secret, site)? {
                Verdict::Valid => Ok(format!("{site} takes it")),
                Verdict::Refused => Err(Failure::new(
                    Code::KeyRefused,
                    format_args!(
                        "{site} refuses the application key {} with the API key from {}",
                        secret.masked(),
                        api_key.place
                    ),
                )
                .hint(format_args!("make one at {}/organization-settings/application-keys", site.web()))),
            }
        }
    }
}

/// The site that is asked: as given, as in `DD_SITE`, else the default.
pub(super) fn site(context: &Context, given: Option<&str>) -> Result<Site> {
    let Some(text) = given.or(context.env.get(env::DD_SITE)) else { return Ok(Site::default()) };
    Site::parse(text).ok_or_else(|| {
        let known = crate::datadog::site::SITES.map(Site::domain).join(", ");
        Failure::usage(format_args!("`{text}` is not a Datadog site")).hint(format_args!("one of {known}"))
    })
}
