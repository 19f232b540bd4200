//! `prerun show`: the managed block as it is.

use std::path::Path;

use serde_json::json;

use crate::app::prerun::{self, Block, Unmanageable, Version};
use crate::cli::{OneAppOrName, app_folder};
use crate::commands::{Context, Exit};
use crate::failure::{Code, Failure, Result};

/// Show the managed block and what it does
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "Examples:
  dd-heroku prerun show")]
pub struct Args {
    #[command(flatten)]
    app: OneAppOrName,
}

/// Shows it.
pub fn run(context: &Context, args: &Args) -> Result<Exit> {
    let targets = args.app.targets();
    let checkout = if targets.is_named() {
        super::checkout(context, &context.app(&targets)?)?
    } else {
        context.checkout().ok_or_else(|| {
            Failure::new(
                Code::Failed,
                format_args!("not in a git checkout, so `{}` is missing", prerun::PATH),
            )
            .hint("run this in the app's checkout (heroku git:clone -a APP)")
        })?
    };
    let folder = app_folder::of(context, &targets);
    let path = folder.real(prerun::PATH);
    let text = checkout.read(Path::new(&path))?;
    let read = text.as_deref().map_or(Ok(None), Block::read);
    let state = match read {
        Ok(None) => "none",
        Ok(Some(_)) => "managed",
        Err(Unmanageable::Edited) => "edited",
        Err(Unmanageable::Broken) => "broken",
    };
    let block = read.ok().flatten().unwrap_or_default();
    if context.ui.json {
        return context.ui.json(&document(&path, state, &block)).map(|()| Exit::Done);
    }
    match state {
        "none" => context
            .ui
            .say(format_args!("{path} has no managed block; `dd-heroku prerun skip run,release` makes one")),
        "managed" => context.ui.answer(summary(&block))?,
        _ => context.ui.warn(format_args!("the managed block of {path} is {state}; it is left alone")),
    }
    Ok(Exit::Done)
}

fn document(path: &str, state: &str, block: &Block) -> serde_json::Value {
    let Block { skip, version, limits, installs, fill } = block;
    json!({
        "path": path,
        "state": state,
        "skip": skip,
        "version": version.map(Version::as_str),
        "limits": limits,
        "installs": installs,
        "fill": fill,
    })
}

fn summary(block: &Block) -> String {
    let Block { skip, version, limits, installs, fill } = block;
    let mut lines = Vec::new();
    let mut line = |what: &str, how: String| lines.push(format!("{what:<8} {how}"));
    if !skip.is_empty() {
        line("skip", format!("no Agent on {}", skip.join(", ")));
    }
    if let Some(version) = version {
        line("version", format!("DD_VERSION is that of the {}", version.as_str()));
    }
    for (check, dynos) in limits {
        line("limit", format!("{check} runs on {} only", dynos.join(", ")));
    }
    for (check, version) in installs {
        line("install", format!("{check} {version}"));
    }
    if *fill {
        line("fill", "config vars are put into the files of conf.d that ask for it".into());
    }
    format!("{}\n\n{}", lines.join("\n"), block.render().trim_end())
}
