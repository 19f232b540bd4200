//! `explain`: what a code means.

use serde_json::{Value, json};

use super::{Context, Exit};
use crate::app::findings::explanations::{Explained, explain, explained};
use crate::failure::{Failure, Result};
use crate::ui;

/// Explain a finding: what it means, what it costs, how to fix it
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  dd-heroku explain
  dd-heroku explain DDH014")]
pub struct Args {
    /// Code of the finding, such as DDH014; without one all codes are listed
    #[arg(value_name = "CODE", add = codes())]
    code: Option<String>,
}

/// Explains one code, or lists them.
pub fn run(context: &Context, args: &Args) -> Result<Exit> {
    let Some(code) = &args.code else { return list(context) };
    let explanation = explain(code).ok_or_else(|| {
        let failure = Failure::usage(format_args!("there is no finding `{code}`"));
        let failure = near(code).into_iter().fold(failure, |failure, near| {
            failure.hint(format_args!("did you mean {}, {}?", near.code, near.title))
        });
        failure.hint("dd-heroku explain lists the codes")
    })?;
    if context.ui.json {
        context.ui.json(&to_json(explanation))?;
    } else {
        let text = format!(
            "{}  {}: {}\n\n{}\n{}\n{}",
            explanation.code,
            explanation.severity,
            explanation.title,
            explanation.cost,
            explanation.fix,
            explanation.link()
        );
        context.ui.answer(text)?;
    }
    Ok(Exit::Done)
}

/// All codes in their order.
fn list(context: &Context) -> Result<Exit> {
    if context.ui.json {
        context.ui.json(&explained().map(to_json).collect())?;
    } else {
        let row =
            |about: &Explained| [about.code.to_owned(), about.severity.to_string(), about.title.to_owned()];
        context.ui.answer(ui::table(["CODE", "SEVERITY", "WHAT IT IS"], explained().map(row)))?;
    }
    Ok(Exit::Done)
}

fn to_json(about: &Explained) -> Value {
    json!({
        "code": about.code, "severity": about.severity.as_str(), "title": about.title, "cost": about.cost, "fix": about.fix,
        "link": about.link(),
    })
}

/// The code with the nearest number, where a number was given: `DDH14` or `14` for DDH014.
fn near(given: &str) -> Option<&'static Explained> {
    let number = |code: &str| code.trim_start_matches(|c: char| !c.is_ascii_digit()).parse::<u32>().ok();
    let given = number(given)?;
    explained().min_by_key(|about| number(about.code).map_or(u32::MAX, |code| code.abs_diff(given)))
}

/// Completes the codes.
fn codes() -> clap_complete::engine::ArgValueCandidates {
    use clap_complete::engine::{ArgValueCandidates, CompletionCandidate};
    ArgValueCandidates::new(|| {
        explained()
            .map(|explanation| {
                CompletionCandidate::new(explanation.code).help(Some(explanation.title.into()))
            })
            .collect()
    })
}
