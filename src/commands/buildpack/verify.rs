//! `buildpack verify`: checks a slug that a build has made.

use std::path::PathBuf;
use std::process::ExitCode;

use serde_json::{Value, json};

use crate::buildpack::{self, Verified};
use crate::env::Environment;
use crate::failure::{Code, Result};
use crate::ui::{Ui, foreign};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// The folder of a build: the slug
    dir: PathBuf,
    /// The app's folder before the build: every file of it must be in the slug as it was
    #[arg(long, value_name = "DIR")]
    app: Option<PathBuf>,
}

pub(super) fn run(env: &Environment, ui: Ui, args: Args) -> Result<ExitCode> {
    let path = |path: PathBuf| env.cwd().join(path);
    let verified = buildpack::verify(env, &path(args.dir), args.app.map(path).as_deref())?;
    if ui.json {
        ui.json(&document(&verified))?;
    } else {
        ui.answer(text(&verified).join("\n"))?;
    }
    Ok(if verified.problems.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(Code::Pending.exit()) })
}

/// The problems first, then what was looked at.
fn text(verified: &Verified) -> Vec<String> {
    let problems = verified.problems.iter();
    let mut lines: Vec<String> = problems
        .map(|problem| format!("✗ {} {}", foreign::line(&problem.subject), foreign::line(&problem.what)))
        .collect();
    lines.extend(verified.notes.iter().map(|note| format!("! {}", foreign::line(note))));
    let imported = verified.checks.iter().filter(|check| check.failure.is_none()).count();
    let mut looked_at = vec![format!("{} links", verified.links)];
    match verified.libraries {
        Some(count) => looked_at.push(format!("the libraries of {count} programs and libraries")),
        None => lines.push("! The libraries were not looked up: `ldd` is not installed.".into()),
    }
    looked_at.push(format!("{imported} of {} checks imported", verified.checks.len()));
    if let Some(count) = verified.app {
        looked_at.push(format!("{count} files of the app"));
    }
    let verdict = match verified.problems.len() {
        0 => "The slug is right".to_owned(),
        1 => "1 problem".to_owned(),
        count => format!("{count} problems"),
    };
    lines.push(format!("{verdict}: {}.", looked_at.join(", ")));
    lines
}

fn document(verified: &Verified) -> Value {
    let problem = |problem: &buildpack::Problem| json!({ "kind": problem.kind, "subject": problem.subject, "what": problem.what });
    let check = |check: &buildpack::Check| json!({ "name": check.name, "failure": check.failure });
    json!({
        "ok": verified.problems.is_empty(),
        "links": verified.links,
        "libraries": verified.libraries,
        "checks": verified.checks.iter().map(check).collect::<Vec<_>>(),
        "app_files": verified.app,
        "notes": verified.notes,
        "problems": verified.problems.iter().map(problem).collect::<Vec<_>>(),
    })
}
