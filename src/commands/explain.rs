//! `explain`: what a code means.

use serde_json::json;

use super::{Context, Exit};
use crate::app::findings::explanations::{EXPLAINED, explain};
use crate::failure::{Failure, Result};

/// Explain a finding: what it means, what it costs, how to fix it
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  dd-heroku explain DDH014")]
pub struct Args {
    /// Code of the finding, such as DDH014
    #[arg(value_name = "CODE", add = codes())]
    code: String,
}

/// Explains one code.
pub fn run(context: &Context, args: &Args) -> Result<Exit> {
    let explanation = explain(&args.code).ok_or_else(|| {
        let (first, last) = (EXPLAINED.first(), EXPLAINED.last());
        let range = first.zip(last).map(|(first, last)| format!("{} to {}", first.code, last.code));
        Failure::usage(format_args!("there is no finding `{}`", args.code))
            .hint(format_args!("codes go from {}: dd-heroku doctor", range.unwrap_or_default()))
    })?;
    if context.ui.json {
        context.ui.json(&json!({
            "code": explanation.code, "severity": explanation.severity.as_str(), "title": explanation.title, "cost": explanation.cost, "fix": explanation.fix,
            "link": explanation.link(),
        }))?;
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

/// Completes the codes.
fn codes() -> clap_complete::engine::ArgValueCandidates {
    use clap_complete::engine::{ArgValueCandidates, CompletionCandidate};
    ArgValueCandidates::new(|| {
        EXPLAINED
            .iter()
            .map(|explanation| {
                CompletionCandidate::new(explanation.code).help(Some(explanation.title.into()))
            })
            .collect()
    })
}
