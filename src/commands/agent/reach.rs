//! How the Agent in a dyno is reached: the official CLI's `ps:exec`, else a one-off dyno, which is another dyno.

use std::thread;
use std::time::Duration;

use crate::app::agent::command;
use crate::app::facts::{Dyno, Facts, Generation};
use crate::app::facts::{Part, Query};
use crate::commands::Context;
use crate::engine;
use crate::failure::{Code, Failure, Result};
use crate::heroku::exec::{self, ExecError};
use crate::heroku::{Run, Writer, rendezvous};
use crate::platform::dyno::{self, FIRST_WEB};
use crate::platform::feature;

/// How many dynos are asked at the same time: each is a process of the official CLI.
const AT_ONCE: usize = 4;

/// Which dynos, and how.
#[derive(Clone, Debug, clap::Args)]
pub struct Reach {
    /// Dyno; repeat it for several [default: web.1, else the first that runs]
    #[arg(long = "dyno", value_name = "DYNO")]
    dynos: Vec<String>,
    /// Every running dyno
    #[arg(long, conflicts_with_all = ["dynos", "one_off"])]
    all: bool,
    /// Use a one-off dyno, which has its own Agent
    #[arg(long, conflicts_with = "dynos")]
    one_off: bool,
    /// Seconds to wait for a dyno
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    timeout: u64,
}

/// What a dyno printed, or why it did not.
pub struct Answer {
    /// The dyno.
    pub dyno: String,
    /// What it printed.
    pub text: std::result::Result<String, String>,
}

impl Reach {
    /// Runs the Agent's command with these arguments in the dynos, at the same time.
    pub fn ask(&self, context: &Context, app: &str, arguments: &[String]) -> Result<Vec<Answer>> {
        let parts = Query::from([Part::Dynos, Part::Features]);
        let facts = engine::observe(context, &[app.to_owned()], &parts)?.swap_remove(0);
        if facts.app.generation == Generation::Fir {
            return Err(Failure::new(
                Code::Failed,
                format_args!("`{app}` is on Fir, where no Agent runs in the dynos"),
            )
            .hint(format_args!("dd-heroku logs status -a {app}")));
        }
        let within = Duration::from_secs(self.timeout.max(1));
        let official_cli = context.official_cli().filter(|_| !self.one_off);
        let Some(env) = official_cli else { return one_off(context, app, arguments, within) };
        let dynos = self.dynos(&facts)?;
        require_feature(&facts)?;
        let command = command::line(arguments);
        let _progress = context.ui.progress(format_args!("asking {}", dynos.join(", ")));
        let mut answers = Vec::new();
        for some in dynos.chunks(AT_ONCE) {
            let asked = thread::scope(|scope| {
                let ask = |dyno: &String| {
                    let (command, dyno) = (&command, dyno.clone());
                    scope.spawn(move || (exec::in_dyno(env, app, &dyno, command, within), dyno))
                };
                let running: Vec<_> = some.iter().map(ask).collect();
                let broke_off = |dyno: &String| (Err(ExecError::BrokeOff), dyno.clone());
                some.iter()
                    .zip(running)
                    .map(|(dyno, thread)| thread.join().unwrap_or_else(|_| broke_off(dyno)))
                    .collect::<Vec<_>>()
            });
            answers.extend(asked);
        }
        if answers.iter().any(|(text, _)| *text == Err(ExecError::NoCli)) {
            return one_off(context, app, arguments, within);
        }
        let told = |text: std::result::Result<_, ExecError>| text.map_err(|error| error.to_string());
        Ok(answers.into_iter().map(|(text, dyno)| Answer { dyno, text: told(text) }).collect())
    }

    fn dynos(&self, facts: &Facts) -> Result<Vec<String>> {
        let app = &facts.app.name;
        let there: Vec<&Dyno> =
            facts.dynos.iter().flatten().filter(|dyno| !dyno::is_one_off(&dyno.kind)).collect();
        let names = || there.iter().map(|dyno| dyno.name.as_str()).collect::<Vec<_>>().join(", ");
        if there.is_empty() {
            return Err(Failure::new(Code::Failed, format_args!("no dyno of `{app}` runs"))
                .hint(format_args!("heroku ps:scale web=1 -a {app}")));
        }
        let chosen: Vec<&Dyno> = if self.all {
            there.clone()
        } else if self.dynos.is_empty() {
            let web = there.iter().find(|dyno| dyno.name == FIRST_WEB).unwrap_or(&there[0]);
            vec![web]
        } else {
            let find = |name: &String| {
                there.iter().find(|dyno| dyno.name == *name).copied().ok_or_else(|| {
                    Failure::usage(format_args!("`{app}` has no dyno `{name}`"))
                        .hint(format_args!("there are {}", names()))
                })
            };
            self.dynos.iter().map(find).collect::<Result<_>>()?
        };
        if let Some(dyno) = chosen.iter().find(|dyno| dyno.state != "up") {
            let message = format!("`{}` of `{app}` is {}", dyno.name, dyno.state);
            return Err(
                Failure::new(Code::Failed, message).hint("run the command again when it is up: heroku ps")
            );
        }
        Ok(chosen.into_iter().map(|dyno| dyno.name.clone()).collect())
    }
}

/// The feature's cost is told, not paid.
fn require_feature(facts: &Facts) -> Result {
    let is_on = |on: &bool| *on;
    if facts.features.as_ref().and_then(|features| features.get(feature::EXEC)).is_none_or(is_on) {
        return Ok(());
    }
    let app = &facts.app.name;
    let message = format!("dynos of `{app}` cannot be entered: the feature {} is off", feature::EXEC);
    Err(Failure::new(Code::Failed, message)
        .hint(format_args!("heroku features:enable {} -a {app} (restarts its dynos)", feature::EXEC))
        .hint("or pass `--one-off`: another dyno, with an Agent of its own"))
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
