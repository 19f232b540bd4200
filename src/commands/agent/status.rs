//! `agent status`: the Agent's status, in a few sentences.

use serde_json::{Value, json};

use super::dynos::Answer;
use super::reach::Reach;
use crate::app::agent::read::{NoStatus, read, why};
use crate::app::agent::verdict::{Level, Remark, verdict, worst};
use crate::app::agent::{Check, Health, Status};
use crate::cli::OneAppOrName;
use crate::commands::{Context, Exit};
use crate::failure::{Code, Failure, Result};
use crate::ui::agent_view;

/// Show how the Agent in a running dyno is: its key, its checks, the traces and metrics it received
///
/// Asks through `heroku ps:exec`; where the official CLI is not installed, in a one-off dyno.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  dd-heroku agent status shop
  dd-heroku agent status shop --all --json
  dd-heroku agent status shop --dyno worker.1 --raw")]
pub struct Args {
    #[command(flatten)]
    reach: Reach,
    /// Print the Agent's own text
    #[arg(long, conflicts_with = "json")]
    raw: bool,
    /// Exit with 3 when something is wrong
    #[arg(long)]
    exit_code: bool,
    #[command(flatten)]
    app: OneAppOrName,
}

/// Asks, and judges the answers.
pub fn run(context: &Context, args: &Args) -> Result<Exit> {
    let app = context.app(&args.app.targets())?;
    let answers = args.reach.ask(context, &app, &["status".to_owned()])?;
    if args.raw {
        for Answer { dyno, text } in &answers {
            context.ui.answer_output(
                text.as_ref()
                    .map_err(|why| Failure::new(Code::Failed, format_args!("`{dyno}`: {why}")))?
                    .trim_end(),
            )?;
        }
        return Ok(Exit::Done);
    }
    let judged: Vec<_> = answers.into_iter().map(|Answer { dyno, text }| (dyno, judge(text))).collect();
    if context.ui.json {
        let dynos: Vec<_> = judged.iter().map(|(dyno, judged)| document(dyno, judged)).collect();
        context.ui.json(&json!({ "app": app, "dynos": dynos }))?;
    } else {
        let shown: Vec<_> =
            judged.iter().map(|(dyno, judged)| agent_view::dyno(dyno, judged.as_ref())).collect();
        context.ui.answer_styled(&shown.join("\n\n"))?;
    }
    if judged.iter().all(|(_, judged)| judged.is_err()) {
        let failure = Failure::new(Code::Failed, format_args!("no Agent of `{app}` answered"));
        let failure = failure.hint(format_args!("dd-heroku doctor -a {app}"));
        return Err(Failure { is_reported: context.ui.json, ..failure });
    }
    let is_bad = judged
        .iter()
        .any(|(_, judged)| judged.as_ref().map_or(true, |(_, remarks)| worst(remarks) == Level::Bad));
    Ok(if is_bad && args.exit_code { Exit::Pending } else { Exit::Done })
}

type Judged = std::result::Result<(Status, Vec<Remark>), String>;

fn judge(text: std::result::Result<String, String>) -> Judged {
    let text = text.map_err(|complaint| match why(&complaint) {
        NoStatus::Other(_) => complaint,
        known => known.to_string(),
    })?;
    let status = read(&text).map_err(|why| why.to_string())?;
    let remarks = verdict(&status);
    Ok((status, remarks))
}

fn document(dyno: &str, judged: &Judged) -> Value {
    let (status, remarks) = match judged {
        Ok(judged) => judged,
        Err(why) => return json!({ "dyno": dyno, "error": why }),
    };
    let Status { version, hostname, taken_at, started_at, keys, checks, broken, apm, dogstatsd } = status;
    let keys: Vec<_> = keys.iter().map(|key| json!({ "last4": key.last4, "valid": key.valid })).collect();
    let checks: Vec<_> = checks
        .iter()
        .map(|Check { name, health, runs, last_run, message }| {
            let health = match health {
                Health::Ok => "ok",
                Health::Warning => "warning",
                Health::Error => "error",
            };
            json!({ "name": name, "health": health, "runs": runs, "last_run": last_run, "message": message })
        })
        .collect();
    let broken: Vec<_> = broken.iter().map(|(name, why)| json!({ "name": name, "message": why })).collect();
    let remarks: Vec<_> = remarks
        .iter()
        .map(|Remark { level, about, text }| json!({ "level": level.as_str(), "about": about, "text": text }))
        .collect();
    json!({
        "dyno": dyno,
        "version": version,
        "hostname": hostname,
        "taken_at": taken_at,
        "started_at": started_at,
        "keys": keys,
        "checks": checks,
        "broken": broken,
        "apm": apm.as_ref().map(|apm| json!({
            "running": apm.running, "receiver": apm.receiver, "traces": apm.traces, "clients": apm.clients,
        })),
        "dogstatsd": dogstatsd.as_ref().map(|statsd| json!({
            "packets": statsd.packets, "metrics": statsd.metrics, "errors": statsd.errors,
        })),
        "remarks": remarks,
    })
}
