//! One file a verb: its arguments, whose doc comments are the help, and its `run`.

pub mod agent;
pub mod auth;
pub mod buildpack;
pub mod buildpacks;
pub mod checks;
pub mod completions;
pub mod config;
pub mod dbm;
pub mod docker;
pub mod doctor;
pub mod explain;
pub mod flare;
pub mod init;
pub mod integrations;
pub mod logs;
pub mod man;
pub mod metrics;
pub mod prerun;
pub mod rebuild;
pub mod remove;
pub mod rotate_key;
pub mod sandbox;
pub mod status;
pub mod upgrade;
pub mod versions;

use std::process::ExitCode;

use crate::cli::{sandboxed, usage};
use crate::env::Environment;
pub use crate::failure::Exit;
use crate::failure::{Code, Result};
use crate::ui::Ui;

pub use crate::cli::{Context, Global};

/// Every verb but the dyno's. The doc comment of a verb's `Args` is its help.
#[derive(Debug, clap::Subcommand)]
pub enum Verb {
    Init(init::Args),
    Status(status::Args),
    Doctor(doctor::Args),
    Explain(explain::Args),
    #[command(subcommand)]
    Config(config::Verb),
    #[command(subcommand)]
    Buildpacks(buildpacks::Verb),
    Upgrade(upgrade::Args),
    Versions(versions::Args),
    Rebuild(rebuild::Args),
    Remove(remove::Args),
    Flare(flare::Args),
    #[command(subcommand)]
    Integrations(integrations::Verb),
    #[command(subcommand)]
    Checks(checks::Verb),
    #[command(subcommand)]
    Prerun(prerun::Verb),
    #[command(subcommand)]
    Dbm(dbm::Verb),
    #[command(subcommand)]
    Auth(auth::Verb),
    #[command(subcommand)]
    Logs(logs::Verb),
    #[command(subcommand)]
    Metrics(metrics::Verb),
    #[command(subcommand)]
    Docker(docker::Verb),
    RotateKey(rotate_key::Args),
    #[command(subcommand)]
    Agent(agent::Verb),
    Completions(completions::Args),
    Man(man::Args),
    #[command(subcommand)]
    Sandbox(sandbox::Verb),
    #[command(subcommand)]
    Buildpack(buildpack::Verb),
}

/// Reports a usage error and gives back its exit code.
pub fn refused(env: &Environment, error: &clap::Error) -> ExitCode {
    usage::report(env, error);
    ExitCode::from(Code::Usage.exit())
}

/// Runs one verb.
pub fn run(env: &Environment, global: &Global, verb: Verb) -> ExitCode {
    let ui = Ui::new(env, global.json, global.quiet, global.verbose, global.color);
    match run_verb(env, ui, global, verb) {
        Ok(code) => code,
        Err(failure) => {
            if !failure.is_reported {
                ui.failure(&failure);
            }
            ExitCode::from(failure.code.exit())
        }
    }
}

fn run_verb(env: &Environment, ui: Ui, global: &Global, verb: Verb) -> Result<ExitCode> {
    let verb = match verb {
        Verb::Sandbox(verb) => return sandbox::run(env, ui, verb),
        Verb::Buildpack(verb) => {
            let (_sandbox, env) = sandboxed::enter(env, global.sandbox)?;
            return buildpack::run(&env, ui, verb);
        }
        verb => verb,
    };
    usage::refuse_keys(env)?;
    match dispatch(&Context::new(env, global, ui)?, verb)? {
        Exit::Done => Ok(ExitCode::SUCCESS),
        Exit::Pending => Ok(ExitCode::from(Code::Pending.exit())),
    }
}

fn dispatch(context: &Context, verb: Verb) -> Result<Exit> {
    match verb {
        Verb::Init(args) => init::run(context, args),
        Verb::Status(args) => status::run(context, &args),
        Verb::Doctor(args) => doctor::run(context, &args),
        Verb::Explain(args) => explain::run(context, &args),
        Verb::Config(verb) => config::run(context, &verb),
        Verb::Buildpacks(verb) => buildpacks::run(context, &verb),
        Verb::Upgrade(args) => upgrade::run(context, &args),
        Verb::Versions(args) => versions::run(context, &args),
        Verb::Remove(args) => remove::run(context, &args),
        Verb::Flare(args) => flare::run(context, &args),
        Verb::Rebuild(args) => rebuild::run(context, &args),
        Verb::Auth(verb) => auth::run(context, verb),
        Verb::Integrations(verb) => integrations::run(context, verb),
        Verb::Checks(verb) => checks::run(context, verb),
        Verb::Prerun(verb) => prerun::run(context, verb),
        Verb::Dbm(verb) => dbm::run(context, verb),
        Verb::Logs(verb) => logs::run(context, verb),
        Verb::Metrics(verb) => metrics::run(context, verb),
        Verb::Docker(verb) => docker::run(context, verb),
        Verb::RotateKey(args) => rotate_key::run(context, &args),
        Verb::Agent(verb) => agent::run(context, verb),
        Verb::Completions(args) => completions::run(context, &args),
        Verb::Man(args) => man::run(context, &args),
        Verb::Sandbox(_) | Verb::Buildpack(_) => Ok(Exit::Done),
    }
}
