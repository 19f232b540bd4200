//! `agent restart`, `agent stop`, `agent start`: the agents of a dyno without a dyno restart.

use serde_json::json;

use super::access;
use super::dynos::{Answer, Dynos};
use crate::app::agent::command;
use crate::cli::OneAppOrName;
use crate::commands::{Context, Exit};
use crate::failure::{Code, Failure, Result};

/// Restart the Agent in a running dyno, without a dyno restart
///
/// The Agent sends what it holds before it ends. It keeps the environment that the dyno started with.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  dd-heroku agent restart shop
  dd-heroku agent restart shop --dyno worker.1
  dd-heroku agent restart shop --all")]
pub struct Restart {
    #[command(flatten)]
    args: Args,
}

/// Stop the Agent in a running dyno, until it is started or the dyno restarts
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  dd-heroku agent stop shop --dyno web.2
  dd-heroku agent stop shop --all")]
pub struct Stop {
    #[command(flatten)]
    args: Args,
}

/// Start the Agent in a running dyno where it was stopped or failed too often
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  dd-heroku agent start shop --dyno web.2
  dd-heroku agent start shop --all")]
pub struct Start {
    #[command(flatten)]
    args: Args,
}

#[derive(Debug, clap::Args)]
struct Args {
    #[command(flatten)]
    dynos: Dynos,
    #[command(flatten)]
    app: OneAppOrName,
}

impl Restart {
    /// Restarts it.
    pub fn run(&self, context: &Context) -> Result<Exit> {
        self.args.run(context, "restart", "restarted")
    }
}

impl Stop {
    /// Stops it.
    pub fn run(&self, context: &Context) -> Result<Exit> {
        self.args.run(context, "stop", "stopped")
    }
}

impl Start {
    /// Starts it.
    pub fn run(&self, context: &Context) -> Result<Exit> {
        self.args.run(context, "start", "started")
    }
}

impl Args {
    /// Has the supervisors do it, and prints what each did. What begins with `done` was done.
    fn run(&self, context: &Context, verb: &str, done: &str) -> Result<Exit> {
        let app = context.app(&self.app.targets())?;
        let facts = access::observe(context, &app)?;
        let answers = self.dynos.ask(context, &facts, &command::supervisor_line(verb))?;
        let answers = answers.ok_or_else(|| {
            let failure = access::unreachable(context, &app);
            // In the sandbox no dyno restarts either.
            if context.official_cli().is_none() {
                return failure;
            }
            failure.hint(format_args!("heroku ps:restart -a {app}"))
        })?;
        let judged: Vec<_> = answers.into_iter().map(|answer| judge(answer, done)).collect();
        if context.ui.json {
            let object = |(dyno, result): &(String, std::result::Result<String, String>)| match result {
                Ok(text) => json!({ "dyno": dyno, "result": text }),
                Err(why) => json!({ "dyno": dyno, "error": why }),
            };
            let dynos: Vec<_> = judged.iter().map(object).collect();
            context.ui.json(&json!({ "app": app, "dynos": dynos }))?;
        } else {
            for (dyno, text) in judged.iter().filter_map(|(dyno, result)| Some((dyno, result.as_ref().ok()?)))
            {
                context.ui.answer(format_args!("{dyno}: {text}"))?;
            }
        }
        match judged.iter().find_map(|(dyno, result)| Some((dyno, result.as_ref().err()?))) {
            None => Ok(Exit::Done),
            Some((dyno, why)) => {
                let message = format!("cannot {verb} the Agent of `{dyno}`: {why}");
                let failure = Failure::new(Code::Failed, message);
                let failure = failure.hint(format_args!("heroku ps:restart {dyno} -a {app}"));
                Err(Failure { is_reported: context.ui.json, ..failure })
            }
        }
    }
}

/// What the supervisor printed when it did it, else the last line that says why not.
fn judge(Answer { dyno, text }: Answer, done: &str) -> (String, std::result::Result<String, String>) {
    let result = text.and_then(|text| {
        let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
        let is_done = |line: &&str| line.starts_with(&format!("{done} "));
        lines.clone().find(is_done).map(str::to_owned).ok_or_else(|| match lines.next_back() {
            Some(line) => line.to_owned(),
            None => "the dyno did not say whether it did".to_owned(),
        })
    });
    let bare = |why: String| why.rsplit_once(" the Agent: ").map_or(why.clone(), |(_, why)| why.to_owned());
    (dyno, result.map_err(bare))
}
