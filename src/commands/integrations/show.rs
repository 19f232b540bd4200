//! `integrations show`: the options of one integration, and its file.

use super::{named, query};
use crate::app::integrations::{Folder, On, state};
use crate::cli::OneApp;
use crate::commands::{Context, Exit};
use crate::datadog::integrations::Integration;
use crate::engine;
use crate::failure::Result;
use crate::ui::integration_view;

/// Show the options of an integration, which add-ons provide it, and its file
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "Examples:
  dd-heroku integrations show redis
  dd-heroku integrations show haproxy --all
  dd-heroku integrations show rediscloud -a shop")]
pub struct Args {
    /// Name of the integration
    #[arg(value_name = "NAME")]
    name: String,
    /// List every option that the check takes, also the unusual ones
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    app: OneApp,
}

/// Shows it.
pub fn run(context: &Context, args: &Args) -> Result<Exit> {
    let entry = named(&args.name)?;
    let on = of_app(context, args, entry)?;
    if context.ui.json {
        let mut document = integration_view::to_json(entry, args.all);
        if let Some((app, on)) = on {
            document["app"] = app.into();
            document["on"] = on.as_ref().is_some_and(|on| on.is_on).into();
            document["from"] = on.map(|on| on.from).unwrap_or_default().into();
        }
        context.ui.json(&document)?;
    } else {
        let on = on.map(|(app, on)| state_text(&app, on.as_ref()));
        let parts: Vec<_> = std::iter::once(integration_view::render(entry, args.all)).chain(on).collect();
        context.ui.answer(parts.join("\n\n"))?;
    }
    Ok(Exit::Done)
}

/// Whether the app that was named has it.
fn of_app(context: &Context, args: &Args, entry: &Integration) -> Result<Option<(String, Option<On>)>> {
    let targets = args.app.targets();
    if !targets.is_named() {
        return Ok(None);
    }
    let app = context.app(&targets)?;
    let facts = engine::observe(context, std::slice::from_ref(&app), &query())?;
    let on =
        state(&facts[0], Folder::of(&facts[0]).as_ref()).into_iter().find(|on| on.entry.name == entry.name);
    Ok(Some((app, on)))
}

fn state_text(app: &str, on: Option<&On>) -> String {
    match on {
        Some(on) if on.is_on => format!("On for {app}, from {}.", on.from.join(", ")),
        Some(on) => format!("Off for {app}; available from {}.", on.from.join(", ")),
        None => format!("Off for {app}."),
    }
}
