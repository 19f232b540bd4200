//! `agent exec`: the Agent's own command line, in a dyno.

use super::dynos;
use super::reach::Reach;
use crate::cli::OneAppOrName;
use crate::commands::{Context, Exit};
use crate::failure::{Code, Failure, Result};

/// Run the Agent's own command line in a running dyno
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  dd-heroku agent exec shop -- check postgres
  dd-heroku agent exec shop --dyno worker.1 -- configcheck")]
pub struct Args {
    #[command(flatten)]
    reach: Reach,
    #[command(flatten)]
    app: OneAppOrName,
    /// Arguments of the Agent
    #[arg(last = true, required = true, value_name = "ARGS")]
    arguments: Vec<String>,
}

/// Runs it, and prints what it printed.
pub fn run(context: &Context, args: &Args) -> Result<Exit> {
    let answers = args.reach.ask(context, &context.app(&args.app.targets())?, &args.arguments)?;
    let is_one = answers.len() == 1;
    if context.ui.json {
        context.ui.json(&answers.iter().map(|answer| answer.document("output")).collect())?;
    } else {
        for answer in &answers {
            if let Ok(text) = &answer.text {
                let head = if is_one { String::new() } else { format!("{}:\n", answer.dyno) };
                context.ui.answer_output(&format!("{head}{}", text.trim_end()))?;
            }
        }
    }
    match dynos::failed(&answers) {
        None => Ok(Exit::Done),
        Some((dyno, why)) => {
            let failure = Failure::new(Code::Failed, format_args!("`{dyno}`: {why}"));
            Err(Failure { is_reported: context.ui.json, ..failure })
        }
    }
}
