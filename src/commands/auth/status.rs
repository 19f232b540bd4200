//! `auth status`: which token and keys are used, where they come from, and whether they are accepted.

use std::thread;

use serde_json::{Value, json};

use super::{Kind, login};
use crate::cli::key;
use crate::commands::{Context, Exit};
use crate::datadog::{ApiKey, Site};
use crate::datadog_api::{self, Verdict};
use crate::env;
use crate::failure::{Code, Failure, Result};
use crate::heroku::{Client, Endpoints, Reader, credentials};
use crate::keychain::Item;
use crate::secret::Secret;
use crate::ui::foreign::line;
use crate::ui::wrap;

/// Show which token and keys are used, where they come from, and whether they are accepted
///
/// Exits with 4 when there is no Heroku token, or when a token or a key is refused.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  dd-heroku auth status
  dd-heroku auth status --site datadoghq.eu --json")]
pub struct Args {
    /// Datadog site to check the keys with [default: DD_SITE, else datadoghq.com]
    #[arg(long, value_name = "SITE")]
    site: Option<String>,
}

/// One secret as it is found, and what its service says of it.
struct Seen {
    secret: Secret,
    source: String,
    verdict: Result<Accepted>,
}

enum Accepted {
    By(String),
    No,
}

/// Finds all three and asks about them at the same time.
pub(super) fn run(context: &Context, args: &Args) -> Result<Exit> {
    let site = login::site(context, args.site.as_deref())?;
    let endpoints = Endpoints::from_env(&context.env)?;
    let token = credentials::find(&context.env, &endpoints)?;
    let api_key = key::given(context, false)?;
    let app_key = application_key(context);
    let datadog_api = context.datadog_api()?;
    let api_key = api_key.as_ref();

    let (heroku, api, app) = thread::scope(|scope| {
        let heroku = scope.spawn(|| {
            token.map(|token| {
                let client = Client::new(endpoints, token.secret.clone());
                let account = Reader::new(&client).account();
                let verdict = match account.map_err(Failure::from) {
                    Ok(account) => Ok(Accepted::By(account.email)),
                    Err(failure) if failure.code == Code::NotSignedIn => Ok(Accepted::No),
                    Err(failure) => Err(failure),
                };
                Seen { secret: token.secret, source: token.source.to_string(), verdict }
            })
        });
        let api = scope.spawn(|| {
            api_key.map(|stored| Seen {
                secret: Secret::new(stored.key.expose()),
                source: stored.place.to_owned(),
                verdict: by_site(datadog_api.validate(&stored.key, site), site),
            })
        });
        let app = app_key.map(|(secret, source)| Seen {
            verdict: with_api_key(&datadog_api, api_key.map(|stored| &stored.key), &secret, site),
            secret,
            source,
        });
        (heroku.join(), api.join(), app)
    });
    let joined =
        |seen: thread::Result<Option<Seen>>| seen.unwrap_or_else(|panic| std::panic::resume_unwind(panic));
    let rows = [(Kind::Heroku, joined(heroku)), (Kind::ApiKey, joined(api)), (Kind::AppKey, app)];
    show(context, &rows)?;

    let refused = |seen: &Seen| matches!(seen.verdict, Ok(Accepted::No));
    if rows[0].1.is_none() || rows.iter().filter_map(|(_, seen)| seen.as_ref()).any(refused) {
        let failure = Failure::new(Code::NotSignedIn, "a token or a key is missing or refused");
        return Err(Failure { is_reported: true, ..failure });
    }
    Ok(Exit::Done)
}

fn application_key(context: &Context) -> Option<(Secret, String)> {
    if let Some(key) = context.env.get(env::DD_APP_KEY) {
        return Some((Secret::new(key), env::DD_APP_KEY.into()));
    }
    let kept = context.keyring()?.get(&Item::DatadogAppKey).ok().flatten()?;
    Some((kept, "the keyring".into()))
}

fn by_site(verdict: std::result::Result<Verdict, datadog_api::Error>, site: Site) -> Result<Accepted> {
    Ok(match verdict? {
        Verdict::Valid => Accepted::By(site.to_string()),
        Verdict::Refused => Accepted::No,
    })
}

fn with_api_key(
    datadog_api: &datadog_api::Client,
    api_key: Option<&ApiKey>,
    app_key: &Secret,
    site: Site,
) -> Result<Accepted> {
    let api_key =
        api_key.ok_or_else(|| Failure::new(Code::KeyRefused, "not checked: there is no API key"))?;
    by_site(datadog_api.validate_application_key(api_key, app_key, site), site)
}

fn show(context: &Context, rows: &[(Kind, Option<Seen>); 3]) -> Result {
    if context.ui.json {
        let document = |(kind, seen): &(Kind, Option<Seen>)| {
            (kind.id().to_owned(), seen.as_ref().map_or(Value::Null, document))
        };
        return context.ui.json(&Value::Object(rows.iter().map(document).collect()));
    }
    let lines = rows.iter().map(|(kind, seen)| match (kind.name(), seen) {
        (name, None) => format!("{name:<24}none"),
        (name, Some(seen)) => {
            let verdict = match &seen.verdict {
                Ok(Accepted::By(whom)) => format!("accepted: {whom}"),
                Ok(Accepted::No) => "REFUSED".to_owned(),
                Err(failure) => format!("not checked: {:#}", failure.error),
            };
            let text = format!("{:<9} from {}, {}", seen.secret.masked(), seen.source, line(&verdict));
            format!("{name:<24}{}", wrap(&text, 24))
        }
    });
    context.ui.answer(lines.collect::<Vec<_>>().join("\n"))
}

fn document(seen: &Seen) -> Value {
    let (accepted, by) = match &seen.verdict {
        Ok(Accepted::By(whom)) => (Some(true), Some(whom)),
        Ok(Accepted::No) => (Some(false), None),
        Err(_) => (None, None),
    };
    json!({ "source": seen.source, "last4": seen.secret.last4(), "accepted": accepted, "by": by })
}
