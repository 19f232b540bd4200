//! Which dynos are reached, and how: the official CLI's `ps:exec`; in the sandbox the dynos that were booted there.

use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use super::access::require_feature;
use crate::app::facts::{Dyno, Facts};
use crate::commands::Context;
use crate::failure::{Code, Failure, Result};
use crate::heroku::exec::{self, ExecError};
use crate::platform::dyno::{self, FIRST_WEB};

/// How many dynos are asked at the same time: each is a process of the official CLI.
const AT_ONCE: usize = 4;

/// Which dynos.
#[derive(Clone, Debug, clap::Args)]
pub struct Dynos {
    /// Dyno; repeat it for several [default: web.1, else the first that runs]
    #[arg(long = "dyno", value_name = "DYNO")]
    dynos: Vec<String>,
    /// Every running dyno
    #[arg(long, conflicts_with = "dynos")]
    all: bool,
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

impl Answer {
    /// As JSON, what it printed in the field `name`.
    pub fn document(&self, name: &str) -> Value {
        match &self.text {
            Ok(text) => json!({ "dyno": self.dyno, name: text }),
            Err(why) => json!({ "dyno": self.dyno, "error": why }),
        }
    }
}

/// The first dyno that did not answer, and why.
pub fn failed(answers: &[Answer]) -> Option<(&str, &str)> {
    answers.iter().find_map(|Answer { dyno, text }| Some((dyno.as_str(), text.as_ref().err()?.as_str())))
}

impl Dynos {
    /// Whether dynos were named, so that no other will do.
    pub fn are_named(&self) -> bool {
        self.all || !self.dynos.is_empty()
    }

    /// How long to wait for a dyno.
    pub fn within(&self) -> Duration {
        Duration::from_secs(self.timeout.max(1))
    }

    /// Runs a line in the dynos, at the same time. `None` when they cannot be reached from here.
    pub fn ask(&self, context: &Context, facts: &Facts, line: &str) -> Result<Option<Vec<Answer>>> {
        let (dynos, app) = (self.choose(facts)?, &facts.app.name);
        let Some(env) = context.official_cli() else { return self.ask_booted(context, app, &dynos, line) };
        require_feature(facts)?;
        let _progress = context.ui.progress(format_args!("asking {}", dynos.join(", ")));
        let mut answers = Vec::new();
        for some in dynos.chunks(AT_ONCE) {
            let asked = thread::scope(|scope| {
                let ask = |dyno: &String| {
                    let dyno = dyno.clone();
                    scope.spawn(move || (exec::in_dyno(env, app, &dyno, line, self.within()), dyno))
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
            return Ok(None);
        }
        Ok(Some(answers.into_iter().map(|(text, dyno)| answer(dyno, text)).collect()))
    }

    fn ask_booted(
        &self,
        context: &Context,
        app: &str,
        dynos: &[String],
        line: &str,
    ) -> Result<Option<Vec<Answer>>> {
        let ask = |dyno: &String| {
            let output = context.in_sandbox_dyno(app, dyno, line, self.within())?;
            Some(output.map(|output| answer(dyno.clone(), exec::printed(&output))))
        };
        dynos.iter().map(ask).collect::<Option<Result<Vec<_>>>>().transpose()
    }

    fn choose(&self, facts: &Facts) -> Result<Vec<String>> {
        let app = &facts.app.name;
        let running: Vec<&Dyno> =
            facts.dynos.iter().flatten().filter(|dyno| !dyno::is_one_off(&dyno.kind)).collect();
        let names = || running.iter().map(|dyno| dyno.name.as_str()).collect::<Vec<_>>().join(", ");
        if running.is_empty() {
            return Err(Failure::new(Code::Failed, format_args!("no dyno of `{app}` runs"))
                .hint(format_args!("heroku ps:scale web=1 -a {app}")));
        }
        let chosen: Vec<&Dyno> = if self.all {
            running.clone()
        } else if self.dynos.is_empty() {
            vec![running.iter().find(|dyno| dyno.name == FIRST_WEB).unwrap_or(&running[0])]
        } else {
            let find = |name: &String| {
                running.iter().find(|dyno| dyno.name == *name).copied().ok_or_else(|| {
                    Failure::new(Code::Failed, format_args!("`{app}` has no dyno `{name}`"))
                        .hint(format_args!("its dynos are {}", names()))
                })
            };
            self.dynos.iter().map(find).collect::<Result<_>>()?
        };
        if let Some(dyno) = chosen.iter().find(|dyno| dyno.state != "up") {
            let message = format!("`{}` of `{app}` is {}", dyno.name, dyno.state);
            let hint = format!("run the command again when it is up: heroku ps -a {app}");
            return Err(Failure::new(Code::Failed, message).hint(hint));
        }
        Ok(chosen.into_iter().map(|dyno| dyno.name.clone()).collect())
    }
}

fn answer(dyno: String, text: std::result::Result<String, ExecError>) -> Answer {
    Answer { dyno, text: text.map_err(|error| error.to_string()) }
}
