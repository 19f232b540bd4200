//! `dbm check`: whether everything that Database Monitoring needs exists.

use serde_json::json;

use super::{meant, query};
use crate::app::dbm::{CREDENTIAL, Need, needs};
use crate::cli::OneApp;
use crate::commands::{Context, Exit};
use crate::database::{self, Error, Session};
use crate::engine;
use crate::failure::Result;
use crate::ui;

/// Check everything that Database Monitoring needs, as the app's user and as the monitoring user
///
/// Exits with 3 when something is missing.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "Examples:
  dd-heroku dbm check -a shop
  dd-heroku dbm check LEDGER_DATABASE_URL -a shop")]
pub struct Args {
    /// Database: an add-on, an attachment or a config var
    #[arg(value_name = "DATABASE", default_value = "DATABASE_URL")]
    database: String,
    #[command(flatten)]
    app: OneApp,
}

/// Checks it.
pub fn run(context: &Context, args: &Args) -> Result<Exit> {
    let app = context.app(&args.app.targets())?;
    let facts = engine::observe(context, std::slice::from_ref(&app), &query())?;
    let target = meant(&facts[0], &args.database)?;
    let seen = Session::open(&target.url)
        .and_then(|session| database::inspect(&session, CREDENTIAL))
        .inspect_err(|error| context.ui.warn(format_args!("as the app's own user: {error}")))
        .ok();
    let as_credential = target.credential.as_ref().map(Session::open);
    let tried = |how: fn(&Session) -> Result<(), Error>| {
        let session = as_credential.as_ref()?;
        Some(match session {
            Ok(session) => how(session).map_err(|error| error.to_string()),
            Err(error) => Err(error.to_string()),
        })
    };
    let needs = needs(
        &target.account(&facts[0]),
        seen.as_ref(),
        tried(database::reads_statements),
        tried(database::explains),
    );
    if context.ui.json {
        let object = |need: &Need| {
            let Need { what, is_met, evidence, fix } = need;
            json!({ "what": what, "met": is_met, "evidence": evidence, "fix": fix })
        };
        let rows: Vec<_> = needs.iter().map(object).collect();
        context.ui.json(&json!({ "app": app, "database": target.addon, "needs": rows }))?;
    } else {
        context.ui.answer(ui::table(["NEEDED", "", "SEEN", "FIX"], needs.iter().map(row)))?;
    }
    let is_missing = needs.iter().any(|need| need.is_met == Some(false));
    Ok(if is_missing { Exit::Pending } else { Exit::Done })
}

fn row(need: &Need) -> [String; 4] {
    let Need { what, is_met, evidence, fix } = need;
    let (sign, fix) = match is_met {
        Some(true) => ("ok", String::new()),
        Some(false) => ("missing", fix.clone()),
        None => ("?", String::new()),
    };
    [(*what).to_owned(), sign.to_owned(), evidence.clone(), fix]
}
