//! `buildpack pack`: writes this program as a buildpack, with an Agent in it where one is asked for.

use std::io::{self, Write};
use std::path::PathBuf;

use serde_json::{Value, json};

use crate::buildpack::{self, Made, Packed, Request, megabytes};
use crate::env::Environment;
use crate::failure::Result;
use crate::ui::Ui;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// The tarball to write
    #[arg(short, long, value_name = "FILE", default_value = "dd-heroku-buildpack.tgz")]
    output: PathBuf,
    /// The program to pack instead of this one; it must run on Heroku's stacks
    #[arg(long, value_name = "PATH")]
    binary: Option<PathBuf>,
    /// A smaller program for the dynos (built with `--no-default-features`)
    #[arg(long, value_name = "PATH")]
    runtime: Option<PathBuf>,
    /// Carry this Agent: builds then need no network (`7.81.2`, `7`, `latest`)
    #[arg(long, value_name = "VERSION")]
    agent: Option<String>,
    /// Keep only the Python packages that these checks need, separated by commas
    #[arg(long, value_name = "CHECKS", value_delimiter = ',', requires = "agent")]
    slim_for: Option<Vec<String>>,
    /// Leave out the trace-agent
    #[arg(long, requires = "agent")]
    no_apm: bool,
    /// Keep the process-agent, which is a program of its own before 7.68
    #[arg(long, requires = "agent")]
    process_agent: bool,
    /// Make builds fail, instead of downloading, when the carried Agent does not fit the app
    #[arg(long, requires = "agent")]
    no_download: bool,
}

pub(super) fn run(env: &Environment, ui: Ui, args: Args) -> Result {
    let Args { output, binary, runtime, agent, slim_for, no_apm, process_agent, no_download } = args;
    let request =
        agent.map(|agent| Request { agent, slim_for, apm: !no_apm, process_agent, download: !no_download });
    let mut log: Box<dyn Write> = if ui.json { Box::new(io::sink()) } else { Box::new(io::stderr()) };
    let place = env.cwd().join(&output);
    let (packed, made) =
        buildpack::pack_program(env, &place, binary, runtime.as_deref(), request.as_ref(), &mut log)?;
    let Packed { bytes, sha256 } = &packed;
    let mut text = format!("{} ({})\nsha256 {sha256}", output.display(), megabytes(*bytes));
    if let Some(made) = &made {
        text.push_str(&carries(made));
    }
    super::answer(
        ui,
        &text,
        &json!({ "file": output, "bytes": bytes, "sha256": sha256, "agent": made.as_ref().map(document) }),
    )
}

fn carries(made: &Made) -> String {
    let Made { package, unpacked, signed_by, slimmed, .. } = made;
    let (version, size) = (package.version.without_epoch(), megabytes(*unpacked));
    let checks = slimmed.as_ref().map(|slimmed| format!("\nits checks: {}", slimmed.checks.join(", ")));
    let checks = checks.unwrap_or_default();
    format!("\ncarries {} {version}, {size} unpacked, signed by {signed_by}{checks}", package.name)
}

fn document(made: &Made) -> Value {
    let Made { package, unpacked, tree_sha256, signed_by, slimmed, .. } = made;
    json!({
        "package": package.name,
        "version": package.version.without_epoch(),
        "package_sha256": package.sha256,
        "signed_by": signed_by,
        "tree_sha256": tree_sha256,
        "unpacked": unpacked,
        "checks": slimmed.as_ref().map(|slimmed| &slimmed.checks),
        "cut_checks": slimmed.as_ref().map(|slimmed| &slimmed.cut),
    })
}
