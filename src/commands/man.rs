//! Manual pages, made from the grammar.

use std::path::PathBuf;

use serde_json::json;

use super::{Context, Exit};
use crate::Cli;
use crate::failure::{Failure, Result};

/// Print the manual page, or write a page per command into a folder
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  dd-heroku man | man -l -
  dd-heroku man --dir ~/.local/share/man/man1")]
pub struct Args {
    /// Write a page per command into this folder
    #[arg(long, value_name = "DIR", value_hint = clap::ValueHint::DirPath)]
    dir: Option<PathBuf>,
}

/// Prints or writes the pages.
pub fn run(context: &Context, args: &Args) -> Result<Exit> {
    let mut grammar = Cli::grammar();
    grammar.build();
    let Some(dir) = &args.dir else {
        let page = page(&grammar)?;
        if context.ui.json {
            context.ui.json(&json!({ "name": file_stem(&grammar), "page": page }))?;
        } else {
            context.ui.answer(page.trim_end())?;
        }
        return Ok(Exit::Done);
    };
    let folder = context.env.cwd().join(dir);
    let write = |grammar: &clap::Command| -> Result<String> {
        let name = format!("{}.1", file_stem(grammar));
        std::fs::write(folder.join(&name), page(grammar)?).map_err(|error| {
            let what = format!("cannot write `{}`", dir.join(&name).display());
            Failure::from(anyhow::Error::new(error).context(what))
        })?;
        Ok(name)
    };
    std::fs::create_dir_all(&folder).map_err(|error| {
        Failure::from(anyhow::Error::new(error).context(format!("cannot make `{}`", dir.display())))
    })?;
    let mut pages = vec![write(&grammar)?];
    for verb in shown(&grammar) {
        pages.push(write(verb)?);
        for inner in shown(verb) {
            pages.push(write(inner)?);
        }
    }
    if context.ui.json {
        context.ui.json(&json!({ "folder": dir, "pages": pages }))?;
    } else {
        context.ui.say(format_args!("{} pages written to {}", pages.len(), dir.display()));
    }
    Ok(Exit::Done)
}

fn shown(grammar: &clap::Command) -> impl Iterator<Item = &clap::Command> {
    grammar.get_subcommands().filter(|verb| !verb.is_hide_set() && verb.get_name() != "help")
}

/// `dd-heroku-auth-login`.
fn file_stem(grammar: &clap::Command) -> String {
    grammar.get_bin_name().unwrap_or_else(|| grammar.get_name()).replace(' ', "-")
}

fn page(grammar: &clap::Command) -> Result<String> {
    // The options that every verb takes are on the first page only.
    let is_first = grammar.get_bin_name().is_none_or(|name| !name.contains(' '));
    let command = if is_first {
        grammar.clone()
    } else {
        grammar.clone().mut_args(|arg| if arg.is_global_set() { arg.hide(true) } else { arg })
    };
    let mut page = Vec::new();
    clap_mangen::Man::new(command.display_name(file_stem(grammar)).disable_help_subcommand(true))
        .title(file_stem(grammar))
        .date("")
        .source(concat!("dd-heroku ", env!("CARGO_PKG_VERSION")))
        .manual("dd-heroku")
        .render(&mut page)
        .map_err(anyhow::Error::new)?;
    Ok(String::from_utf8_lossy(&page).into_owned())
}
