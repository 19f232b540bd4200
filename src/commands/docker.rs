//! `docker init`: what an image needs for the Agent to run in it.

use super::{Context, Exit};
use crate::app::docker::{self, DOCKERFILE, Existing, PACK};
use crate::app::facts::{Checkout, CheckoutQuery, Query};
use crate::app::{Desired, Facts, Note, codes};
use crate::cli::{ChangeOptions, OneAppOrName};
use crate::datadog::AgentVersion;
use crate::datadog::agent_request::PINNED_7;
use crate::datadog::options;
use crate::engine;
use crate::env;
use crate::failure::{Code, Failure, Result};

/// Add the Agent to a container image
#[derive(Debug, clap::Subcommand)]
pub enum Verb {
    Init(Args),
}

/// Write Dockerfile.datadog and datadog-config/ for an app that deploys container images
///
/// Without a Dockerfile it writes a whole one, based on Debian. With one, it installs the Agent on top of the image
/// that yours makes, or as a stage to copy into it; your entrypoint and command are kept. Existing files are left
/// alone. The Agent comes from the package repository of Datadog, whose keys are checked by fingerprint.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  dd-heroku docker init
  dd-heroku docker init imagery --agent-version 7.81.2 --dry-run")]
pub struct Args {
    /// Agent version
    #[arg(long, value_name = "VERSION", default_value = PINNED_7)]
    agent_version: String,
    /// Dockerfile to build on
    #[arg(long, value_name = "FILE", default_value = "Dockerfile")]
    dockerfile: String,
    #[command(flatten)]
    app: OneAppOrName,
    #[command(flatten)]
    change: ChangeOptions,
}

/// Runs a verb of `docker`.
pub fn run(context: &Context, verb: Verb) -> Result<Exit> {
    let Verb::Init(args) = verb;
    init(context, &args)
}

fn init(context: &Context, args: &Args) -> Result<Exit> {
    let targets = args.app.targets();
    let version = package_version(&args.agent_version)?;
    let files = vec![DOCKERFILE, docker::CONFIG_README];
    let named_files = vec![args.dockerfile.clone()];
    let query =
        Query::default().with_checkout(CheckoutQuery { files, named_files, ..CheckoutQuery::default() });
    engine::run(context, args.change.mode(&targets), &[context.app(&targets)?], &query, &|facts| {
        desired(args, &version, facts)
    })
}

fn desired(args: &Args, version: &str, facts: &Facts) -> Result<Desired> {
    let app = &facts.app.name;
    let Some(checkout) = facts.usable_checkout() else {
        let here = if facts.checkout.is_some() { "a checkout of another app" } else { "not a checkout" };
        let message = format!("the files belong in the repository of `{app}`, and this is {here}");
        return Err(Failure::new(Code::Failed, message)
            .hint(format_args!("run this in the app's checkout (heroku git:clone -a {app})")));
    };
    let existing = checkout.text(&args.dockerfile).map(Existing::read).transpose().map_err(|musl| {
        Failure::new(Code::Failed, &musl)
            .hint("base the image on Debian or Ubuntu, such as debian:bookworm-slim, or heroku/heroku:24")
    })?;
    let files = docker::files(version, existing.as_ref(), |path| checkout.text(path).map(str::to_owned));
    Ok(Desired { files, notes: notes(facts, checkout), ..Desired::default() })
}

/// What else there is to do, and what was left as it is.
fn notes(facts: &Facts, checkout: &Checkout) -> Vec<Note> {
    let mut notes = Vec::new();
    if !facts.app.is_container() {
        let app = &facts.app.name;
        let message =
            format!("`{app}` is not on the container stack yet: heroku stack:set container -a {app}");
        notes.push(Note::new(codes::CONTAINER, message));
    }
    for path in [DOCKERFILE, docker::CONFIG_README] {
        if checkout.text(path).is_some() {
            notes.push(Note::new(codes::FILE_KEPT, format!("`{path}` exists, and is left unchanged")));
        }
    }
    let message = format!(
        "the image takes the program that starts the Agent from {PACK}: dd-heroku buildpack pack -o {PACK}"
    );
    notes.push(Note::new(codes::PACK_NEEDED, message));
    notes
}

/// A whole version with its revision, as the package has it.
fn package_version(text: &str) -> Result<String> {
    let version = options::check(env::DD_AGENT_VERSION, text)
        .map_err(|problem| Failure::usage(format_args!("--agent-version: {problem}")))?;
    let version = AgentVersion::parse(&version).filter(|version| matches!(version.major, 6 | 7));
    let version = version.ok_or_else(|| {
        Failure::usage(format_args!("--agent-version: `{text}` is not a whole version"))
            .hint(format_args!("name one, such as {PINNED_7}: an image should not change by itself"))
    })?;
    Ok(AgentVersion { revision: version.revision.or(Some(1)), ..version }.to_string())
}
