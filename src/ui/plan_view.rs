//! A plan as a person sees it.

use console::{style, truncate_str};

use super::beyond;

use crate::app::change::{Change, Promotion, Rebuild};
use crate::app::facts::Process;
use crate::app::metrics::change as metrics;
use crate::app::telemetry;
use crate::app::{Buildpack, Note, Plan};
use crate::datadog::options;
use crate::secret::{Secret, mask};

/// Width of the column that says what kind of thing changes.
const KIND: usize = 11;
/// Where the sign of a buildpack's row stands.
const BUILDPACK: usize = 14;
/// What a line may take, so that a plan reads well in a terminal of 80 columns.
const WIDTH: usize = 80;

/// The app, its changes and the notes.
pub fn render(plan: &Plan) -> String {
    let Plan { app: _, formation: _, changes, notes, known_builds: _, roll_back: _ } = plan;
    let names = changes.iter().filter_map(config_name).map(str::len).max().unwrap_or_default();
    let mut lines = vec![heading(plan)];
    if changes.is_empty() {
        lines.push("  nothing to change".to_owned());
    }
    for change in changes {
        lines.extend(show(change, names));
    }
    for Note { code, message } in notes {
        let text = format!("{message} ({code})");
        let text = textwrap::fill(&text, textwrap::Options::new(WIDTH - 8).break_words(false));
        lines.push(format!("  {} {}", style("note:").cyan(), text.replace('\n', "\n        ")));
    }
    lines.join("\n")
}

/// What applying it costs: `1 restart now, 1 rebuild`. Empty when nothing changes.
pub fn cost(plans: &[Plan]) -> String {
    let restarts = plans.iter().map(Plan::restarts).sum::<usize>();
    let rebuilds = plans.iter().map(Plan::rebuilds).sum::<usize>();
    let count =
        |n: usize, what: &str| (n > 0).then(|| format!("{n} {what}{}", if n == 1 { "" } else { "s" }));
    let promotions = plans.iter().map(Plan::promotions).sum::<usize>();
    let parts = [
        count(restarts, "restart").map(|text| text + " now"),
        count(rebuilds, "rebuild"),
        count(promotions, "promotion"),
    ];
    let parts: Vec<_> = parts.into_iter().flatten().collect();
    match parts.is_empty() {
        true if plans.iter().all(Plan::is_empty) => String::new(),
        true => "No restart, no rebuild.".to_owned(),
        false => parts.join(", ") + ".",
    }
}

fn heading(plan: &Plan) -> String {
    let app = &plan.app;
    let dot = style(" · ").dim().to_string();
    let mut parts = vec![style(&app.name).bold().to_string(), app.stack.clone(), app.generation.to_string()];
    parts.extend(app.space.as_ref().map(|space| format!("space {space}")));
    parts.extend(plan.formation.as_deref().map(dynos));
    parts.join(&dot)
}

/// `2 web, 1 worker`.
fn dynos(formation: &[Process]) -> String {
    let running: Vec<_> = formation
        .iter()
        .filter(|process| process.quantity > 0)
        .map(|process| format!("{} {}", process.quantity, process.kind))
        .collect();
    if running.is_empty() { "no dynos".to_owned() } else { running.join(", ") }
}

fn config_name(change: &Change) -> Option<&str> {
    match change {
        Change::ConfigSet { key, .. } | Change::ConfigUnset { key, .. } => Some(key),
        _ => None,
    }
}

/// The lines of one change; `names` is the width of the widest name of a config var.
fn show(change: &Change, names: usize) -> Vec<String> {
    match change {
        Change::FeatureEnable { name } => vec![line(Sign::Add, "labs", name)],
        Change::FeatureDisable { name } => vec![line(Sign::Remove, "labs", name)],
        Change::ConfigSet { key, before: None, after, secret: _ } => {
            vec![line(Sign::Add, "config", &format!("{key:names$}  {}", value(key, after)))]
        }
        Change::ConfigSet { key, before: Some(before), after, secret: _ } => {
            let text = format!("{key:names$}  {} → {}", value(key, before), value(key, after));
            vec![line(Sign::Change, "config", &text)]
        }
        Change::ConfigUnset { key, before, secret: _ } => {
            vec![line(Sign::Remove, "config", &format!("{key:names$}  {}", value(key, before)))]
        }
        Change::BuildpacksSet { before, after } => buildpacks(before, after),
        Change::DrainAdd { url: _, host } => vec![line(Sign::Add, "drain", host)],
        Change::DrainRemove { id: _, url: _, host } => vec![line(Sign::Remove, "drain", host)],
        Change::FileWrite { path, before, after: _, executable: _ } => {
            let sign = if before.is_some() { Sign::Change } else { Sign::Add };
            let path = path.display().to_string();
            vec![line(sign, "file", &format!("{path}  (commit it; takes effect at the next deploy)"))]
        }
        Change::FileRemove { path, before: _ } => {
            vec![line(Sign::Remove, "file", &format!("{}  (commit that)", path.display()))]
        }
        Change::Telemetry(change) => {
            let sign = match change {
                telemetry::Change::Add(_) => Sign::Add,
                telemetry::Change::Set { .. } => Sign::Change,
                telemetry::Change::Remove(_) => Sign::Remove,
            };
            vec![line(sign, "telemetry", &beyond::telemetry_text(change))]
        }
        Change::Datadog { access: _, change } => {
            let sign = match change {
                metrics::Change::PipelineSet { id: Some(_) } => Sign::Change,
                metrics::Change::PipelineSet { id: None }
                | metrics::Change::MetricCreate(_)
                | metrics::Change::DashboardCreate => Sign::Add,
                metrics::Change::PipelineRemove { .. }
                | metrics::Change::MetricRemove { .. }
                | metrics::Change::DashboardRemove { .. } => Sign::Remove,
            };
            vec![line(sign, beyond::datadog_kind(change), metrics::name(change))]
        }
        Change::Database(change) => vec![line(Sign::Add, "database", &beyond::database_text(change))],
        Change::Promote(Promotion { pipeline: _, source: _, stage, targets }) => {
            let names: Vec<_> = targets.iter().map(|target| target.name.as_str()).collect();
            vec![line(Sign::Act, "promote", &format!("to {stage}: {}", names.join(", ")))]
        }
        Change::Restart => vec![line(Sign::Act, "restart", "all dynos, for the labs feature to take effect")],
        Change::Rebuild(Rebuild { commit, release, slug_size, source: _, clear_cache, expects: _ }) => {
            let cache = if *clear_cache { ", without the build cache" } else { "" };
            let release = release.map(|version| format!(" (v{version})")).unwrap_or_default();
            let size = slug_size.map(|bytes| format!(", slug {}", megabytes(bytes))).unwrap_or_default();
            vec![line(Sign::Act, "rebuild", &format!("{}{release}{size}{cache}", short(commit)))]
        }
    }
}

/// The list as it will be, the places counted; what comes and what goes has a sign of its own.
fn buildpacks(before: &[Buildpack], after: &[Buildpack]) -> Vec<String> {
    let mut rows: Vec<(Option<Sign>, String)> = Vec::new();
    for (at, one) in after.iter().enumerate() {
        let is_new = !before.iter().any(|old| old.reference() == one.reference());
        rows.push((is_new.then_some(Sign::Add), format!("{}  {one}", at + 1)));
    }
    let gone = before.iter().filter(|old| count(before, old) > count(after, old));
    let mut seen: Vec<&str> = Vec::new();
    for one in gone {
        if !seen.contains(&one.reference()) {
            seen.push(one.reference());
            rows.push((Some(Sign::Remove), format!("   {one}")));
        }
    }
    let heading = format!("  {} buildpacks", Sign::Change.paint());
    let mut lines: Vec<_> = rows
        .into_iter()
        .map(|(sign, text)| {
            let sign = sign.map_or_else(|| " ".to_owned(), Sign::paint);
            format!("{:width$}{sign} {text}", "", width = BUILDPACK)
        })
        .collect();
    match lines.first_mut() {
        // The sign of the first row would touch the heading.
        Some(first) if console::strip_ansi_codes(first).starts_with(&" ".repeat(BUILDPACK + 1)) => {
            *first = format!("{heading}{}", &first[BUILDPACK..]);
        }
        _ => lines.insert(0, heading),
    }
    lines
}

fn count(list: &[Buildpack], one: &Buildpack) -> usize {
    list.iter().filter(|other| other.reference() == one.reference()).count()
}

fn line(sign: Sign, kind: &str, text: &str) -> String {
    let text = truncate_str(text, WIDTH.saturating_sub(4 + KIND + 1), "…");
    format!("  {} {kind:KIND$} {text}", sign.paint())
}

/// A value as it may show.
fn value(key: &str, value: &Secret) -> String {
    let text = value.expose();
    match text {
        "" => "(empty)".to_owned(),
        _ if options::is_secret(key, text) => mask(text),
        _ => text.to_owned(),
    }
}

/// The first seven digits of a commit; any other version as it is.
pub fn short(commit: &str) -> &str {
    if commit.len() == 40 && commit.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        &commit[..7]
    } else {
        commit
    }
}

/// `121 MB`: 1 MB is 1,000,000 bytes.
pub fn megabytes(bytes: u64) -> String {
    format!("{} MB", (bytes + 500_000) / 1_000_000)
}

#[derive(Clone, Copy)]
enum Sign {
    Add,
    Change,
    Remove,
    Act,
}

impl Sign {
    fn paint(self) -> String {
        match self {
            Self::Add => style("+").green(),
            Self::Change => style("~").yellow(),
            Self::Remove => style("-").red(),
            Self::Act => style("!").magenta(),
        }
        .bold()
        .to_string()
    }
}
