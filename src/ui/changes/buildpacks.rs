//! The list of buildpacks.

use serde_json::json;

use super::Shown;
use super::row::Sign;
use crate::app::Buildpack;
use crate::ui::foreign;

/// Where the sign of a buildpack's row is.
const COLUMN: usize = 14;

pub(super) fn set(before: &[Buildpack], after: &[Buildpack]) -> Shown {
    let references = |list: &[Buildpack]| list.iter().map(Buildpack::shown_reference).collect::<Vec<_>>();
    Shown {
        lines: lines(before, after),
        json: json!({ "kind": "buildpacks.set", "before": references(before), "after": references(after) }),
        short: match after.iter().find(|buildpack| buildpack.installs_agent()) {
            Some(agent) => format!("buildpacks, with {agent}"),
            None => "buildpacks".to_owned(),
        },
    }
}

/// The list as it will be, the places counted; what comes and what goes has a sign of its own.
fn lines(before: &[Buildpack], after: &[Buildpack]) -> Vec<String> {
    let mut rows: Vec<(Option<Sign>, String)> = Vec::new();
    for (at, buildpack) in after.iter().enumerate() {
        let is_new = !before.iter().any(|old| old.reference() == buildpack.reference());
        rows.push((is_new.then_some(Sign::Add), format!("{}  {}", at + 1, shown(buildpack))));
    }
    let mut removed: Vec<&str> = Vec::new();
    for buildpack in before.iter().filter(|old| count(before, old) > count(after, old)) {
        if !removed.contains(&buildpack.reference()) {
            removed.push(buildpack.reference());
            rows.push((Some(Sign::Remove), format!("   {}", shown(buildpack))));
        }
    }
    let heading = format!("  {} buildpacks", Sign::Change.paint());
    let mut lines: Vec<_> = rows
        .into_iter()
        .map(|(sign, text)| {
            let sign = sign.map_or_else(|| " ".to_owned(), Sign::paint);
            format!("{:COLUMN$}{sign} {text}", "")
        })
        .collect();
    match lines.first_mut() {
        // The sign of the first row would touch the heading.
        Some(first) if console::strip_ansi_codes(first).starts_with(&" ".repeat(COLUMN + 1)) => {
            *first = format!("{heading}{}", &first[COLUMN..]);
        }
        _ => lines.insert(0, heading),
    }
    lines
}

fn shown(buildpack: &Buildpack) -> String {
    foreign::line(&buildpack.to_string()).into_owned()
}

fn count(list: &[Buildpack], buildpack: &Buildpack) -> usize {
    list.iter().filter(|other| other.reference() == buildpack.reference()).count()
}
