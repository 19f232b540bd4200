//! Dynos: one-off ones, which run a command outside of the app's processes, and restarts.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};

use super::answered::Answered;
use super::call::{Call, segment};
use super::error::Error;
use super::write::Writer;
use crate::secret::Secret;

/// A command to run in a new dyno of the app.
#[derive(Clone, Debug, Default)]
pub struct Run {
    /// The command, for a shell.
    pub command: String,
    /// Variables over the app's config vars.
    pub env: BTreeMap<String, Secret>,
    /// How long it may live, in seconds.
    pub time_to_live: Option<u32>,
}

/// A dyno that was started for one command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OneOff {
    /// Its name: `run.1234`.
    pub name: String,
    /// Where its input and output are: `rendezvous://host:port/secret`.
    pub attach_url: Option<Secret>,
}

#[derive(Deserialize)]
struct OneOffWire {
    name: String,
    attach_url: Option<String>,
}

impl Writer<'_> {
    /// Starts a one-off dyno that waits for somebody to attach. Sent once: a second one would be a further dyno.
    /// It is a new dyno with the app's code and config vars, not one of those that run.
    pub fn run(&self, app: &str, run: &Run) -> Result<OneOff, Error> {
        let env = run.env.iter().map(|(name, value)| (name.clone(), value.expose().into()));
        let mut body = json!({ "command": run.command, "attach": true, "env": Value::Object(env.collect()) });
        if let Some(seconds) = run.time_to_live {
            body["time_to_live"] = seconds.into();
        }
        let call = Call::post(format!("/apps/{}/dynos", segment(app)), body);
        let secrets: Vec<&Secret> = run.env.values().collect();
        let started: OneOffWire = self.client.write_once(&call).map_err(|error| error.without(&secrets))?;
        Ok(OneOff { name: started.name, attach_url: started.attach_url.map(Secret::new) })
    }

    /// Restarts one dyno (`web.1`), or all of them.
    pub fn restart(&self, app: &str, dyno: Option<&str>) -> Result<(), Error> {
        let dyno = dyno.map(|dyno| format!("/{}", segment(dyno))).unwrap_or_default();
        // To restart again what was restarted harms nobody, so that it may be repeated.
        let answer = self.client.read(&Call::delete(format!("/apps/{}/dynos{dyno}", segment(app))))?;
        answer.json::<Option<Answered>>().map(drop)
    }
}
