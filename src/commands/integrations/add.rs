//! `integrations add`: turns integrations on.

use super::{query, refused};
use crate::app::Facts;
use crate::app::integrations::{self, Add, Folder};
use crate::cli::place::place;
use crate::cli::{Apps, ChangeOptions};
use crate::commands::{Context, Exit};
use crate::engine::{self, Observer};
use crate::failure::{Failure, Result};

/// Turn integrations on: from the add-ons of the app, or by a file in datadog/conf.d
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "Examples:
  dd-heroku integrations add redis
  dd-heroku integrations add postgres --dbm
  dd-heroku integrations add gunicorn --set proc_name=shop
  dd-heroku integrations add ping@1.0.4 --set host=db.internal")]
pub struct Args {
    /// Names of integrations; `NAME@VERSION` picks the version of a community check
    #[arg(required = true, value_name = "NAME")]
    names: Vec<String>,
    /// Set an option of the check; a value `${VARIABLE}` is read from the config vars when a dyno boots
    #[arg(long, value_name = "NAME=VALUE")]
    set: Vec<String>,
    /// Config var that holds the URL, where it is not found
    #[arg(long = "var", value_name = "VARIABLE")]
    variables: Vec<String>,
    /// Turn Database Monitoring on too (Postgres)
    #[arg(long)]
    dbm: bool,
    /// Where the check runs: one dyno (`web.1`), process types (`web`), or `all`
    ///
    /// Every dyno has its own Agent. A check that asks a service elsewhere, and Database Monitoring, run on the first dyno
    /// only, unless this says otherwise.
    #[arg(long, value_name = "DYNOS", value_delimiter = ',')]
    on: Vec<String>,
    /// Replace a conf.yaml even if it was edited by hand; a copy is kept
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    apps: Apps,
    #[command(flatten)]
    change: ChangeOptions,
}

/// Turns them on.
pub fn run(context: &Context, args: Args) -> Result<Exit> {
    if args.names.len() > 1 && !(args.set.is_empty() && args.variables.is_empty()) {
        return Err(Failure::usage("`--set` and `--var` go with one integration at a time"));
    }
    let place = place("--on", &args.on)?;
    let targets = args.apps.targets();
    let app = targets.apps.first().map(String::as_str);
    let mut adds = Vec::new();
    for name in &args.names {
        let mut add = Add::parse(name, &args.set).map_err(|why| refused(app, why))?;
        if args.dbm && add.entry.name != "postgres" {
            return Err(Failure::usage(format_args!(
                "`--dbm` goes with postgres, not with `{}`",
                add.entry.name
            )));
        }
        add.variables.clone_from(&args.variables);
        (add.dbm, add.force, add.place) = (args.dbm, args.force, place.clone());
        adds.push(add);
    }
    let observer = Observer::new(context);
    let query = query();
    let facts = observer.observe(&context.apps(&targets)?, &query)?;
    ask(context, &mut adds, &facts)?;
    engine::run_from(&observer, args.change.mode(&targets), &facts, &query, &|facts| {
        integrations::add(&adds, facts, Folder::of(facts).as_ref())
            .map_err(|why| refused(Some(&facts.app.name), why))
    })
}

/// Asks for the required options that nothing gives, on a terminal. A file that is already present answers for itself.
fn ask(context: &Context, adds: &mut [Add], facts: &[Facts]) -> Result {
    if !context.ui.interactive {
        return Ok(());
    }
    for add in adds {
        let has_file = |facts: &Facts| {
            let path = add.entry.folder().map(|folder| format!("{folder}/conf.yaml"));
            path.is_some_and(|path| Folder::of(facts).is_some_and(|folder| folder.text(&path).is_some()))
        };
        if add.values.is_empty() && facts.iter().all(has_file) {
            continue;
        }
        for option in add.unanswered() {
            let question = format!("{} ({}) of {}", option.name, option.about, add.entry.title);
            let flag = format!("`--set {}=…`", option.name);
            let trial = add.clone();
            let typed = context.ui.ask(&question, None, &flag, |text| match text {
                "" => Err("it is required".into()),
                text => trial.clone().answer(&option.name, text).map_err(|why| why.to_string()),
            })?;
            add.answer(&option.name, &typed).map_err(|why| refused(None, why))?;
        }
    }
    Ok(())
}
