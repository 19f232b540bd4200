//! `metrics preview`: what would be counted, from existing log lines. Nothing is sent anywhere.

use std::fs::File;
use std::io::{self, Cursor, Read};
use std::path::PathBuf;

use flate2::read::MultiGzDecoder;

use crate::app::metrics::Measure;
use crate::app::metrics::preview::Preview;
use crate::commands::{Context, Exit};
use crate::failure::{Code, Failure, Result};
use crate::ui::metrics_view;

/// Preview the metrics that Datadog would make of log lines, as a table and a plot
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  heroku logs -a shop -n 1500 | dd-heroku metrics preview --from -
  dd-heroku metrics preview --from shop.log --plot heroku.dyno.memory.total")]
pub struct Args {
    /// File of log lines, plain or gzip; `-` reads standard input
    #[arg(long, value_name = "FILE")]
    from: PathBuf,
    /// Metric to plot [default: the first that has values]
    #[arg(long, value_name = "METRIC", value_parser = measure)]
    plot: Option<Measure>,
}

fn measure(text: &str) -> std::result::Result<Measure, String> {
    Measure::of_id(text).ok_or_else(|| {
        let names: Vec<_> = Measure::ALL.iter().map(|measure| measure.id()).collect();
        format!("there are {}", names.join(", "))
    })
}

/// What a stream holds: archived logs are compressed, some in several members, one behind the other.
fn unzipped(mut source: Box<dyn Read>) -> io::Result<Box<dyn Read>> {
    let mut first = Vec::new();
    source.by_ref().take(2).read_to_end(&mut first)?;
    let is_gzip = first == [0x1f, 0x8b];
    let whole = Cursor::new(first).chain(source);
    Ok(if is_gzip { Box::new(MultiGzDecoder::new(whole)) } else { Box::new(whole) })
}

/// Reads the lines to their end, and shows what they come to.
pub fn run(context: &Context, args: &Args) -> Result<Exit> {
    let is_stdin = args.from.as_os_str() == "-";
    let unreadable = |error: io::Error| {
        let name = if is_stdin { "standard input".to_owned() } else { format!("`{}`", args.from.display()) };
        Failure::new(Code::Failed, format_args!("{name} could not be read: {error}"))
    };
    let source: Box<dyn Read> = if is_stdin {
        Box::new(io::stdin().lock())
    } else {
        Box::new(File::open(context.env.cwd().join(&args.from)).map_err(unreadable)?)
    };
    let mut source = unzipped(source).map_err(unreadable)?;
    let mut preview = Preview::default();
    let mut buffer = vec![0; 64 * 1024];
    loop {
        match source.read(&mut buffer) {
            Ok(0) => break,
            Ok(read) => preview.feed(&buffer[..read]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(unreadable(error)),
        }
    }
    preview.finish();
    if context.ui.json {
        context.ui.json(&metrics_view::json(&preview))?;
    } else {
        context.ui.answer(metrics_view::text(&preview, args.plot))?;
    }
    if preview.matched == 0 {
        context
            .ui
            .note("no line has dyno metrics (labs feature log-runtime-metrics) or comes from the router");
    }
    Ok(Exit::Done)
}
