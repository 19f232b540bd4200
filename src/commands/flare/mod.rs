//! `flare`: what support needs to see of an app, every secret masked.

mod files;

use std::fs::OpenOptions;
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::json;

use super::{Context, Exit};
use crate::app::facts::CheckoutQuery;
use crate::app::masking::Masker;
use crate::app::status::Status;
use crate::cli::OneAppOrName;
use crate::cli::diagnosis;
use crate::engine;
use crate::failure::{Failure, Result};
use crate::ui::{findings_view, status_view};

/// Write a support bundle of an app, every secret masked
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  dd-heroku flare shop
  dd-heroku flare shop --output support.tar.gz")]
pub struct Args {
    /// Write this .tar.gz file [default: dd-heroku-flare-APP.tar.gz]
    #[arg(short, long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    output: Option<PathBuf>,
    #[command(flatten)]
    app: OneAppOrName,
}

/// Writes the bundle.
pub fn run(context: &Context, args: &Args) -> Result<Exit> {
    let app = context.app(&args.app.targets())?;
    let place = args.output.clone().unwrap_or_else(|| format!("dd-heroku-flare-{app}.tar.gz").into());
    let query = diagnosis::query(context, false, CheckoutQuery::default());
    let facts = engine::observe(context, std::slice::from_ref(&app), &query)?.remove(0);
    let findings = diagnosis::findings(&facts);
    let findings: Vec<_> = findings.iter().map(|finding| findings_view::to_json(finding, &facts)).collect();
    let status = status_view::to_json(&Status::of(&facts));
    let newest = facts.builds.iter().flatten().next();
    let texts = [
        ("status.json", files::pretty(&status)),
        ("findings.json", files::pretty(&json!({ "app": app, "findings": findings }))),
        ("state.json", files::pretty(&files::state(&facts))),
        ("build.log", newest.map(|build| files::output(context, build)).unwrap_or_default()),
        ("programs.txt", files::programs(context)),
    ];
    let token = context.heroku()?.token().expose().to_owned();
    let masker = Masker::new(&facts, [token]);
    let files = texts.map(|(name, text)| (name, masker.mask(&text)));
    let path = context.env.cwd().join(&place);
    write(&path, &files).map_err(|error| {
        let failure = Failure::from(
            anyhow::Error::new(error).context(format!("`{}` cannot be written", place.display())),
        );
        failure.hint("another place: `--output FILE`")
    })?;
    if context.ui.json {
        let names: Vec<_> =
            files.iter().map(|(name, text)| json!({ "name": name, "bytes": text.len() })).collect();
        context.ui.json(&json!({ "app": app, "file": place, "holds": names }))?;
        return Ok(Exit::Done);
    }
    let listed = files.iter().map(|(name, text)| format!("  {name:14} {:>7} bytes", text.len()));
    let text = [format!("{} holds, with every secret masked:", place.display())].into_iter().chain(listed);
    context.ui.answer(text.collect::<Vec<_>>().join("\n"))?;
    Ok(Exit::Done)
}

/// Writes the bundle, for its owner to read only. An existing file is not overwritten.
fn write(path: &Path, files: &[(&str, String)]) -> std::io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut bundle = tar::Builder::new(GzEncoder::new(options.open(path)?, Compression::default()));
    for (name, text) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(text.len() as u64);
        header.set_mode(0o600);
        bundle.append_data(&mut header, format!("dd-heroku-flare/{name}"), text.as_bytes())?;
    }
    bundle.into_inner()?.finish()?.sync_all()
}
