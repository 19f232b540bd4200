//! `auth logout`: takes secrets out of the keyring.

use super::{KINDS, Kind, Which, no_keyring};
use crate::commands::{Context, Exit};
use crate::failure::Result;

/// Delete what `auth login` saved: one secret, or all of them
///
/// It does not touch what `heroku login` saved: run `heroku logout` for that.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  dd-heroku auth logout
  dd-heroku auth logout --datadog-api-key")]
pub struct Args {
    #[command(flatten)]
    which: Which,
}

/// Deletes what is kept, and says what that was.
pub(super) fn run(context: &Context, args: &Args) -> Result<Exit> {
    let kinds: &[Kind] = match args.which.kind() {
        Some(kind) => &[kind],
        None => &KINDS,
    };
    let mut forgotten = Vec::new();
    for kind in kinds {
        let item = kind.item(context)?;
        let Some(keyring) = context.keyring() else { continue };
        if keyring.delete(&item).map_err(|error| no_keyring(&error, &item))? {
            forgotten.push(*kind);
        }
    }
    if context.ui.json {
        let ids: Vec<_> = forgotten.into_iter().map(Kind::id).collect();
        context.ui.json(&serde_json::json!({ "forgotten": ids }))?;
    } else if forgotten.is_empty() {
        context.ui.say("the keyring held nothing of this program");
    } else {
        let names: Vec<_> = forgotten.into_iter().map(Kind::name).collect();
        context.ui.say(format_args!("forgotten: {}", names.join(", ")));
    }
    Ok(Exit::Done)
}
