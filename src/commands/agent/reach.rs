//! How the Agent's own command line is reached: in a dyno that runs, else in a one-off dyno, which is another dyno.

use std::time::Duration;

use super::access;
use super::dynos::{Answer, Dynos};
use crate::app::agent::command;
use crate::commands::Context;
use crate::failure::Result;
use crate::heroku::{Run, Writer, rendezvous};

/// Which dynos, and how.
#[derive(Clone, Debug, clap::Args)]
pub struct Reach {
    #[command(flatten)]
    dynos: Dynos,
    /// Use a one-off dyno, which has its own Agent
    #[arg(long, conflicts_with_all = ["dynos", "all"])]
    one_off: bool,
}

impl Reach {
    /// Runs the Agent's command with these arguments in the dynos, at the same time. Only where none was named, and none
    /// can be reached, a one-off dyno is asked.
    pub fn ask(&self, context: &Context, app: &str, arguments: &[String]) -> Result<Vec<Answer>> {
        let facts = access::observe(context, app)?;
        if self.one_off {
            return one_off(context, app, arguments, self.dynos.within());
        }
        match self.dynos.ask(context, &facts, &command::line(arguments))? {
            Some(answers) => Ok(answers),
            None if self.dynos.are_named() => {
                let failure = access::unreachable(context, app);
                Err(failure.hint("or pass `--one-off`: another dyno, with an Agent of its own"))
            }
            None => one_off(context, app, arguments, self.dynos.within()),
        }
    }
}

fn one_off(context: &Context, app: &str, arguments: &[String], within: Duration) -> Result<Vec<Answer>> {
    context.ui.warn("this asks a one-off dyno, which is another dyno with an Agent of its own");
    let command = command::patient_line(arguments);
    let run = Run { command, time_to_live: u32::try_from(within.as_secs()).ok(), ..Run::default() };
    let started = Writer::new(context.heroku()?).run(app, &run)?;
    let _progress = context.ui.progress(format_args!("asking {}", started.name));
    let text = started.attach_url.as_ref().map_or_else(
        || Err("Heroku gave no address to attach to".to_owned()),
        |url| {
            rendezvous::output(url, within).map_err(|error| format!("it could not be attached to: {error}"))
        },
    );
    Ok(vec![Answer { dyno: started.name, text }])
}
