//! `buildpack`: the build step, as Heroku's build machine calls it, packing it, and verifying what it made.

mod pack;
mod report;
mod verify;

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use serde_json::{Value, json};

use crate::buildpack;
use crate::env::Environment;
use crate::failure::{Code, Failure, Result};
use crate::temporary;
use crate::ui::Ui;

/// Run the build step, as a Heroku build does
#[derive(Debug, clap::Subcommand)]
pub enum Verb {
    /// Detect whether this buildpack serves the app; it serves every app
    #[command(after_help = "Examples:
  dd-heroku buildpack detect BUILD_DIR")]
    Detect {
        /// The app's folder
        build_dir: Option<PathBuf>,
    },
    /// Install the Agent into the app's folder
    #[command(after_help = "Examples:
  dd-heroku buildpack compile BUILD_DIR CACHE_DIR ENV_DIR")]
    Compile {
        /// The app's folder, which becomes the slug
        build_dir: PathBuf,
        /// A folder that is kept from build to build
        cache_dir: PathBuf,
        /// A folder with a file for each config var
        env_dir: Option<PathBuf>,
    },
    /// Print what a release needs from this buildpack: nothing
    #[command(after_help = "Examples:
  dd-heroku buildpack release BUILD_DIR")]
    Release {
        /// The app's folder
        build_dir: Option<PathBuf>,
    },
    /// Check a slug: links, libraries, imports of the checks, the app's own files
    #[command(after_help = "Examples:
  dd-heroku buildpack verify BUILD_DIR
  dd-heroku buildpack verify BUILD_DIR --app APP_DIR --json")]
    Verify(verify::Args),
    /// Write this program as a buildpack that can be hosted anywhere
    #[command(after_help = "Examples:
  dd-heroku buildpack pack -o buildpack.tgz
  dd-heroku buildpack pack --agent 7.81.2 -o buildpack.tgz
  dd-heroku buildpack pack --agent 7.81.2 --slim-for redis,postgres --no-apm")]
    Pack(pack::Args),
}

/// Runs a verb of `buildpack`.
pub fn run(env: &Environment, ui: Ui, verb: Verb) -> Result<ExitCode> {
    temporary::remove_at_signals(Code::Interrupted.exit());
    match verb {
        Verb::Detect { .. } => answer(ui, "Datadog", &json!({ "name": "Datadog" }))?,
        Verb::Release { .. } => answer(ui, "--- {}", &json!({}))?,
        Verb::Compile { build_dir, cache_dir, env_dir } => {
            let path = |path: PathBuf| env.cwd().join(path);
            return compile(env, ui, &path(build_dir), &path(cache_dir), env_dir.map(path).as_deref());
        }
        Verb::Verify(args) => return verify::run(env, ui, args),
        Verb::Pack(args) => pack::run(env, ui, args)?,
    }
    Ok(ExitCode::SUCCESS)
}

fn answer(ui: Ui, text: &str, document: &Value) -> Result {
    if ui.json { ui.json(document) } else { ui.answer(text) }
}

/// The log goes to stdout, where a build's log comes from, and so does the error that ends it. With JSON it goes to stderr.
fn compile(
    env: &Environment,
    ui: Ui,
    build_dir: &Path,
    cache_dir: &Path,
    env_dir: Option<&Path>,
) -> Result<ExitCode> {
    let mut log: Box<dyn Write> = if ui.json { Box::new(io::stderr()) } else { Box::new(io::stdout()) };
    match buildpack::build(env, build_dir, cache_dir, env_dir, &mut log) {
        Ok(report) if ui.json => ui.json(&report::document(&report))?,
        Ok(_) => {}
        Err(error) if ui.json => return Err(Failure { code: Code::BuildFailed, ..error.into() }),
        Err(error) => {
            buildpack::tell(&error, &mut log);
            return Ok(ExitCode::from(Code::BuildFailed.exit()));
        }
    }
    Ok(ExitCode::SUCCESS)
}
