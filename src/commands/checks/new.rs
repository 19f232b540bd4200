//! `checks new`: a check to begin with.

use std::path::PathBuf;

use super::checkout;
use crate::app::desired::File;
use crate::app::{Desired, Parts, checks};
use crate::cli::{ChangeOptions, OneApp};
use crate::commands::{Context, Exit};
use crate::engine;
use crate::failure::{Code, Failure, Result};

/// Writes a check to begin with: the code, its configuration, and a test that runs without an Agent
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// Its name, which is a Python module's
    #[arg(value_name = "NAME")]
    name: String,
    /// Which app
    #[command(flatten)]
    pub app: OneApp,
    /// How to change it
    #[command(flatten)]
    pub change: ChangeOptions,
}

/// Writes it. Files that are there already stay as they are.
pub fn run(context: &Context, args: &Args) -> Result<Exit> {
    let files = checks::new(&args.name).map_err(Failure::usage)?;
    let checkout = checkout(context, &args.app)?;
    let is_there = |path: &PathBuf| Ok::<_, Failure>(checkout.read(path)?.is_some());
    let (code, conf) = (PathBuf::from(&files[0].0), PathBuf::from(&files[1].0));
    if is_there(&code)? {
        return Err(Failure::new(Code::Failed, format_args!("`{}` is there already", code.display()))
            .hint("dd-heroku checks list"));
    }
    if is_there(&conf)? {
        context.ui.note(format_args!("`{}` is there already, and stays as it is", conf.display()));
    }
    engine::run(context, &[context.app()?], &Parts::new(), &|_| {
        let mut desired = Desired::default();
        for (path, text) in &files {
            let path = PathBuf::from(path);
            let before = checkout.read(&path)?;
            if before.is_none() {
                desired.files.push(File::Whole {
                    path,
                    before,
                    after: Some(text.clone()),
                    executable: false,
                });
            }
        }
        Ok(desired)
    })
}
