//! An app's status, for people and for scripts.

use console::style;
use serde_json::{Value, json};

use super::foreign::line as shown;
use super::format::{megabytes, short_commit};
use super::table;
use super::wrap::wrap;
use crate::app::facts::KeyVerdict;
use crate::app::status::{Drain, Hosts, Status};
use crate::platform::size::memory_mb;
use crate::secret::Secret;

/// As JSON.
pub fn to_json(status: &Status) -> Value {
    let valid = match status.key_verdict {
        KeyVerdict::Unknown => Value::Null,
        state => (state == KeyVerdict::Accepted).into(),
    };
    let buildpack = status.buildpack.as_ref().map(|(buildpack, position)| {
        json!({ "url": buildpack.shown_reference(), "pin": buildpack.pin(), "position": position })
    });
    let size = |(kind, size): (&String, &String)| {
        (kind.clone(), json!({ "size": size, "memory_mb": memory_mb(size) }))
    };
    let sizes: serde_json::Map<_, _> = status.sizes.iter().map(size).collect();
    json!({
        "app": status.app,
        "stack": status.stack,
        "generation": status.generation,
        "site": status.site,
        "key": { "set": status.key.is_some(), "last4": status.key.as_ref().and_then(Secret::last4), "valid": valid },
        "buildpack": buildpack,
        "agent": { "wanted": status.agent_requested, "built": status.agent_installed },
        "slug": { "commit": status.commit, "size": status.size, "built_at": status.built_at, "slim_saves": status.slim_saving },
        "rebuild_due": status.rebuild_due,
        "building": status.building,
        "releasing": status.releasing.map(|version| format!("v{version}")),
        "failed_release": status.failed_release.map(|version| format!("v{version}")),
        "integrations": status.integrations,
        "drains": status.drains.iter().map(drain).collect::<Vec<_>>(),
        "features": status.features,
        "dynos": status.dynos,
        "dyno_sizes": sizes,
    })
}

fn drain(Drain { url, is_datadog, signals }: &Drain) -> Value {
    let mut document = json!({ "url": url, "datadog": is_datadog });
    if let Some(signals) = signals {
        document["signals"] = json!(signals);
    }
    document
}

/// How wide the names of an app's lines are.
const NAME: usize = 14;

/// One app in full.
pub fn full(status: &Status) -> String {
    let dot = style(" · ").dim().to_string();
    let heading = [
        style(shown(&status.app)).bold().to_string(),
        shown(&status.stack).into_owned(),
        status.generation.clone(),
    ]
    .join(&dot);
    let mut lines = vec![heading];
    let mut line = |name: &str, text: String| {
        lines.push(format!("  {}  {}", style(format!("{name:NAME$}")).dim(), wrap(&text, 2 + NAME + 2)));
    };
    line("site", site(status));
    line("key", key(status));
    line(
        "hosts",
        match &status.hosts {
            Hosts::Dyno => format!("{}.web.1 and so on", shown(&status.app)),
            Hosts::Fixed(name) => format!("all {} (DD_HOSTNAME)", shown(name)),
            Hosts::Machine => "every restart reports a new host".to_owned(),
        },
    );
    line(
        "buildpack",
        match &status.buildpack {
            Some((buildpack, position)) => format!("{position}  {}", shown(&buildpack.to_string())),
            None => "none installs the Agent".to_owned(),
        },
    );
    if let Some(requested) = &status.agent_requested {
        let built = status
            .agent_installed
            .as_deref()
            .map(|built| format!(", installed {}", shown(built)))
            .unwrap_or_default();
        line("agent", format!("requested {}{built}", shown(requested)));
    }
    line("slug", slug(status));
    if let Some(saving) = status.slim_saving {
        line("", format!("DD_HEROKU_SLIM=true would leave out {} of the unpacked Agent", megabytes(saving)));
    }
    if !status.rebuild_due.is_empty() {
        let due = format!(
            "{} (dd-heroku rebuild -a {})",
            shown(&status.rebuild_due.join(", ")),
            shown(&status.app)
        );
        line("rebuild needed", style(due).yellow().to_string());
    }
    if let Some(version) = status.failed_release {
        let failed =
            format!("v{version} failed (heroku releases:output v{version} -a {})", shown(&status.app));
        line("release", style(failed).red().to_string());
    }
    if status.building.is_some() {
        line("building", "a build is under way (--watch)".to_owned());
    }
    if let Some(version) = status.releasing {
        line("release", format!("the release phase of v{version} runs (--watch)"));
    }
    let listed = |list: Vec<String>| if list.is_empty() { "-".to_owned() } else { list.join(", ") };
    line("integrations", listed(status.integrations.iter().map(ToString::to_string).collect()));
    line(
        "labs",
        listed(status.features.iter().filter(|(_, on)| **on).map(|(name, _)| (*name).to_owned()).collect()),
    );
    line("dynos", shown(&dynos(status)).into_owned());
    for (at, Drain { url, is_datadog, signals }) in status.drains.iter().enumerate() {
        let name = if at == 0 { "drains" } else { "" };
        let signals = signals.as_ref().map(|signals| format!(" ({})", shown(&signals.join(", "))));
        let note = if *is_datadog { "" } else { " (not Datadog's)" };
        line(name, format!("{}{}{note}", shown(short_url(url)), signals.unwrap_or_default()));
    }
    lines.join("\n")
}

/// Many apps, a line each.
pub fn summary(all: &[Status]) -> String {
    let rows = all.iter().map(|status| {
        let or_dash = |text: Option<String>| text.unwrap_or_else(|| "-".to_owned());
        let buildpack =
            status.buildpack.as_ref().map(|(buildpack, _)| buildpack.pin().unwrap_or("newest").to_owned());
        let built = status.agent_installed.clone().or_else(|| status.agent_requested.clone());
        let due = match status {
            Status { failed_release: Some(version), .. } => format!("v{version} failed"),
            Status { building: Some(_), .. } => "building".to_owned(),
            Status { releasing: Some(version), .. } => format!("v{version} pending"),
            Status { rebuild_due, .. } if !rebuild_due.is_empty() => "rebuild".to_owned(),
            _ => "-".to_owned(),
        };
        [
            status.app.clone(),
            status.stack.clone(),
            format!(
                "{}, {}",
                plain(&site(status)),
                status.key.as_ref().map_or_else(|| "no key".to_owned(), |_| plain(&key(status)))
            ),
            or_dash(buildpack),
            or_dash(built),
            or_dash(status.size.map(megabytes)),
            due,
        ]
    });
    table(["APP", "STACK", "DATADOG", "PIN", "AGENT", "SLUG", "DUE"], rows)
}

/// A colored text as a cell of a table takes it.
fn plain(text: &str) -> String {
    console::strip_ansi_codes(text).into_owned()
}

fn site(status: &Status) -> String {
    let site = shown(&status.site).into_owned();
    if status.is_site { site } else { format!("{site} {}", style("is not a site").red()) }
}

fn key(status: &Status) -> String {
    let Some(key) = &status.key else { return "-".to_owned() };
    let state = match status.key_verdict {
        KeyVerdict::Unknown => String::new(),
        KeyVerdict::Accepted => format!(" {}", style("accepted").green()),
        KeyVerdict::Refused => format!(" {}", style("refused").red()),
        KeyVerdict::OtherSite(site) => format!(" {}", style(format!("is {site}'s")).red()),
    };
    format!("{}{state}", key.masked())
}

fn slug(status: &Status) -> String {
    let Some(commit) = &status.commit else { return "never deployed".to_owned() };
    let release = status.release.map(|version| format!(" (v{version})")).unwrap_or_default();
    let size = status.size.map(|size| format!(", {}", megabytes(size))).unwrap_or_default();
    let built = status
        .built_at
        .as_deref()
        .and_then(|at| at.get(..16))
        .map(|at| format!(", {}", at.replace('T', " ")));
    format!("{}{release}{size}{}", shown(short_commit(commit)), built.unwrap_or_default())
}

fn dynos(status: &Status) -> String {
    let counts = status.dynos.iter().flat_map(|(kind, states)| {
        let size = status.sizes.get(kind).map(|size| sized(size)).unwrap_or_default();
        states.iter().map(move |(state, count)| format!("{count} {kind} {state}{size}"))
    });
    let text = counts.collect::<Vec<_>>().join(", ");
    if text.is_empty() { "none".to_owned() } else { text }
}

/// ` (Standard-1X, 512 MB)`.
fn sized(size: &str) -> String {
    match memory_mb(size) {
        _ if size.is_empty() => String::new(),
        Some(memory) => format!(" ({size}, {memory} MB)"),
        None => format!(" ({size})"),
    }
}

/// A drain's URL without its query.
fn short_url(url: &str) -> &str {
    url.split('?').next().unwrap_or(url)
}
