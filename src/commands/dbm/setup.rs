//! `dbm setup`: everything that Database Monitoring needs.

use serde_json::json;

use super::{meant, query};
use crate::app::dbm::{CREDENTIAL, all_statements};
use crate::app::facts::Query;
use crate::app::integrations::dbm::desired;
use crate::cli::place::place;
use crate::cli::{ChangeOptions, OneApp};
use crate::commands::{Context, Exit};
use crate::engine;
use crate::failure::Result;

/// Set up Database Monitoring: credential, attachment, grants, config vars
///
/// Creates the credential `datadog`, attaches the database with it, runs the grants as the app's own user, and lets
/// the Agent sign in with the credential. Running it again changes nothing.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "Examples:
  dd-heroku dbm setup -a shop
  dd-heroku dbm setup LEDGER_DATABASE_URL -a shop --dry-run
  dd-heroku dbm setup --print-sql --dry-run")]
pub struct Args {
    /// Database: an add-on, an attachment or a config var
    #[arg(value_name = "DATABASE", default_value = "DATABASE_URL")]
    database: String,
    /// Print the SQL statements; with `--dry-run`, do nothing else
    #[arg(long)]
    print_sql: bool,
    /// Where the check runs: one dyno (`web.1`), process types (`web`), or `all`; the first dyno without it
    #[arg(long, value_name = "DYNOS", value_delimiter = ',')]
    on: Vec<String>,
    #[command(flatten)]
    app: OneApp,
    #[command(flatten)]
    change: ChangeOptions,
}

/// Sets it up.
pub fn run(context: &Context, args: &Args) -> Result<Exit> {
    if args.print_sql && args.change.dry_run {
        let statements = all_statements(CREDENTIAL);
        match context.ui.json {
            true => context.ui.json(&json!({ "statements": statements }))?,
            false => context.ui.answer(statements.trim_end())?,
        }
        return Ok(Exit::Done);
    }
    if args.print_sql && !context.ui.json {
        context.ui.answer(all_statements(CREDENTIAL).trim_end())?;
    }
    let place = place("--on", &args.on)?;
    let targets = args.app.targets();
    let query = Query { database: Some(args.database.clone()), ..query() };
    engine::run(context, args.change.mode(&targets), &[context.app(&targets)?], &query, &|facts| {
        let target = meant(facts, &args.database)?;
        Ok(desired(facts, &args.database, &target, &place))
    })
}
