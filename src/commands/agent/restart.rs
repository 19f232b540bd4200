//! `agent restart`, `agent stop`, `agent start`: the agents of a dyno without a dyno restart.

use serde_json::json;

use super::access;
use super::dynos::{self, Answer, Dynos};
use crate::app::agent::command;
use crate::cli::OneAppOrName;
use crate::commands::{Context, Exit};
use crate::failure::{Code, Failure, Result};

/// Which dynos of which app.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    dynos: Dynos,
    #[command(flatten)]
    app: OneAppOrName,
}

impl Args {
    /// Has the supervisors do it, and prints what each did. What begins with `done` was done.
    pub fn run(&self, context: &Context, verb: &str, done: &str) -> Result<Exit> {
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
            let dynos: Vec<_> = judged.iter().map(|answer| answer.document("result")).collect();
            context.ui.json(&json!({ "app": app, "dynos": dynos }))?;
        } else {
            for Answer { dyno, text } in &judged {
                if let Ok(text) = text {
                    context.ui.answer(format_args!("{dyno}: {text}"))?;
                }
            }
        }
        match dynos::failed(&judged) {
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
fn judge(Answer { dyno, text }: Answer, done: &str) -> Answer {
    let result = text.and_then(|text| {
        let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
        let is_done = |line: &&str| line.starts_with(&format!("{done} "));
        lines.clone().find(is_done).map(str::to_owned).ok_or_else(|| match lines.next_back() {
            Some(line) => line.to_owned(),
            None => "the dyno did not say whether it did".to_owned(),
        })
    });
    let bare = |why: String| why.rsplit_once(" the Agent: ").map_or(why.clone(), |(_, why)| why.to_owned());
    Answer { dyno, text: result.map_err(bare) }
}
